"""The app `volunteers`: names itself to the ground and to the keepers of personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VolunteersConfig(AppConfig):
    name = "lastmeter.volunteers"
    verbose_name = "志愿"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import followers
        from lastmeter.volunteers import holdings
        from lastmeter.volunteers.models import Certificate, Member, Slip

        followers.register(Member, followers.of_model(Member, _("报到的党员和志愿者")))
        followers.register(Slip, followers.of_model(Slip, _("支部报到单")))
        followers.register(Certificate, followers.of_model(Certificate, _("志愿服务证明")))
        keepers.register("volunteers", holdings.KEEPER)
