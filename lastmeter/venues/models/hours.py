"""开放时间: periods of the year (term, summer, a day closed), each with hours by the kind of day."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.venues.models.spaces import Space, Venue


class Period(models.Model):
    """开放安排: from a day (China date) until before another; of those that cover a day the shortest holds.

    One without hours for a kind of day is closed on it; one of a single day without any is that day's closure. A
    room's own arrangement goes before its venue's.
    """

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="periods")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, blank=True, related_name="periods")
    name = models.CharField(_("名称"), max_length=40)
    since = models.DateField(_("自"))
    until = models.DateField(_("至（不含）"), null=True, blank=True)

    class Meta:
        verbose_name = _("开放安排")
        constraints = [models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("since")), name="period_span")]


class Opening(models.Model):
    """开放时段: hours on one kind of day; an end at or before the beginning is on the next day."""

    class Day(models.IntegerChoices):
        MONDAY = 1, _("周一")
        TUESDAY = 2, _("周二")
        WEDNESDAY = 3, _("周三")
        THURSDAY = 4, _("周四")
        FRIDAY = 5, _("周五")
        SATURDAY = 6, _("周六")
        SUNDAY = 7, _("周日")
        SWAPPED = 8, _("调休上班的日子")
        HOLIDAY = 9, _("法定节假日")

    period = models.ForeignKey(Period, on_delete=models.CASCADE, related_name="openings")
    day = models.PositiveSmallIntegerField(_("哪种日子"), choices=Day.choices)
    opens = models.TimeField(_("开门"))
    closes = models.TimeField(_("关门"))

    class Meta:
        verbose_name = _("开放时段")
        constraints = [models.UniqueConstraint(fields=["period", "day", "opens"], name="opening_once")]
