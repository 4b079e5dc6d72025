from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "perfgoals.accounts"
    label = "accounts"
    verbose_name = "用户与单位"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from perfgoals.accounts.services.sessions import stamp
        from perfgoals.common.audit import name_subjects

        user_logged_in.connect(stamp, dispatch_uid="accounts.stamp")
        name_subjects({"units/": "accounts.unit", "people/": "accounts.user"})
