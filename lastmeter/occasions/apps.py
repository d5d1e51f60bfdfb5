"""The app `occasions`: names itself to the ground and to the keepers of personal data."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OccasionsConfig(AppConfig):
    name = "lastmeter.occasions"
    verbose_name = "活动"

    def ready(self) -> None:
        from lastmeter.accounts import keepers  # models exist only from here on
        from lastmeter.grid import followers
        from lastmeter.occasions import holdings
        from lastmeter.occasions.models import Occasion, Series

        followers.register(Occasion, followers.of_model(Occasion, _("活动")))
        followers.register(Series, followers.of_model(Series, _("系列活动")))
        keepers.register("occasions", holdings.KEEPER)
