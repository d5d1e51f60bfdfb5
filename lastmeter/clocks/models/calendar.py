"""Which days and hours are worked: the national notice of a year, and the office hours of places and units."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Node, Unit


class CalendarDay(models.Model):
    """A day of the State Council Office's yearly notice, entered here before the software itself knows the year."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("放假")
        SWAP = "workday_swap", _("调休上班")

    day = models.DateField(_("日期"), unique=True)
    kind = models.CharField(_("怎么安排"), max_length=12, choices=Kind.choices)
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    entered_at = models.DateTimeField(_("录入"))

    class Meta:
        verbose_name = _("放假安排")


class OfficeSpan(models.Model):
    """办公时间: a span of office hours on one day of the week, of a unit or of everything at and below a place.

    All rows of one owner that hold on a day are its timetable; the unit's own goes before the nearest place's.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 1, _("周一")
        TUESDAY = 2, _("周二")
        WEDNESDAY = 3, _("周三")
        THURSDAY = 4, _("周四")
        FRIDAY = 5, _("周五")
        SATURDAY = 6, _("周六")
        SUNDAY = 7, _("周日")
        SWAPPED = 8, _("调休上班的日子")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="office_spans")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="office_spans")
    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekday.choices)
    opens = models.TimeField(_("上班"))
    closes = models.TimeField(_("下班"))
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("办公时间")
        constraints = [
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="office_span_order"),
            models.CheckConstraint(
                condition=Q(node__isnull=False, unit=None) | Q(node=None, unit__isnull=False),
                name="office_span_one_owner",
            ),
        ]


class Recounting(models.Model):
    """重新计算: other days or hours are worked, and the clocks that run are counted anew, a chunk at a time.

    Of everything, or of those that may count by the hours of one place or unit. `last` is the key of the last clock
    looked at and is written with what became of it, so that a worker that is killed neither skips nor repeats one.
    """

    why = models.CharField(_("依据"), max_length=200)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    calendar = models.CharField(max_length=16, blank=True)
    asked_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("完成"), null=True, blank=True)
    total = models.PositiveIntegerField(_("在走的期限"), default=0)
    looked = models.PositiveIntegerField(_("已看"), default=0)
    moved = models.PositiveIntegerField(_("改动"), default=0)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("重新计算")
        indexes = [models.Index(fields=["id"], condition=Q(ended_at=None), name="recounting_open")]
