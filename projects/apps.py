from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"
    label = "projects"
    verbose_name = "项目与资金"

    def ready(self) -> None:
        from perfgoals.accounts.access import also_read_by
        from perfgoals.common.audit import name_subjects
        from projects.access import reads_elsewhere

        name_subjects({"forms/": "projects.form", "api/forms/": "projects.form"})
        also_read_by(reads_elsewhere)
