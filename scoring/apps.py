from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    label = "scoring"
    verbose_name = "绩效自评与计分"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from scoring.services.importing import note_importing

        user_logged_in.connect(note_importing, dispatch_uid="scoring.note_importing")
