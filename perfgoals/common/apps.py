from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "perfgoals.common"
    label = "common"
    verbose_name = "运行"
