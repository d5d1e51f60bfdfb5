"""The app `project`: registers the checks of the whole."""

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "lastmeter.project"
    verbose_name = "总装"

    def ready(self) -> None:
        from lastmeter.project import checks  # noqa: F401 - registers itself
        from lastmeter.project.demo import gate  # noqa: F401 - registers itself
