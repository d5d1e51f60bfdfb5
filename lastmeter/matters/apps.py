"""The app `matters`: names itself to the clocks, to the ground and to the keepers of personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MattersConfig(AppConfig):
    name = "lastmeter.matters"
    verbose_name = "事项"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.clocks import bells as seam
        from lastmeter.dossiers.models import DossierKind
        from lastmeter.grid import followers
        from lastmeter.grid.coverage import gaps
        from lastmeter.grid.staff import handovers
        from lastmeter.matters import bells, handing, holdings, ownerless
        from lastmeter.matters.models import DistrictName, SavedList

        seam.register(DossierKind.MATTER, seam.Bells(bells.warns, bells.falls, bells.climbs))
        followers.register(DistrictName, followers.of_model(DistrictName, _("来源地名")))
        followers.register(SavedList, followers.of_model(SavedList, _("常用清单")))
        keepers.register("matters", holdings.KEEPER)
        handovers.register("matters", handing.WORK)
        gaps.register("ownerless", ownerless.GAP)
