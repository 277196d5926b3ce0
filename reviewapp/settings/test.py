"""Tests. `TEST_DATABASE` (`sqlite` or `postgresql`) chooses the column.

`tests/conftest.py` starts the servers, names the database and gives every test folders of its own. Programs that a
test starts (workers, a site) get `DATABASE_URL`, `BROKER_URL`, `VAR_DIR` and `STATIC_DIR` from it.
"""

from pathlib import Path

from reviewapp.settings import environment
from reviewapp.settings.base import *  # noqa: F403

VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var" / "tests")))

SECRET_KEY = "only-for-tests"  # noqa: S105
VAULT_KEYS = {"test": b"k" * 32}
SUBJECT_KEYS = {"test": b"s" * 32}
SUBJECT_STORE_URL = environment.text(
    "SUBJECT_STORE_URL", f"sqlite:///{VAR_DIR / 'subjects' / 'keys.sqlite3'}"
)
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

TEST_DATABASE = environment.text("TEST_DATABASE", "sqlite")
_unnamed = {
    "sqlite": f"sqlite:///{VAR_DIR / 'site.sqlite3'}",
    "postgresql": "postgresql://review_app@127.0.0.1/unnamed",
}
DATABASES = {"default": environment.database(environment.text("DATABASE_URL", _unnamed[TEST_DATABASE]))}
DATABASE_APP_ROLE = "review_app" if TEST_DATABASE == "postgresql" else ""
DATABASE_SEQUENCER_ROLE = ""

AUDIT_ORIGIN = "clip-review.test/log"
AUDIT_KEYS_DIR = environment.text("AUDIT_KEYS_DIR", str(VAR_DIR / "keys" / "log"))
AUDIT_SEQUENCE_INLINE = environment.text("AUDIT_SEQUENCE_INLINE", "1") == "1"
AUDIT_WITNESSES = environment.witnesses("AUDIT_WITNESSES")

# In the test's own process a wake-up reaches nobody, like one that a broker lost.
_broker_url = environment.text("BROKER_URL", "")
_broker = environment.broker(_broker_url) if _broker_url else {"url": "memory://", "options": {}}
CELERY_BROKER_URL = _broker["url"]
CELERY_BROKER_TRANSPORT_OPTIONS = _broker["options"]
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

MODELS_DIR = Path(environment.text("MODELS_DIR", str(BASE_DIR / "var" / "models")))
REDACTION_DETECTOR = environment.text("REDACTION_DETECTOR", "")
SCREENING_CLASSIFIERS = environment.items("SCREENING_CLASSIFIERS")
MODEL_SOURCES = environment.model_sources("MODEL_SOURCES")
MODEL_FETCH_LOCAL = environment.text("MODEL_FETCH_LOCAL", "") == "1"
REDACTION_LEASE_SECONDS = environment.number("REDACTION_LEASE_SECONDS", 60)

# The same hash with less work: hundreds of sign-ins would take minutes.
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]

_static = environment.text("STATIC_DIR", "")
STATIC_ROOT = Path(_static) if _static else VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
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
    # Hashed names need `collectstatic`, which the served sites of the tests have run.
    "staticfiles": {
        "BACKEND": "reviewapp.storage.StaticStorage"
        if _static
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Counts outlive the rolled-back people of a test; what throttles sets rates of its own.
REVIEW_RATES = {}

SESSION_COOKIE_NAME = "review_session"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
