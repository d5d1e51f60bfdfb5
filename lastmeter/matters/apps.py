"""The app `matters`: names itself to the clocks, to the ground and to the keepers of personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MattersConfig(AppConfig):
    name = "lastmeter.matters"
    verbose_name = "事项"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.clocks import bells as seam
        from lastmeter.dossiers.models import Dossier, DossierKind
        from lastmeter.grid import followers, policy
        from lastmeter.grid.coverage import gaps
        from lastmeter.grid.staff import handovers
        from lastmeter.matters import bells, handing, holdings, ownerless
        from lastmeter.matters.models import (
            Cap,
            DistrictName,
            Duty,
            Grievance,
            ItemList,
            LapseRule,
            ProfileRule,
            SavedList,
            Template,
            Theme,
            WhistleLevel,
        )
        from lastmeter.matters.rulebook import glance
        from lastmeter.matters.talking import templates
        from lastmeter.matters.together import handing as parts_handing
        from lastmeter.matters.whistles import handing as whistles_handing

        seam.register(DossierKind.MATTER, bells.BELLS)
        followers.register(DistrictName, followers.of_model(DistrictName, _("来源地名")))
        followers.in_hands(Dossier, handing.in_hand)
        followers.register(ProfileRule, policy.follower(ProfileRule, _("流程规则")))
        followers.register(Cap, policy.follower(Cap, _("次数规则")))
        followers.register(Duty, followers.of_model(Duty, _("职责清单")))
        followers.register(ItemList, followers.of_model(ItemList, _("事项清单")))
        followers.register(Grievance, followers.of_model(Grievance, _("办理投诉")))
        followers.register(LapseRule, policy.follower(LapseRule, _("补充到期规则")))
        followers.register(Template, templates.FOLLOWER)
        followers.register(Theme, followers.of_model(Theme, _("专题")))
        followers.register(WhistleLevel, policy.follower(WhistleLevel, _("哨级规则")))
        followers.register(SavedList, followers.of_named(SavedList, _("常用清单"), "name", longest=40))
        keepers.register("matters", holdings.KEEPER)
        handovers.register("matters", handing.WORK)
        handovers.register("parts", parts_handing.WORK)
        handovers.register("whistles", whistles_handing.WORK)
        gaps.register("ownerless", ownerless.GAP)
        glance.register()
