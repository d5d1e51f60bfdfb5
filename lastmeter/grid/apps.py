"""The app `grid`: names what of its own hangs on nodes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import coverage, followers, holdings
        from lastmeter.grid.addresses import following
        from lastmeter.grid.models import Building, Compound, Road

        followers.register(Building, following.BUILDINGS)
        followers.register(Compound, following.named(Compound, _("小区")))
        followers.register(Road, following.named(Road, _("道路")))
        keepers.register("grid", holdings.KEEPER)
        coverage.register()
