from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    label = "projects"
    verbose_name = "项目与资金"

    def ready(self) -> None:
        from perfgoals.common.audit import name_subjects

        name_subjects({"forms/": "projects.form", "api/forms/": "projects.form"})
