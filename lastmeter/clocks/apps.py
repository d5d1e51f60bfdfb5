"""The app `clocks`: its rules hang on nodes, and it keeps the calendar in force."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClocksConfig(AppConfig):
    name = "lastmeter.clocks"
    verbose_name = "时限"

    def ready(self) -> None:
        from lastmeter.clocks import book
        from lastmeter.clocks.models import Bound, Limit, OfficeSpan, Recounting, Rung  # models exist only from here on
        from lastmeter.grid import followers, policy
        from lastmeter.kit import workdays

        workdays.register(book.calendar)
        followers.register(Limit, policy.follower(Limit, _("时限规则")))
        followers.register(Rung, policy.follower(Rung, _("逐级上报规则")))
        followers.register(Bound, policy.follower(Bound, _("期限变动上限")))
        followers.register(Recounting, followers.of_model(Recounting, _("重新计算期限")))
        followers.register(OfficeSpan, followers.of_model(OfficeSpan, _("办公时间")))
