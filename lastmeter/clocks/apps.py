"""The app `clocks`."""

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "lastmeter.clocks"
    verbose_name = "时限"
