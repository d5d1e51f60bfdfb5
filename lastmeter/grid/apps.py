"""The app `grid`: its rosters and calls follow the ground, and it says what it holds about a person."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import followers
        from lastmeter.grid.duty import holdings
        from lastmeter.grid.models import Call, Roster

        followers.register(Roster, followers.of_model(Roster, _("值班表")))
        followers.register(Call, followers.of_model(Call, _("呼叫")))
        keepers.register("grid", holdings.KEEPER)
