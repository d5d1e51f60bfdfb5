"""The app `dossiers`: names itself to the ground it stands on."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "lastmeter.dossiers"
    verbose_name = "案卷"

    def ready(self) -> None:
        from lastmeter.dossiers import followers as mine  # models exist only from here on
        from lastmeter.dossiers.models import Dossier
        from lastmeter.grid import followers

        followers.register(Dossier, mine.FOLLOWER)
