"""Settings, read from the environment (docs/settings.md lists every variable)."""

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from lastmeter.project import environment as env

ROOT = env.ROOT
VAR = Path(env.text("LASTMETER_VAR", str(ROOT / "var")))
DEBUG = env.flag("LASTMETER_DEBUG")
SECRET_KEY = env.secret("LASTMETER_SECRET_KEY", VAR / "secret_key")

# Private fields (phone, name of a requester): key id → secret. The first key seals, all of them open.
SEAL_KEYS = [part.partition(":")[::2] for part in env.names("LASTMETER_SEAL_KEYS")] or [
    ("1", env.secret("LASTMETER_SEAL_KEY", VAR / "seal_key"))
]
SEAL_SUITE = env.text("LASTMETER_SEAL_SUITE", "aes-256-gcm")
HASH_KEY = env.secret("LASTMETER_HASH_KEY", VAR / "hash_key")

# Who runs this installation: shown on /about/ and in the privacy notice.
OWNER = env.text("LASTMETER_OWNER")
OWNER_CONTACT = env.text("LASTMETER_OWNER_CONTACT")
FILING_NUMBER = env.text("LASTMETER_FILING_NUMBER")
SITE_URL = env.text("LASTMETER_SITE_URL", "http://127.0.0.1:8000").rstrip("/")

# Under the boundaries of the map: nothing, or a raster template of somebody who may publish one (审图号 in the credit).
BASEMAP = env.tiles("LASTMETER_BASEMAP")
BASEMAP_CREDIT = env.text("LASTMETER_BASEMAP_CREDIT")

# Reports from one network address in an hour; a whole compound may share one address.
FONT = env.text("LASTMETER_FONT")
REPORTS_PER_HOUR = env.number("LASTMETER_REPORTS_PER_HOUR", 120)
SUGGESTIONS_PER_HOUR = env.number("LASTMETER_SUGGESTIONS_PER_HOUR", 3000)

# How many days before a term ends its holder and the desk are told.
# What a resident's phone dials from a public page: "direct" the public number, "masked" the same but masked on the
# page, "relay" a switchboard that leads on to the person ({person} is their number in this installation).
CALLS = env.choice("LASTMETER_CALLS", ("direct", "masked", "relay"))
CALL_RELAY = env.text("LASTMETER_CALL_RELAY")
if CALLS == "relay" and "{person}" not in CALL_RELAY:
    raise ImproperlyConfigured("LASTMETER_CALLS=relay: write LASTMETER_CALL_RELAY with {person} in it")

# The demonstration: see project/demo/gate.py for the three conditions that must all hold.
DEMO = env.flag("LASTMETER_DEMO")
BIND = env.text("LASTMETER_BIND", "127.0.0.1:8000")
ALLOWED_HOSTS = env.names("LASTMETER_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
BEHIND_PROXY = env.flag("LASTMETER_BEHIND_PROXY")
SECURE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "lastmeter.project",
    "lastmeter.web",
    "lastmeter.insight",
    "lastmeter.venues",
    "lastmeter.matters",
    "lastmeter.volunteers",
    "lastmeter.occasions",
    "lastmeter.clocks",
    "lastmeter.dossiers",
    "lastmeter.grid",
    "lastmeter.notices",
    "lastmeter.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "lastmeter.project.demo.middleware.local_only",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lastmeter.web.middleware.headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "lastmeter.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "lastmeter.accounts.middleware.actor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "lastmeter.web.middleware.shell",
    "lastmeter.web.middleware.address",
]

ROOT_URLCONF = "lastmeter.project.urls"
WSGI_APPLICATION = "lastmeter.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "lastmeter.web.context.page",
            ],
            "builtins": ["lastmeter.web.templatetags.c", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "lastmeter.web.components.controls.Controls"

DATABASE_URL = env.text("LASTMETER_DATABASE_URL", f"sqlite:///{VAR / 'lastmeter.sqlite3'}")


def _database() -> dict[str, Any]:
    config: dict[str, Any] = dict(dj_database_url.parse(DATABASE_URL))
    if config["ENGINE"].endswith("sqlite3"):
        config["ENGINE"] = "lastmeter.kit.sqlite"
        config["OPTIONS"] = {
            # A deferred BEGIN that later writes is refused at once, whatever the timeout: take the write lock first.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an acknowledged report survives a power cut, not only a killed process.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
        }
    else:
        config["CONN_MAX_AGE"] = None
        config["CONN_HEALTH_CHECKS"] = True
        config["DISABLE_SERVER_SIDE_CURSORS"] = False
        options = config.setdefault("OPTIONS", {})
        options.setdefault("target_session_attrs", "read-write")
        # Statements are prepared on the server after a few uses (a fifth off an intake). Behind PgBouncer before 1.21
        # that breaks: LASTMETER_PREPARE=0.
        if env.flag("LASTMETER_PREPARE", default=True):
            options |= {"server_side_binding": True, "prepare_threshold": 5}
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["lastmeter.accounts.backends.Accounts"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"

SESSION_ENGINE = "lastmeter.accounts.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "__Host-lm" if SECURE else "lm"
CSRF_COOKIE_NAME = "__Host-lmcsrf" if SECURE else "lmcsrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_SSL_REDIRECT = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SECURE else []
CSRF_FAILURE_VIEW = "lastmeter.web.errors.csrf_failed"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lm_language"
LOCALE_PATHS = [ROOT / "lastmeter" / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# A report carries a text and up to nine photos of 20 MB; each is checked by content in kit/uploads.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_HOST = env.text("LASTMETER_SMTP_HOST")
EMAIL_PORT = env.number("LASTMETER_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("LASTMETER_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("LASTMETER_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("LASTMETER_SMTP_STARTTLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("LASTMETER_MAIL_FROM", "lastmeter@localhost")
# Text messages: any gateway that takes the signed JSON of notices/channels/sms.py; without it no code is asked for.
SMS_GATEWAY = env.text("LASTMETER_SMS_GATEWAY")
SMS_KEY = env.text("LASTMETER_SMS_KEY")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LASTMETER_LOG_LEVEL", "INFO")},
}
