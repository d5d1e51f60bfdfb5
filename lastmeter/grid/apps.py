"""The app `grid`."""

from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import coverage, holdings

        keepers.register("grid", holdings.KEEPER)
        coverage.register()
