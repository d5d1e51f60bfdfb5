"""The app `matters`."""

from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "lastmeter.matters"
    verbose_name = "事项"
