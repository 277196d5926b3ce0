"""Settings that every installation shares, with what each of them may choose in the environment.

`dev`, `test` and `production` hold what is different there: defaults, places, and what a server must be told.
"""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF

from reviewapp import logs
from reviewapp.settings import environment, programs

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "reviewapp",
    "annotations.core",
    "annotations.audit",
    "annotations.outgoing",
    "annotations.accounts",
    "annotations.single_sign_on",
    "annotations.clips",
    "annotations.redaction",
    "annotations.moderation",
    "annotations.review",
    "annotations.datasets",
    "annotations.break_glass",
    "annotations.oversight",
    "annotations.rights",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "annotations.core.causes.RequestIdMiddleware",
    "reviewapp.unavailable.NotReadyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "annotations.accounts.middleware.SessionLimitsMiddleware",
    "annotations.accounts.middleware.ApiKeyMiddleware",
    # Before CSRF: that one reads the body, and nobody who may not call a route makes the site read one.
    "annotations.accounts.middleware.PermissionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "annotations.accounts.same_calls.SameCallMiddleware",
    # After CSRF: it keeps what a form sent, and sends it again once somebody has confirmed that it is them.
    "annotations.accounts.step_up.StepUpMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reviewapp.unavailable.UnavailableMiddleware",
    "annotations.accounts.decisions.DecisionMiddleware",
]

# Whether each program is to say who it is, and is then given its own secrets only (`reviewapp.settings.programs`).
SECRETS_BY_NEED = False
# Links to receipts from before these had keys of their own: the program with the secret key opens them.
RECEIPTS_OF_SECRET_KEY = programs.needed("SECRET_KEY_FILE")

ROOT_URLCONF = "reviewapp.urls"
WSGI_APPLICATION = "reviewapp.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "builtins": [
                "annotations.accounts.templatetags.may",
                "annotations.core.templatetags.identifiers",
                "annotations.core.templatetags.shown",
                "annotations.core.templatetags.times",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "annotations.accounts.context.navigation",
                "annotations.accounts.context.session",
                "annotations.oversight.context.integrity_badge",
            ],
        },
    }
]

# What people are told to type before the words of a command.
MANAGE_COMMAND = "manage.py"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Who may do what: the matrix is enforced on every request and every test of access is generated from it.
PERMISSION_MATRIX = BASE_DIR / "reviewapp" / "permissions.csv"
# What of it API keys may do, by their scopes.
KEY_SCOPES = BASE_DIR / "reviewapp" / "scopes.csv"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "annotations.accounts.backends.ThrottledBackend",
    "django.contrib.auth.backends.ModelBackend",  # sessions of before name it; it is never asked for a password
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "annotations.accounts.passwords.ChangedCommonValidator"},
    {"NAME": "annotations.accounts.passwords.KnownWordsValidator"},
    {"NAME": "annotations.accounts.passwords.BreachedPasswordValidator"},
]
# SHA-1 digests of leaked passwords, sorted, one a line, as Have I Been Pwned gives them out.
BREACHED_PASSWORDS_FILE = environment.path("BREACHED_PASSWORDS_FILE")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

# Signing in by an OpenID provider, where one is named. docs/single-sign-on.md tells of each.
OIDC_ISSUER = environment.text("OIDC_ISSUER", "")
OIDC_CLIENT_ID = environment.text("OIDC_CLIENT_ID", "")
# For the program that may call out alone; without one the site is a public client.
OIDC_CLIENT_SECRET = programs.client_secret()
OIDC_NAME = environment.text("OIDC_NAME", "") or "your organisation"
OIDC_SCOPES = environment.text("OIDC_SCOPES", "openid profile")
OIDC_GROUPS_CLAIM = environment.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_ROLES = environment.roles_by_group("OIDC_ROLES")
# Authentication contexts, one of which the provider has to have used; without any, its word is taken as it is.
OIDC_ACR_VALUES = environment.items("OIDC_ACR_VALUES")

# The roles that need a second factor: whoever has one of them and no factor reaches nothing but the page to set one up.
SECOND_FACTOR_REQUIRED = environment.items(
    "SECOND_FACTOR_REQUIRED", "contractor,lead,ml_engineer,privacy_officer,operator"
)
# For so long after somebody has shown that they are there no step-up asks again.
STEP_UP_MINUTES = environment.number("STEP_UP_MINUTES", 10)

TRUSTED_PROXY = False
# From where people and programs of a role come in; roles that are not named, from everywhere.
ALLOWED_NETWORKS = environment.networks("ALLOWED_NETWORKS")
DEVICE_COOKIE_NAME = "review_device"
FORM_COOKIE_NAME = "review_form"

SESSION_ENGINE = "annotations.accounts.sessions"
SESSION_COOKIE_NAME = "review_session"
# How long nobody may be there before a session ends, by role: the more a role reaches, the sooner. NIST SP 800-63B-4
# has an hour at most where two factors are asked for, and a quarter of one where most is at stake.
SESSION_IDLE_MINUTES = {
    "contractor": 30,
    "lead": 30,
    "ml_engineer": 60,
    "privacy_officer": 15,
    "operator": 30,
    "submitter": 15,
}
# However busy: a working day. Whoever has a session's cookie has it no longer than that.
SESSION_COOKIE_AGE = 8 * 3600
# Before a session ends somebody on the page is told, so long.
SESSION_WARNING_SECONDS = 120
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "reviewapp.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    # What else the schema's address asks for would stand in a header of its answer, as it came.
    "ALLOWED_VERSIONS": ["1"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["annotations.accounts.authentication.RequestUserAuthentication"],
    # Access is the permission matrix's, enforced before any view runs.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "annotations.core.http.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Home-camera clip review",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,  # what is sent is not what is answered: a file's bytes, a version
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "annotations.core.schema.add_errors",
    ],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_ROUTES = {"clips:submit", "clips:api_clips", "moderation:add_list"}
FILE_UPLOAD_HANDLERS = ["annotations.clips.uploads.MemoryFileUploadHandler"]

# Intake limits.
CLIP_MAX_SECONDS = 60
CLIP_MAX_BYTES = 200_000_000
CLIP_MAX_PIXELS = 8_900_000  # 4096 x 2160 and a little; as many as the next setting refuses what is larger
RENDITION_MAX_PIXELS = 2_400_000  # 1536 x 1536 and a little; larger pictures are scaled down to that
CLIP_MAX_FRAMES = 3_700  # a minute at 60 a second, and a little
CLIP_PROBE_TIMEOUT = 30
# Whether videos are decoded where the system has no Landlock, which keeps the decoder from files.
DECODE_WITHOUT_LANDLOCK = environment.flag("DECODE_WITHOUT_LANDLOCK")

# The worker's pass.
REDACTION_EFFECT = "blur"
REDACTION_TIMEOUT = 1200
REDACTION_MEMORY = 2_000_000_000
REDACTION_LEASE_SECONDS = 60
# A manifest or a YuNet file that replaces the built-in face detector.
REDACTION_DETECTOR = environment.text("REDACTION_DETECTOR", "")
# Whether clips are taken where no model is installed that could doubt what was hidden.
REDACT_WITHOUT_SECOND_OPINION = environment.flag("REDACT_WITHOUT_SECOND_OPINION")
SCREENING_NUDENET = environment.flag("SCREENING_NUDENET", default=True)
SCREENING_CLASSIFIERS = environment.items("SCREENING_CLASSIFIERS")
MODEL_SOURCES = environment.model_sources("MODEL_SOURCES")
MODEL_FETCH_LOCAL = environment.flag("MODEL_FETCH_LOCAL")
MODEL_FETCH_MAX_BYTES = 500_000_000
MODEL_FETCH_SECONDS = 600
KNOWN_CONTENT_DAYS = 365  # how long the fingerprint of a discarded clip is kept after the decision
KNOWN_LIST_MAX_BYTES = 100_000_000
KNOWN_LIST_MAX_HASHES = 1_000_000
RUN_ATTEMPTS = 3

# Serving.
MEDIA_TOKEN_SECONDS = 60
MEDIA_X_ACCEL = False

# Break-glass: how long an approval lasts, when a request lapses, and how long its copy may take to be made.
BREAK_GLASS_MINUTES = 30
BREAK_GLASS_LAPSE_HOURS = 24
BREAK_GLASS_TIMEOUT = 300

# A shorter rule of retention takes effect so long after it was decided on: time for other officers to take it back.
RETENTION_SHORTER_AFTER = timedelta(hours=24)

# Who answers for this site, as letters to owners tell it: name and address of the controller, how to reach it and its
# officer for data protection, and what safeguards transfers to countries outside the EEA.
CONTROLLER_NAME = environment.text("CONTROLLER_NAME", "")
CONTROLLER_CONTACT = environment.text("CONTROLLER_CONTACT", "")
OFFICER_CONTACT = environment.text("OFFICER_CONTACT", "")
TRANSFER_SAFEGUARD = environment.text("TRANSFER_SAFEGUARD", "")

# What leaves the site. Targets are allowed by being named here; who is told about what, by the names of targets.
SITE_ADDRESS = environment.text("SITE_ADDRESS", "").rstrip("/")
MAIL_TARGETS = environment.pairs("MAIL_TARGETS")
WEBHOOK_TARGETS = environment.pairs("WEBHOOK_TARGETS")
NOTIFY = {
    "alerts": environment.items("NOTIFY_ALERTS"),
    "operations": environment.items("NOTIFY_OPERATIONS"),
    "deletions": environment.items("NOTIFY_DELETIONS"),
    "keys": environment.items("NOTIFY_KEYS"),
    "requests": environment.items("NOTIFY_REQUESTS"),
}
WEBHOOK_SECRETS = programs.webhook_secrets()
OUTGOING_LOCAL = False  # whether webhooks may go to this very machine: for tests
MAIL_FROM = environment.text("MAIL_FROM", "") or "clip-review@localhost"
EMAIL_BACKEND = ""  # none: mail waits, and is given up
EMAIL_TIMEOUT = 30
if _mail := programs.mail_server():
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    globals().update(_mail)

# Counts of refusals, of calls and of forms that were sent. What is pushed out is counted anew, so much has room.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# Review.
REVIEW_LEASE_SECONDS = 20 * 60
REVIEWERS_PER_CLIP = 1
# Calls per person; a page that is used as it is meant stays far below.
REVIEW_RATES = {"claim": "60/min", "token": "60/min", "watched": "60/min", "extend": "10/min"}

# Roles of the database that own no table; empty where there is one role only.
DATABASE_APP_ROLE = ""
DATABASE_SEQUENCER_ROLE = ""

# The log's tree. Keys are given to the sequencer's process alone.
AUDIT_KEYS_DIR = programs.text("AUDIT_KEYS_DIR", "")
AUDIT_WITNESSES = environment.witnesses("AUDIT_WITNESSES")
AUDIT_SEQUENCE_SECONDS = 0.5
AUDIT_SEQUENCE_ENTRIES = 256
AUDIT_SEQUENCE_INLINE = False  # whoever waits seals: for tests, whose rows no other process sees
AUDIT_WAIT_SECONDS = 5.0

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # a poison task would run again and again; the sweep owns retries
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TASK_TIME_LIMIT = 1800
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 1_500_000  # KB, checked between tasks
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "default"
# What takes long has a queue of its own, so that events never wait behind it.
# What calls somebody elsewhere has another, for a worker that may.
CELERY_TASK_ROUTES = {
    "redaction.redact": {"queue": "redact"},
    "datasets.freeze": {"queue": "redact"},
    "moderation.recheck": {"queue": "redact"},
    "audit.anchor": {"queue": "outside"},
    "oversight.anchor_log": {"queue": "outside"},
    "outgoing.send": {"queue": "outside"},
    "oversight.check_log": {"queue": "redact"},
    "single_sign_on.exchange": {"queue": "outside"},
    "single_sign_on.fetch_document": {"queue": "outside"},
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "deliver-events": {"task": "reviewapp.deliver_events", "schedule": 10},
    "sweep": {"task": "reviewapp.sweep", "schedule": 60},
    "expire-leases": {"task": "review.expire_leases", "schedule": 30},
    "expire-consents": {"task": "clips.expire_consents", "schedule": 60},
    "forget-known-content": {"task": "moderation.forget_known_content", "schedule": 3600},
    "sweep-orphans": {"task": "clips.sweep_orphans", "schedule": 3600},
    "sweep-orphaned-renditions": {"task": "redaction.sweep_orphans", "schedule": 3600},
    "sweep-orphaned-releases": {"task": "datasets.sweep_orphans", "schedule": 3600},
    "remind-of-deletions": {"task": "datasets.remind_of_deletions", "schedule": 3600},
    "tell-of-ending-keys": {"task": "accounts.tell_of_ending_keys", "schedule": 3600},
    "tell-of-due-requests": {"task": "rights.tell_of_due_requests", "schedule": 3600},
    "sweep-clean-copies": {"task": "break_glass.sweep_clean_copies", "schedule": 3600},
    "sweep-log-exports": {"task": "oversight.sweep_exports", "schedule": 3600},
    "finish-erasures": {"task": "audit.finish_erasures", "schedule": 60},
    "end-series": {"task": "audit.end_series", "schedule": 60},
    "anchor": {"task": "audit.anchor", "schedule": 60, "options": {"expires": 60}},
    "sound-alarms": {"task": "reviewapp.sound_alarms", "schedule": 60},
    "forget-messages": {"task": "outgoing.forget", "schedule": 3600},
    "scan-for-alerts": {"task": "oversight.scan_for_alerts", "schedule": 60},
    "end-break-glass-accesses": {"task": "break_glass.end_due_accesses", "schedule": 30},
    "erase-due": {"task": "rights.erase_due", "schedule": 3600},
    "expire-legal-holds": {"task": "rights.expire_legal_holds", "schedule": 300},
    "forget-answers": {"task": "rights.forget_answers", "schedule": 3600},
    "replay-journal": {"task": "reviewapp.replay_journal", "schedule": 10},
    "prune": {"task": "reviewapp.prune", "schedule": 3600},
    "fetch-provider": {"task": "single_sign_on.fetch_document", "schedule": 900, "options": {"expires": 900}},
    "prune-sign-ins": {"task": "single_sign_on.prune", "schedule": 600},
}

logs.configure()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "reviewapp.logs.TokenFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django_structlog": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
