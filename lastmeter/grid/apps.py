"""The app `grid`: names what of its own hangs on nodes, what it holds about a person, what a ground misses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridConfig(AppConfig):
    name = "lastmeter.grid"
    verbose_name = "网格"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import followers, holdings, policy
        from lastmeter.grid.addresses import following
        from lastmeter.grid.coverage import gaps, strays
        from lastmeter.grid.coverage import places as coverage
        from lastmeter.grid.duty import holdings as duty
        from lastmeter.grid.duty import unheard, unmanned
        from lastmeter.grid.models import Building, Call, Compound, Road, Roster, Staffing, TermWarning
        from lastmeter.grid.rulebook import kinds
        from lastmeter.grid.staff import glance

        followers.register(Building, following.BUILDINGS)
        followers.register(Compound, following.named(Compound, _("小区")))
        followers.register(Road, following.named(Road, _("道路")))
        followers.register(Roster, followers.of_model(Roster, _("值班表")))
        followers.register(Call, followers.of_model(Call, _("呼叫")))
        followers.register(Staffing, policy.follower(Staffing, _("配岗要求")))
        followers.register(TermWarning, policy.follower(TermWarning, _("到期提醒")))
        keepers.register("grid", holdings.KEEPER)
        keepers.register("grid.duty", duty.KEEPER)
        coverage.register()
        gaps.register("unheard", unheard.GAP)
        gaps.register("rosters", unmanned.GAP)
        gaps.register("strays", strays.GAP)
        kinds.register("posts", glance.KIND)
