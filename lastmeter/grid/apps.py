"""The app `grid`."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"
