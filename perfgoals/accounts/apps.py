from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "perfgoals.accounts"
    label = "accounts"
    verbose_name = "用户与单位"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from perfgoals.accounts.access import note_rights
        from perfgoals.accounts.services.sessions import stamp

        user_logged_in.connect(stamp, dispatch_uid="accounts.stamp")
        user_logged_in.connect(note_rights, dispatch_uid="accounts.note_rights")
