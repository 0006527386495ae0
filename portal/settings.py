"""Settings of the whole portal: one file, read top to bottom; every choice is an environment variable.

A bad value stops the start and says what to write instead.  Business values (targets, rates, holidays) are rows.
"""

import os
import secrets
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

# Lets `ModelAdmin[Row]` and the like stand in annotations and bases at run time.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str = "") -> str:
    """The variable, or the content of the file named by NAME_FILE (for secrets), or the default."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {path}: {error.strerror}") from error
    return os.environ.get(name, default)


def env_bool(name: str, default: str = "no") -> bool:
    """A yes/no variable."""
    value = env_text(name, default).lower()
    if value in {"yes", "true", "1", "on"}:
        return True
    if value in {"no", "false", "0", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: write 'yes' or 'no'.")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """A whole number not below least."""
    value = env_text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} is {value!r}: write a whole number, {least} or more.")
    return int(value)


def env_list(name: str, default: str = "") -> list[str]:
    """A comma-separated list."""
    return [item.strip() for item in env_text(name, default).split(",") if item.strip()]


def kept_secret(folder: Path) -> str:
    """The installation's own secret key, made once and kept beside the data, readable by its owner only."""
    path = folder / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(50)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


# --- Where things are kept ---------------------------------------------------------------------
VAR_DIR = Path(env_text("SHOUYUE_VAR_DIR", str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = VAR_DIR / "files"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns about a folder that is not there
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 300
FONT_DIR = BASE_DIR / "fonts"

# --- Who may reach us --------------------------------------------------------------------------
DEBUG = env_bool("SHOUYUE_DEBUG")
SECRET_KEY = env_text("SHOUYUE_SECRET_KEY") or kept_secret(VAR_DIR)
SITE_URL = env_text("SHOUYUE_SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env_list("SHOUYUE_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = env_bool("SHOUYUE_HTTPS")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("SHOUYUE_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = env_int("SHOUYUE_SESSION_HOURS", 8, least=1) * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "shouyue_session"
CSRF_FAILURE_VIEW = "portal.views.csrf_failed"
CSRF_COOKIE_NAME = "shouyue_csrf"
LANGUAGE_COOKIE_NAME = "shouyue_language"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    # First, so that permission rows exist before people.roles grants them.
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "people",
    "journal",
    "worktime",
    "contracts",
    "sla",
    "billing",
    "portal.apps.PortalConfig",
    "simple_history",
    "axes",
    "csp",
    "django_htmx",
    "portal.apps.ConsoleConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # the templates of widgets, for FORM_RENDERER
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
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
                "csp.context_processors.nonce",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database ----------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    # Every write transaction takes its lock at the start: no transaction is ever refused half way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # recursive_triggers: INSERT OR REPLACE must not delete a row behind an append-only trigger.
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;",
}
try:
    DATABASES = {
        "default": dj_database_url.parse(
            env_text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'shouyue.sqlite3'}"),
            conn_max_age=env_int("SHOUYUE_DB_CONN_AGE", 60),
            conn_health_checks=True,
        )
    }
except (ValueError, KeyError) as error:
    raise ImproperlyConfigured("DATABASE_URL: write sqlite:////path/to/file or postgres://user@host/name.") from error
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sign-in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "people.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- History -----------------------------------------------------------------------------------
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# --- Language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Files people send us ----------------------------------------------------------------------
UPLOAD_MAX_BYTES = env_int("SHOUYUE_UPLOAD_MB", 20, least=1) * 1024 * 1024
UPLOAD_MAX_FILES = 10
USAGE_FILE_MAX_BYTES = env_int("SHOUYUE_USAGE_FILE_MB", 200, least=1) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# --- Mail --------------------------------------------------------------------------------------
EMAIL_HOST = env_text("SHOUYUE_MAIL_HOST")
EMAIL_PORT = env_int("SHOUYUE_MAIL_PORT", 587, least=1)
EMAIL_HOST_USER = env_text("SHOUYUE_MAIL_USER")
EMAIL_HOST_PASSWORD = env_text("SHOUYUE_MAIL_PASSWORD")
EMAIL_USE_TLS = env_bool("SHOUYUE_MAIL_TLS", "yes")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = env_text("SHOUYUE_MAIL_FROM", "shouyue@localhost")

# Letters that come in: maildir:///path or imaps://user@host/INBOX.  Nobody is believed without MAIL_IN_HOST, the name
# of our own mail server in its Received and Authentication-Results lines.
MAIL_IN = env_text("SHOUYUE_MAIL_IN")
MAIL_IN_PASSWORD = env_text("SHOUYUE_MAIL_IN_PASSWORD")
MAIL_IN_HOST = env_text("SHOUYUE_MAIL_IN_HOST")
MAIL_IN_MAX_BYTES = env_int("SHOUYUE_MAIL_IN_MB", 25, least=1) * 1024 * 1024

# --- Posting to other systems ------------------------------------------------------------------
WEBHOOK_HTTP_HOSTS = env_list("SHOUYUE_WEBHOOK_HTTP_HOSTS")  # may be written to without TLS
WEBHOOK_PRIVATE_HOSTS = env_list("SHOUYUE_WEBHOOK_PRIVATE_HOSTS")  # may lie in a private network

# --- Background work ---------------------------------------------------------------------------
CELERY_BROKER_URL = env_text("CELERY_BROKER_URL", f"spool://{VAR_DIR / 'spool'}")
SWEEP_SECONDS = env_int("SHOUYUE_SWEEP_SECONDS", 30, least=5)

# --- Log ---------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("SHOUYUE_LOG_LEVEL", "WARNING")},
}
