"""Tests. `TEST_DATABASE` (`sqlite` or `postgresql`) chooses the column.

`tests/conftest.py` starts the servers, names the database and gives every test folders of its own. Programs that a
test starts (workers, a site) get `DATABASE_URL`, `BROKER_URL`, `VAR_DIR` and `STATIC_DIR` from it.
"""

from pathlib import Path

from reviewapp.settings import environment, one_folder
from reviewapp.settings.base import *  # noqa: F403

VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var" / "tests")))

SECRET_KEY = "only-for-tests"  # noqa: S105
RECEIPT_KEYS = {"test": b"r" * 32}
VAULT_KEYS = {"test": b"k" * 32}
SUBJECT_KEYS = {"test": b"s" * 32}
SUBJECT_STORE_URL = one_folder.subject_store(VAR_DIR)
JOURNAL_FILE = one_folder.journal(VAR_DIR)
JOURNAL_KEYS = {"test": b"j" * 32}
OUTGOING_KEYS = {"test": b"o" * 32}
OUTGOING_LOCAL = True
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

TEST_DATABASE = environment.text("TEST_DATABASE", "sqlite")
_unnamed = {
    "sqlite": f"sqlite:///{VAR_DIR / 'site.sqlite3'}",
    "postgresql": "postgresql://review_app@127.0.0.1/unnamed",
}
DATABASES = {"default": environment.database(environment.text("DATABASE_URL", _unnamed[TEST_DATABASE]))}
DATABASE_APP_ROLE = "review_app" if TEST_DATABASE == "postgresql" else ""

AUDIT_ORIGIN = "clip-review.test/log"
AUDIT_KEYS_DIR = environment.text("AUDIT_KEYS_DIR", str(VAR_DIR / "keys" / "log"))
AUDIT_SEQUENCE_INLINE = environment.flag("AUDIT_SEQUENCE_INLINE", default=True)

# In the test's own process a wake-up reaches nobody, like one that a broker lost.
_broker_url = environment.text("BROKER_URL", "")
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = (
    environment.broker(_broker_url) if _broker_url else ("memory://", {})
)
CELERY_BEAT_SCHEDULE_FILENAME = one_folder.beat_schedule(VAR_DIR)

MODELS_DIR = Path(environment.text("MODELS_DIR", str(BASE_DIR / "var" / "models")))
REDACTION_LEASE_SECONDS = environment.number("REDACTION_LEASE_SECONDS", 60)

# The same hash with less work: hundreds of sign-ins would take minutes.
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2PasswordHasher"]

_static = environment.text("STATIC_DIR", "")
STATIC_ROOT = Path(_static) if _static else VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
# Hashed names need `collectstatic`, which the served sites of the tests have run.
STORAGES = one_folder.storages(
    VAR_DIR, static=None if _static else "django.contrib.staticfiles.storage.StaticFilesStorage"
)

# What is about second factors sets the roles that need one.
SECOND_FACTOR_REQUIRED = []

# Counts outlive the rolled-back people of a test; what throttles sets rates of its own.
REVIEW_RATES = {}

if not EMAIL_BACKEND:  # type: ignore[used-before-def]
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if environment.text("COVERAGE_OF_TEMPLATES", ""):
    TEMPLATES[0]["OPTIONS"]["debug"] = True  # type: ignore[index]
