"""One machine, no servers: SQLite, the file system as broker and storage, all under one folder (`VAR_DIR`)."""

from pathlib import Path

from reviewapp.settings import environment
from reviewapp.settings.base import *  # noqa: F403

VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = environment.text("DEBUG", "") == "1"
SECRET_KEY = environment.secret_file("SECRET_KEY_FILE", VAR_DIR / "keys" / "secret_key")
VAULT_KEYS = environment.keyring(environment.secret_file("VAULT_KEYS_FILE", VAR_DIR / "keys" / "vault_keys"))
SUBJECT_KEYS = environment.keyring(
    environment.secret_file("SUBJECT_KEYS_FILE", VAR_DIR / "keys" / "subject_keys")
)
# A folder of its own, so that backups of the site can leave it out: what is erased is gone from them too.
SUBJECT_STORE_URL = environment.text(
    "SUBJECT_STORE_URL", f"sqlite:///{VAR_DIR / 'subjects' / 'keys.sqlite3'}"
)
ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

DATABASES = {
    "default": environment.database(environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'site.sqlite3'}"))
}
DATABASE_APP_ROLE = ""
DATABASE_SEQUENCER_ROLE = ""

AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN", "clip-review.localhost/log")
AUDIT_KEYS_DIR = environment.text("AUDIT_KEYS_DIR", "")
AUDIT_WITNESSES = environment.witnesses("AUDIT_WITNESSES")

_broker = environment.broker(environment.text("BROKER_URL", f"filesystem://{VAR_DIR / 'broker'}"))
CELERY_BROKER_URL = _broker["url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _broker["options"]
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

MODELS_DIR = Path(environment.text("MODELS_DIR", str(VAR_DIR / "models")))
SCREENING_NUDENET = environment.text("SCREENING_NUDENET", "1") == "1"
REDACTION_DETECTOR = environment.text("REDACTION_DETECTOR", "")
SCREENING_CLASSIFIERS = environment.items("SCREENING_CLASSIFIERS")
MODEL_SOURCES = environment.model_sources("MODEL_SOURCES")
MODEL_FETCH_LOCAL = environment.text("MODEL_FETCH_LOCAL", "") == "1"

STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "files"},
    },
    **{
        name: {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {
                "location": VAR_DIR / name,
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
        for name in ("vault", "renditions", "exports")
    },
    "staticfiles": {"BACKEND": "reviewapp.storage.StaticStorage"},
}

if environment.text("REVIEW_RATE_LIMITS", "1") == "0":  # for the benchmark, whose reviewers never pause
    REVIEW_RATES = {}

SESSION_COOKIE_NAME = "review_session"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
