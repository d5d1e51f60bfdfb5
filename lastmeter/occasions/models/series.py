"""系列: what comes again by a rule of RFC 5545, with the days it is left out or held besides."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node, Unit


class Series(models.Model):
    """系列活动: the rule and what each of its occasions begins with; occasions are made ahead of time, once each."""

    class Days(models.TextChoices):
        """On which days of the rule it is held: days off and worked weekends (调休) as the State Council says."""

        ANY = "any", _("每次都办")
        NO_HOLIDAYS = "no_holidays", _("法定节假日放假不办")
        WORKDAYS = "workdays", _("只在工作日办（调休上班的周末算工作日）")
        FREE_DAYS = "free_days", _("只在休息日办（调休上班的周末不办）")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="series")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="series")
    title = models.CharField(_("活动名称"), max_length=60)
    words = models.TextField(_("说明"), blank=True)
    place = models.CharField(_("地点"), max_length=100)
    rule = models.CharField(_("重复规则"), max_length=200)
    days = models.CharField(_("遇到节假日"), max_length=12, choices=Days.choices, default=Days.NO_HOLIDAYS)
    first_at = models.DateTimeField(_("第一次"))
    minutes = models.PositiveSmallIntegerField(_("时长（分钟）"))
    capacity = models.PositiveIntegerField(_("名额"))
    most = models.PositiveSmallIntegerField(_("一人最多报几位"), default=1)
    accept_hours = models.PositiveSmallIntegerField(_("递补确认时限（小时）"), default=24)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(_("停办"), null=True, blank=True)

    class Meta:
        verbose_name = _("系列活动")
        constraints = [
            models.CheckConstraint(condition=Q(capacity__gt=0, minutes__gt=0, most__gt=0), name="series_has_room"),
        ]


class DayOut(models.Model):
    """例外: a day (China date) on which the series is left out, or held although the rule or the calendar says no."""

    class Kind(models.TextChoices):
        SKIPPED = "skipped", _("这天不办")
        HELD = "held", _("这天照办")

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="exceptions")
    day = models.DateField(_("日期"))
    kind = models.CharField(_("怎么办"), max_length=8, choices=Kind.choices)
    words = models.CharField(_("原因"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("系列例外")
        constraints = [models.UniqueConstraint(fields=["series", "day"], name="series_exception_once")]
