"""预约规则: how far ahead, how long, how often; and what follows when somebody does not come. Configuration, dated."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import PolicyRow


class BookingRule(PolicyRow):
    """预约规则 of a place and everything below it; where none is written, the usual values (the fields' defaults)."""

    days_ahead = models.PositiveSmallIntegerField(_("最多提前几天"), default=14)
    longest = models.PositiveSmallIntegerField(_("一次最长几分钟"), default=180)
    cancel_hours = models.PositiveSmallIntegerField(_("提前几小时可以取消"), default=24)
    per_person = models.PositiveSmallIntegerField(_("每人每周几次"), default=2)
    per_group = models.PositiveSmallIntegerField(_("每个团队每周几次"), default=3)
    absence_days = models.PositiveSmallIntegerField(_("爽约记多少天"), default=90)
    absences_one = models.PositiveSmallIntegerField(_("几次以后一次只能订一场"), default=2)
    absences_stop = models.PositiveSmallIntegerField(_("几次以后暂停预约"), default=3)
    stop_days = models.PositiveSmallIntegerField(_("暂停几天"), default=30)
    appeal_days = models.PositiveSmallIntegerField(_("几天内可以申诉"), default=15)

    class Meta:
        verbose_name = _("预约规则")
        constraints = [
            models.UniqueConstraint(fields=["node"], condition=Q(valid_to=None), name="booking_rule_one_open")
        ]
