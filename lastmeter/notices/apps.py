"""The app `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "lastmeter.notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.notices import inbox

        keepers.register("notices", inbox.KEEPER)
