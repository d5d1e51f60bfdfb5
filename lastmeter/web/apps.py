"""The app `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lastmeter.web"
    verbose_name = "页面"
