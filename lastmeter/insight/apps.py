"""The app `insight`: figures computed from what happened; it writes none of the others' rows."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "lastmeter.insight"
    verbose_name = "态势"
