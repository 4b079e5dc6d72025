"""All pages. The only place that knows every app."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path

from perfgoals.accounts.views import admin_sign_in
from perfgoals.common import urls as job_urls
from perfgoals.common.views import job_resume
from scoring.api import api
from scoring.tasks import TASKS

# Jobs are kept by an app that knows none of the tasks; here the two are brought together.
job_patterns = [
    *job_urls.urlpatterns,
    path("<uuid:pk>/resume/", job_resume, {"tasks": TASKS}, name="job-resume"),
]

# The interface answers 401 by itself, where a page would send to the sign-in. Its description stays for
# those who are signed in.
DESCRIPTION = {"openapi-view", "openapi-json", "api-root"}
api_patterns, api_app, api_namespace = api.urls
for pattern in api_patterns:
    if isinstance(pattern, URLPattern) and pattern.name not in DESCRIPTION:
        login_not_required(pattern.callback)

urlpatterns = [
    path("api/", (api_patterns, api_app, api_namespace)),
    path("", include("scoring.urls")),
    path("", include("perfgoals.accounts.urls")),
    path("jobs/", include((job_patterns, job_urls.app_name))),
    path("admin/login/", admin_sign_in, name="admin-sign-in"),
    path("admin/", admin.site.urls),
]
