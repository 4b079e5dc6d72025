from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "perfgoals.accounts"
    label = "accounts"
    verbose_name = "用户与单位"
