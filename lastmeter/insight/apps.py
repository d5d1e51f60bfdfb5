"""The app `insight`: figures computed from what happened; it writes none of the others' rows."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "lastmeter.insight"
    verbose_name = "态势"

    def ready(self) -> None:
        from lastmeter.grid.rulebook import kinds  # models exist only from here on
        from lastmeter.insight import glance

        kinds.register("formulas", glance.KIND)
