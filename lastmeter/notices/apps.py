"""The app `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "lastmeter.notices"
    verbose_name = "通知"
