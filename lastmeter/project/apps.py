"""The app `project`."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "lastmeter.project"
    verbose_name = "总装"
