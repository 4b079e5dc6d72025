"""All pages. The only place that knows every app."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path

from perfgoals.accounts import urls as account_urls
from perfgoals.accounts.access import may_read_log
from perfgoals.accounts.views import admin_sign_in, password_change, sign_out, unit_list
from perfgoals.common import urls as job_urls
from perfgoals.common.log.urls import app_name as log_name
from perfgoals.common.log.urls import log_patterns
from perfgoals.common.log.views import LogAccess
from perfgoals.common.views import allow_methods, job_resume
from projects.models import Form
from scoring.api import api
from scoring.tasks import TASKS
from scoring.views.log_entries import label_of, page_of

# Jobs are kept by an app that knows none of the tasks; here the two are brought together.
job_patterns = [
    *job_urls.urlpatterns,
    path("<uuid:pk>/resume/", job_resume, {"tasks": TASKS}, name="job-resume"),
]

# Likewise units, which know no forms.
account_patterns = [
    *account_urls.urlpatterns,
    path("units/", unit_list, {"count_forms": Form.objects.per_unit}, name="unit-list"),
]

# The interface answers 401 by itself, where a page would send to the sign-in. Its description stays for
# those who are signed in, to be read.
DESCRIPTION = {"openapi-view", "openapi-json", "api-root"}
api_patterns, api_app, api_namespace = api.urls
for pattern in api_patterns:
    if isinstance(pattern, URLPattern) and pattern.name not in DESCRIPTION:
        login_not_required(pattern.callback)
    elif isinstance(pattern, URLPattern):
        pattern.callback = allow_methods("GET")(pattern.callback)

# Likewise the log: it is told who reads it, and where the page is of what an entry is about.
log_access = LogAccess(may_read=may_read_log, page_of=page_of, label_of=label_of)

urlpatterns = [
    path("api/", (api_patterns, api_app, api_namespace)),
    path("", include("scoring.urls")),
    path("", include((account_patterns, account_urls.app_name))),
    path("jobs/", include((job_patterns, job_urls.app_name))),
    path("log/", include((log_patterns(log_access), log_name))),
    path("admin/login/", admin_sign_in, name="admin-sign-in"),
    # Before the admin's own: one way to sign out and to change a password, with one trail.
    path("admin/logout/", sign_out, name="admin-sign-out"),
    path("admin/password_change/", password_change, name="admin-password-change"),
    path("admin/", admin.site.urls),
]
