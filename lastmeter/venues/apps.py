"""The app `venues`: names itself to the ground and to the keepers of personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VenuesConfig(AppConfig):
    name = "lastmeter.venues"
    verbose_name = "阵地"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import followers, policy
        from lastmeter.venues import holdings
        from lastmeter.venues.models import BookingRule, Venue

        followers.register(Venue, followers.of_named(Venue, _("场所"), "name", longest=60))
        followers.register(BookingRule, policy.follower(BookingRule, _("预约规则")))
        keepers.register("venues", holdings.KEEPER)
