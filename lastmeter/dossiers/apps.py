"""The app `dossiers`."""

from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "lastmeter.dossiers"
    verbose_name = "案卷"
