"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lastmeter.accounts"
    verbose_name = "身份与安全"

    def ready(self) -> None:
        from lastmeter.accounts import holdings, keepers  # models exist only from here on

        keepers.register("accounts", holdings.KEEPER)
