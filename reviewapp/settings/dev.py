"""One machine, no servers: SQLite, the file system as broker and storage, all under one folder (`VAR_DIR`)."""

from pathlib import Path

from reviewapp.settings import environment, one_folder
from reviewapp.settings.base import *  # noqa: F403

VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_file("SECRET_KEY_FILE", VAR_DIR / "keys" / "secret_key")
VAULT_KEYS = environment.keyring(environment.secret_file("VAULT_KEYS_FILE", VAR_DIR / "keys" / "vault_keys"))
SUBJECT_KEYS = environment.keyring(
    environment.secret_file("SUBJECT_KEYS_FILE", VAR_DIR / "keys" / "subject_keys")
)
# A folder of its own, so that backups of the site can leave it out: what is erased is gone from them too.
SUBJECT_STORE_URL = one_folder.subject_store(VAR_DIR)
JOURNAL_FILE = one_folder.journal(VAR_DIR)
JOURNAL_KEYS = environment.keyring(
    environment.secret_file("JOURNAL_KEYS_FILE", VAR_DIR / "keys" / "journal_keys")
)
# The demonstration offers second factors, and asks for none.
SECOND_FACTOR_REQUIRED = environment.items("SECOND_FACTOR_REQUIRED")

ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

DATABASES = {
    "default": environment.database(environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'site.sqlite3'}"))
}

AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN", "clip-review.localhost/log")

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker(
    environment.text("BROKER_URL", f"filesystem://{VAR_DIR / 'broker'}")
)
CELERY_BEAT_SCHEDULE_FILENAME = one_folder.beat_schedule(VAR_DIR)

MODELS_DIR = Path(environment.text("MODELS_DIR", str(VAR_DIR / "models")))

STATIC_ROOT = VAR_DIR / "static"
STORAGES = one_folder.storages(VAR_DIR)

if environment.text("REVIEW_RATE_LIMITS", "1") == "0":  # for the benchmark, whose reviewers never pause
    REVIEW_RATES = {}

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
