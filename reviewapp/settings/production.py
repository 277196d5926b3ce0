"""Servers: PostgreSQL, Redis or RabbitMQ, HTTPS, secrets from files. docs/deployment.md lists the variables."""

from pathlib import Path

from reviewapp.settings import environment, programs, storages
from reviewapp.settings.base import *  # noqa: F403

DEBUG = False
SECRETS_BY_NEED = True
SECRET_KEY, *SECRET_KEY_FALLBACKS = programs.secret_keys()
RECEIPT_KEYS = programs.keyring("RECEIPT_KEYS_FILE")
VAULT_KEYS = programs.keyring("VAULT_KEYS_FILE")
SUBJECT_KEYS = programs.keyring("SUBJECT_KEYS_FILE")
SUBJECT_STORE_URL = programs.text("SUBJECT_STORE_URL")
JOURNAL_FILE = Path(
    environment.text("JOURNAL_FILE", "" if not programs.needed("JOURNAL_KEYS_FILE") else None)
)
JOURNAL_KEYS = programs.keyring("JOURNAL_KEYS_FILE")
OUTGOING_KEYS = programs.keyring("OUTGOING_KEYS_FILE")
ALLOWED_HOSTS = environment.items("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = environment.items("CSRF_TRUSTED_ORIGINS")

# The app's role owns no table; migrations run with the owner's URL in DATABASE_URL.
DATABASES = programs.databases()
DATABASE_APP_ROLE = environment.text("DATABASE_APP_ROLE", "review_app")
DATABASE_SEQUENCER_ROLE = environment.text("DATABASE_SEQUENCER_ROLE", "review_sequencer")

AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN")

CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = programs.broker()
if CELERY_BROKER_URL.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
CELERY_BEAT_SCHEDULE_FILENAME = environment.text("BEAT_SCHEDULE_FILE", "beat-schedule")

MODELS_DIR = Path(environment.text("MODELS_DIR"))

MEDIA_ROOT_DIR = Path(environment.text("MEDIA_DIR"))
MEDIA_X_ACCEL = environment.flag("MEDIA_X_ACCEL", default=True)
STATIC_ROOT = Path(environment.text("STATIC_DIR"))
# Renditions and exports are readable by the group: nginx serves them after the token was checked.
STORAGES = {
    "default": storages.files(MEDIA_ROOT_DIR / "files"),
    "vault": storages.files(MEDIA_ROOT_DIR / "vault", file_permissions_mode=0o600),
    "renditions": storages.files(MEDIA_ROOT_DIR / "renditions", file_permissions_mode=0o640),
    "exports": storages.files(MEDIA_ROOT_DIR / "exports", file_permissions_mode=0o640),
    "staticfiles": storages.STATIC,
}

SESSION_COOKIE_NAME = "__Host-review_session"
SESSION_COOKIE_SECURE = True
DEVICE_COOKIE_NAME = "__Host-review_device"
FORM_COOKIE_NAME = "__Host-review_form"
CSRF_COOKIE_NAME = "__Host-review_csrf"
CSRF_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # the preload list is for the owner of the domain to decide on
if not programs.needed("SECRET_KEY_FILE"):
    SILENCED_SYSTEM_CHECKS.append("security.W009")  # Django asks for a key that this program is not given
TRUSTED_PROXY = True  # nginx stands in front and writes X-Forwarded-For anew
