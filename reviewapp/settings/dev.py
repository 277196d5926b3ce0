"""One machine, no servers: SQLite, the file system as broker and storage, all under one folder (`VAR_DIR`)."""

from pathlib import Path

from reviewapp.settings import environment, one_folder, programs
from reviewapp.settings.base import *  # noqa: F403

VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var")))

DEBUG = environment.flag("DEBUG")
MANAGE_COMMAND = "./workbench manage"
SECRET_KEY, *SECRET_KEY_FALLBACKS = programs.secret_keys(VAR_DIR / "keys" / "secret_key")
RECEIPT_KEYS = programs.keyring("RECEIPT_KEYS_FILE", VAR_DIR / "keys" / "receipt_keys")
VAULT_KEYS = programs.keyring("VAULT_KEYS_FILE", VAR_DIR / "keys" / "vault_keys")
SUBJECT_KEYS = programs.keyring("SUBJECT_KEYS_FILE", VAR_DIR / "keys" / "subject_keys")
# A folder of its own, so that backups of the site can leave it out: what is erased is gone from them too.
SUBJECT_STORE_URL = one_folder.subject_store(VAR_DIR)
JOURNAL_FILE = one_folder.journal(VAR_DIR)
JOURNAL_KEYS = programs.keyring("JOURNAL_KEYS_FILE", VAR_DIR / "keys" / "journal_keys")
OUTGOING_KEYS = programs.keyring("OUTGOING_KEYS_FILE", VAR_DIR / "keys" / "outgoing_keys")

# The demonstration offers second factors, and asks for none.
SECOND_FACTOR_REQUIRED = environment.items("SECOND_FACTOR_REQUIRED")

ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

DATABASES = programs.databases(f"sqlite:///{VAR_DIR / 'site.sqlite3'}")

AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN", "clip-review.localhost/log")

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = programs.broker(f"filesystem://{VAR_DIR / 'broker'}")
CELERY_BEAT_SCHEDULE_FILENAME = one_folder.beat_schedule(VAR_DIR)

MODELS_DIR = Path(environment.text("MODELS_DIR", str(VAR_DIR / "models")))

STATIC_ROOT = VAR_DIR / "static"
STORAGES = one_folder.storages(VAR_DIR)

if environment.text("REVIEW_RATE_LIMITS", "1") == "0":  # for the benchmark, whose reviewers never pause
    REVIEW_RATES = {}

if not EMAIL_BACKEND:  # type: ignore[used-before-def]
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", str(VAR_DIR / "mail")
