"""Settings. Whatever differs between installations comes from the environment; unset, a fresh clone runs."""

from __future__ import annotations

import contextlib
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("PERFGOALS_DATA", BASE_DIR / "var"))


def env_flag(name: str, default: bool) -> bool:
    """A yes/no variable. Raises ImproperlyConfigured for any other word, so that a typing error
    never switches protection off unseen."""
    value = os.environ.get(name, str(default)).strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"环境变量 {name} 应为 1 或 0，现为「{value}」")


def env_count(name: str, default: int, least: int = 0) -> int:
    """A whole number, not below ``least``. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"环境变量 {name} 应为不小于 {least} 的整数，现为「{value}」")
    return int(value)


def env_list(name: str, default: str = "") -> list[str]:
    """A comma-separated variable."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def kept_secret(file: Path) -> str:
    """The installation's own secret, made at the first start and kept readable for its owner only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        # link() refuses to replace: of two processes starting at once, both read the first one's key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()


DEBUG = env_flag("DEBUG", False)
SECRET_KEY = os.environ.get("SECRET_KEY") or kept_secret(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# How many proxies of the installation's own stand before this server, each adding to X-Forwarded-For.
TRUSTED_PROXIES = env_count("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    # Before Django's, for its commands of the same names.
    "perfgoals.accounts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_tasks",
    "django_tasks_db",
    "import_export",
    "ninja",
    "perfgoals.common",
    "projects",
    "indicators",
    "scoring",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "perfgoals.accounts.middleware.SafetyHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "perfgoals.common.middleware.Origins",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "perfgoals.accounts.middleware.SessionLimits",
    "perfgoals.accounts.middleware.Duties",
    "projects.middleware.Conflicts",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "perfgoals.urls"
WSGI_APPLICATION = "perfgoals.wsgi.application"

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
            ],
        },
    },
]

if os.environ.get("DATABASE_URL"):
    DATABASES = {"default": dj_database_url.config(conn_max_age=60, conn_health_checks=True)}
else:
    DATABASES = {
        "default": {
            "ENGINE": "perfgoals.common.embedded_postgres",
            "NAME": "perfgoals",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "perfgoals.accounts.services.signing.PeopleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        (
            "UserAttributeSimilarityValidator",
            {"user_attributes": ("username", "full_name", "email"), "max_similarity": 0.6},
        ),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "scoring:home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "perfgoals" / "locale"]
FORMAT_MODULE_PATH = ["perfgoals.formats"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "uploads"},
    },
    "staticfiles": {"BACKEND": "perfgoals.common.serving.static_storage.PackedStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
PRINT_STORE = DATA_DIR / "prints"

# Without a mail server what would be sent is printed where the command or the worker runs.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
EMAIL_PORT = env_count("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env_flag("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM") or "perfgoals@localhost"
# The hour from which the worker sends the daily digest, and the address that links in it begin with.
DIGEST_HOUR = env_count("DIGEST_HOUR", 8)
SITE_ADDRESS = os.environ.get("SITE_ADDRESS", "").rstrip("/")

FIXTURES_DIR = BASE_DIR / "fixtures"

# The longest page posts a choice for each line of a list of executed budgets.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Sessions end after so many minutes without use, and so many hours after they began.
SESSION_IDLE_MINUTES = env_count("SESSION_IDLE_MINUTES", 30, least=2)
SESSION_HOURS = env_count("SESSION_HOURS", 12, least=1)
SESSION_ENGINE = "perfgoals.accounts.services.sessions"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# So many failures lock a name at an address (an office shares one); so many lock it everywhere.
AXES_FAILURE_LIMIT = env_count("SIGN_IN_LIMIT", 5, least=1)
SIGN_IN_LIMIT_ANYWHERE = env_count("SIGN_IN_LIMIT_ANYWHERE", 50, least=AXES_FAILURE_LIMIT)
AXES_COOLOFF_TIME = timedelta(minutes=env_count("SIGN_IN_LOCK_MINUTES", 30, least=1))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "perfgoals.accounts.services.locking.LockingHandler"
AXES_CLIENT_IP_CALLABLE = "perfgoals.accounts.services.locking.client_address"
AXES_LOCKOUT_CALLABLE = "perfgoals.accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken", "next"]
# The audit log says who signed in and who failed to; locks are lifted on the page of the user.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

OTP_TOTP_ISSUER = "perfgoals"
# Roles whose holders must use one-time codes; "admin" means whoever may enter the admin as well.
REQUIRE_CODES_FOR = env_list("REQUIRE_CODES_FOR")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
# The admin's kit computes expressions out of attributes and places its menus by style attributes.
ADMIN_POLICY = {
    "script-src": ["'self'", "'unsafe-eval'"],
    "style-src": ["'self'", "'unsafe-inline'"],
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Behind https the proxy says so; without it (an intranet, this machine) a secure cookie would lock
# everybody out.
if env_flag("HTTPS", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
# What other names of the same domain are served by is not for this application to say.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]


def admin_page(title: str, icon: str, model: str) -> dict[str, Any]:
    """A line of the admin's side bar: the list of a model, for those who may see it."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": lambda request: request.user.has_perm(f"{app}.view_{name}"),
    }


UNFOLD = {
    "SITE_TITLE": "绩效目标管理",
    "SITE_HEADER": "绩效目标管理 · 后台",
    "SITE_SYMBOL": "account_balance",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/mark.svg")}
    ],
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "perfgoals.common.admin.index_in_order",
    "STYLES": [lambda request: static("css/admin.css")],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.604)",
            "100": "oklch(93.2% .032 255.585)",
            "200": "oklch(88.2% .059 254.128)",
            "300": "oklch(80.9% .105 251.813)",
            "400": "oklch(70.7% .165 254.624)",
            "500": "oklch(62.3% .214 259.815)",
            "600": "oklch(54.6% .245 262.881)",
            "700": "oklch(48.8% .243 264.376)",
            "800": "oklch(42.4% .199 265.638)",
            "900": "oklch(37.9% .146 265.522)",
            "950": "oklch(28.2% .091 267.935)",
        },
    },
    "SIDEBAR": {
        "navigation": [
            {"items": [{"title": "返回系统", "icon": "arrow_back", "link": "/", "active": False}]},
            {
                "title": "用户与单位",
                "items": [
                    admin_page("单位", "account_tree", "accounts.unit"),
                    admin_page("用户", "group", "accounts.user"),
                ],
            },
            {
                "title": "项目",
                "items": [
                    admin_page("年度", "calendar_month", "projects.fiscalyear"),
                    admin_page("延期", "more_time", "projects.deadlineextension"),
                    admin_page("项目", "folder", "projects.project"),
                    admin_page("预算执行数", "payments", "projects.budgetexecution"),
                    admin_page("查阅授权", "key", "projects.projectgrant"),
                ],
            },
            {
                "title": "指标与计分",
                "items": [
                    admin_page("指标分类", "category", "indicators.indicatorcategory"),
                    admin_page("指标库", "library_books", "indicators.libraryindicator"),
                    admin_page("计分办法", "calculate", "scoring.scoringscheme"),
                ],
            },
            {
                "title": "表（只能查看）",
                "items": [
                    admin_page("全部表", "description", "projects.form"),
                    admin_page("绩效目标申报表", "flag", "indicators.declaration"),
                    admin_page("绩效自评表", "fact_check", "scoring.selfevaluation"),
                    admin_page("历史版本", "history", "projects.formversion"),
                ],
            },
            {
                "title": "运行",
                "items": [admin_page("后台任务", "pending_actions", "common.job")],
            },
        ],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Failed sign-ins stand in the audit log.
    "loggers": {"axes": {"level": "ERROR"}},
}
