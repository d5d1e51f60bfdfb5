"""The app `matters`: names itself to the clocks."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "lastmeter.matters"
    verbose_name = "事项"

    def ready(self) -> None:
        from lastmeter.clocks import bells as seam  # models are not loaded before ready()
        from lastmeter.dossiers.models import DossierKind
        from lastmeter.matters import bells

        seam.register(DossierKind.MATTER, warns=bells.warns, falls=bells.falls)
