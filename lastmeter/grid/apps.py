"""The app `grid`."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"

    def ready(self) -> None:
        from lastmeter.grid import coverage  # models exist only from here on

        coverage.register()
