from django.urls import path

from perfgoals.common import views

app_name = "common"
urlpatterns = [
    path("", views.job_list, name="job-list"),
    path("<uuid:pk>/", views.job_detail, name="job-detail"),
    path("<uuid:pk>/cancel/", views.job_cancel, name="job-cancel"),
    path("<uuid:pk>/result/", views.job_result, name="job-result"),
]
