"""
One settings file for every place the portal runs.

Everything that differs between places comes from the environment, through ``portal.env``. With nothing set the
values are those of production; ``docs/operators/settings.md`` lists every name.
"""

from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from portal import env

BASE_DIR = env.BASE_DIR
VAR_DIR = env.path("VAR_DIR", BASE_DIR / "var")

DEBUG = env.flag("DEBUG")
#: The demo and the tests: embedded parts, plain HTTP on loopback, no secrets from outside.
LOCAL = env.flag("PORTAL_LOCAL")
PORTAL_URL = env.text("PORTAL_URL", "http://127.0.0.1:8000" if LOCAL else "https://portal.example").rstrip(
    "/"
)
HTTPS = PORTAL_URL.startswith("https://")

SECRET_KEY = env.text("SECRET_KEY", "local-only-not-a-secret-" + "x" * 40 if LOCAL else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to at least 50 random characters, "
        "for example: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
#: Fernet keys for stored credentials, newest first; derived from SECRET_KEY when not set.
CREDENTIAL_KEYS = env.words("CREDENTIAL_KEYS")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if LOCAL else "portal.example")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", PORTAL_URL)

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "integrations.apps.IntegrationsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "portal.apps.PortalAdminConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "allauth.idp.oidc",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
    "csp",
]

MIDDLEWARE = [
    "portal.core.metrics.RequestMetricsMiddleware",
    "portal.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.middleware.RowScopeMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.ReaderMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.core.middleware.DomainErrorMiddleware",
    "portal.partners.middleware.CompanyMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.pages.context.frame",
            ],
            "builtins": [
                "portal.core.templatetags.portal",
                "portal.pages.tags",
                "portal.pages.request_tags",
                "template_partials.templatetags.partials",
            ],
            "libraries": {"staff": "portal.admin.tags"},
        },
    }
]

DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "CONN_HEALTH_CHECKS": True,
        # Each thread keeps a connection of its own. A pool would let nobody know for seconds that the database is gone.
        "CONN_MAX_AGE": env.number("DATABASE_CONNECTION_AGE_SECONDS", 600),
        "DISABLE_SERVER_SIDE_CURSORS": env.flag("DATABASE_BEHIND_PGBOUNCER"),
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
# A server that is away, or that went away in the middle of an answer, is given up after seconds and not after minutes.
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 3,
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    **DATABASES["default"]["OPTIONS"],
}

REDIS_URL = env.text("REDIS_URL")
BROKER_URL = env.text("BROKER_URL", REDIS_URL)
if not BROKER_URL:
    raise ImproperlyConfigured(
        "REDIS_URL is not set. Set it to redis://host:6379/0 (or BROKER_URL for another broker)."
    )
CACHES = {
    "default": {
        "BACKEND": "portal.core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "portal_cache"}
}

# -- Files ----------------------------------------------------------------------------------------------------------
FILES_URL = env.text("FILES_URL", f"file://{VAR_DIR / 'files'}")
if FILES_URL.startswith("file://"):
    _renditions = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES_URL.removeprefix("file://") + "/renditions", "base_url": None},
    }
elif FILES_URL.startswith("s3://"):
    _bucket, _sep, _prefix = FILES_URL.removeprefix("s3://").partition("/")
    _renditions = {
        "BACKEND": "portal.renditions.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": _bucket,
            "location": f"{_prefix}/renditions".strip("/"),
            "default_acl": None,
        },
    }
else:
    raise ImproperlyConfigured(f"FILES_URL must begin with file:// or s3://, it is {FILES_URL!r}.")
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "uploads"},
    },
    "renditions": _renditions,
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = False
#: How rendition bytes leave: "django" (by us) or "accel" (X-Accel-Redirect, by nginx, from the folder).
FILE_SERVING = env.text("FILE_SERVING", "django")
if FILE_SERVING not in {"django", "accel"}:
    raise ImproperlyConfigured(f"FILE_SERVING must be django or accel, it is {FILE_SERVING!r}.")
if FILE_SERVING == "accel" and FILES_URL.startswith("s3://"):
    raise ImproperlyConfigured(
        "FILE_SERVING=accel lets nginx send files from a folder, and FILES_URL names a bucket. "
        "Set FILE_SERVING=django, or FILES_URL to file:///folder."
    )
#: Days after which bytes go that nothing names and nobody asked for; days for which a download names what was taken.
FILES_KEPT_DAYS = env.number("FILES_KEPT_DAYS", 90, least=2)
DOWNLOADED_FILES_KEPT_DAYS = env.number("DOWNLOADED_FILES_KEPT_DAYS", 730, least=1)
#: Bytes that the store may hold before it gives up what nothing names sooner; 0 for no bound.
FILES_MOST_BYTES = env.number("FILES_MOST_BYTES", 0)
#: Bytes that stay free on the disk of the store: with less, no new rendition is made. 0 turns it off.
FILES_LEAST_FREE_BYTES = env.number("FILES_LEAST_FREE_BYTES", 200_000_000 if LOCAL else 1_000_000_000)
#: Days for which a prepared download can be taken.
ARCHIVE_JOBS_KEPT_DAYS = env.number("ARCHIVE_JOBS_KEPT_DAYS", 14, least=1)
#: Where renditions are cut; a dotted path, as STORAGES has them.
RENDITION_SOURCE = env.text("RENDITION_SOURCE", "integrations.scaleflex.renditions.ScaleflexSource")
RENDITION_MAX_BYTES = env.number("RENDITION_MAX_BYTES", 500_000_000, least=1)

# -- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:companies"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"request_login_code": "portal.accounts.forms.RequestCodeForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# Behind how many proxies of ours we stand: the client's address for throttles is taken from there, never from a guess.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
SOCIALACCOUNT_ONLY = False
IDP_OIDC_ACCESS_TOKEN_EXPIRES_IN = 3600
IDP_OIDC_PRIVATE_KEY = env.text("IDP_OIDC_PRIVATE_KEY")
INVITATION_VALID_DAYS = env.number("INVITATION_VALID_DAYS", 14, least=1)

EMAIL_URL = env.text("EMAIL_URL")
#: A mail server that does not answer must not hold a worker.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Norrvik partner portal <portal@norrvik.example>")
if EMAIL_URL:
    from environ import Env

    vars().update(Env.email_url_config(EMAIL_URL))
elif LOCAL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"

# -- Brand ------------------------------------------------------------------------------------------------------------
BRAND_NAME = env.text("BRAND_NAME", "Norrvik")
#: Days before the end of rights at which an asset is shown as expiring.
EXPIRING_DAYS = env.number("EXPIRING_DAYS", 30, least=1)
#: Days after which a solution that nobody answered counts as confirmed.
REQUEST_SILENCE_DAYS = env.number("REQUEST_SILENCE_DAYS", 14, least=1)

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORMS_URLFIELD_ASSUME_HTTPS = True

# -- Headers ----------------------------------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS and env.flag("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
CSRF_FAILURE_VIEW = "portal.core.errors_views.csrf_failure"

# -- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.ClientTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["portal.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.ClientThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "client": env.text("API_RATE", "600/min"),
        "token": env.text("TOKEN_RATE", "60/min"),
        "token_address": env.text("TOKEN_ADDRESS_RATE", "300/min"),
    },
    "EXCEPTION_HANDLER": "portal.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Partner portal API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVERS": [{"url": PORTAL_URL}],
    "DESCRIPTION": (
        "What the brand has released to your company: files with their rights, every size by its digest, and "
        "everything that changes. Get a token with your client id and secret (client credentials), then read. "
        "Lists are `{items, next}`; problems are RFC 9457; times are UTC, languages BCP 47, markets ISO 3166."
    ),
    "ENUM_NAME_OVERRIDES": {
        "AssetKind": "portal.catalog.choices.AssetKind.values",
        "AssetStatus": ["current", "expiring", "scheduled"],
        "ChannelKind": "portal.partners.choices.ChannelKind.values",
        "ChangeKind": "portal.publications.choices.ChangeKind.values",
        "PackPurpose": "portal.packs.choices.Purpose.values",
        "Answer": "portal.packs.choices.Answer.values",
        "AnswerReason": "portal.packs.choices.Reason.values",
        "AnswerState": ["open", "stale", "received", "in_use", "review", "refused"],
        "FileStatus": ["current", "replaced", "withdrawn"],
        "LookUpAnswer": ["found", "no_media", "not_yours", "unknown"],
        "FileFormat": "portal.renditions.choices.Format.values",
        "PictureFormat": ["jpeg", "png", "webp", "avif"],
        "VerdictState": "portal.renditions.choices.VerdictState.values",
        "EmbedState": "portal.downloads.choices.EmbedState.values",
        "CheckStatus": ["current", "replaced", "withdrawn", "unknown"],
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# -- Work in the background -------------------------------------------------------------------------------------------
CELERY_BROKER_URL = BROKER_URL
if BROKER_URL.startswith(("redis://", "rediss://")):
    CELERY_BROKER_TRANSPORT = "portal.core.broker:Transport"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "retry_on_timeout": False,
}
CELERY_TASK_PUBLISH_RETRY = False
#: What somebody waits for at once, and what makes, fetches or measures files. A worker takes both unless it is told
#: which (-Q). The first has Celery's own name: while one release replaces another, each understands the other.
PROMPT_QUEUE, MAKING_QUEUE = "celery", "making"
CELERY_TASK_DEFAULT_QUEUE = PROMPT_QUEUE
# Each by its own way: two that share Celery's default exchange and key would both get every message.
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in (PROMPT_QUEUE, MAKING_QUEUE)]
CELERY_TASK_ROUTES = {
    task: {"queue": MAKING_QUEUE}
    for task in (
        "portal.core.tasks.heartbeat_making",
        "portal.downloads.tasks.prepare",
        "portal.downloads.tasks.work_on_jobs",
        "portal.packs.tasks.work",
        "portal.publications.tasks.check_catalogues",
        "portal.releases.tasks.collect_renditions",
        "portal.renditions.tasks.judge",
        "portal.renditions.tasks.make_wanted",
    )
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
#: Seconds one run of a task may take; then it is told to end, and ten later its process is ended.
WORK_SECONDS = env.number("WORK_SECONDS", 75, least=1)
#: Seconds after which PostgreSQL takes a piece of work away from a worker that sleeps on it.
WORK_HOLD_SECONDS = env.number("WORK_HOLD_SECONDS", WORK_SECONDS + 15, least=1)
#: Megabytes one worker process may take for itself; what asks for more fails, and the process goes on.
WORKER_MEMORY_MB = env.number("WORKER_MEMORY_MB", 2000, least=200)
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 1 if LOCAL else 3, least=1)
#: Hours of the day (UTC) at which portal and vendors are compared; none turns it off.
RECONCILE_AT_HOURS = env.hours("RECONCILE_AT_HOURS", "2")
#: Days after which finished work is forgotten. The grid repeats its events for 7 days, so at least 8.
INBOX_KEPT_DAYS = env.number("INBOX_KEPT_DAYS", 30, least=8)
OUTBOX_KEPT_DAYS = env.number("OUTBOX_KEPT_DAYS", 90, least=8)
DELIVERY_ATTEMPTS_KEPT_DAYS = env.number("DELIVERY_ATTEMPTS_KEPT_DAYS", 30, least=1)
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "portal.core.tasks.heartbeat", "schedule": 15.0},
    "heartbeat-making": {"task": "portal.core.tasks.heartbeat_making", "schedule": 15.0},
    "releases-windows": {"task": "portal.releases.tasks.open_and_close_windows", "schedule": 20.0},
    "publications-routing": {"task": "portal.releases.tasks.continue_routing", "schedule": 5.0},
    "publications-number-changes": {"task": "portal.publications.tasks.number_changes", "schedule": 5.0},
    "publications-check-catalogues": {
        "task": "portal.publications.tasks.check_catalogues",
        "schedule": 5.0,
    },
    "downloads-prepare": {"task": "portal.downloads.tasks.prepare", "schedule": 5.0},
    "downloads-work-on-jobs": {"task": "portal.downloads.tasks.work_on_jobs", "schedule": 3.0},
    "downloads-forget-jobs": {"task": "portal.downloads.tasks.forget_jobs", "schedule": 3600.0},
    "downloads-settle-embeds": {"task": "portal.downloads.tasks.settle_embeds", "schedule": 60.0},
    "packs-work": {"task": "portal.packs.tasks.work", "schedule": 3.0},
    "requests-send-mails": {"task": "portal.change_requests.tasks.send_mails", "schedule": 10.0},
    "requests-confirm-silent": {
        "task": "portal.change_requests.tasks.confirm_silent",
        "schedule": 3600.0,
    },
    "onboarding-go-on": {"task": "portal.onboarding.tasks.go_on", "schedule": 10.0},
    "onboarding-remind": {"task": "portal.onboarding.tasks.remind", "schedule": 300.0},
    "renditions-judge": {"task": "portal.renditions.tasks.judge", "schedule": 3.0},
    "releases-collect-renditions": {
        "task": "portal.releases.tasks.collect_renditions",
        "schedule": 900.0,
    },
    "renditions-make-wanted": {"task": "portal.renditions.tasks.make_wanted", "schedule": 15.0},
    "partners-forget-calls": {"task": "portal.partners.tasks.forget_calls", "schedule": 3600.0},
    "activity-seal": {"task": "portal.activity.tasks.seal", "schedule": 10.0},
    "integrations-deliver": {"task": "integrations.tasks.deliver", "schedule": float(SWEEP_SECONDS)},
    "integrations-process": {"task": "integrations.tasks.process", "schedule": float(SWEEP_SECONDS)},
    "integrations-poll": {"task": "integrations.tasks.poll", "schedule": float(SWEEP_SECONDS)},
    "integrations-reconcile": {"task": "integrations.timetable.reconcile", "schedule": 15.0},
    "integrations-prune": {"task": "integrations.timetable.prune", "schedule": 900.0},
}

#: Bearer token for /metrics; without one it answers nobody but this machine, and that only in the demo.
METRICS_TOKEN = env.text("METRICS_TOKEN")

LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
# RequestIdMiddleware, which stands before it, has seen to the header.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
from portal.core.logs import logging_settings  # noqa: E402  (needs nothing of Django's settings)

LOGGING = logging_settings(level=LOG_LEVEL, plain=LOCAL)
SILENCED_SYSTEM_CHECKS: list[str] = []
