"""活动: something held at a time with people, and how many of them there may be."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node, Unit
from lastmeter.occasions.models.series import Series


class OccasionQuerySet(models.QuerySet["Occasion"]):
    def to_come(self, now: datetime) -> "OccasionQuerySet":
        """Not over and not called off, the next one first."""
        return self.filter(ends_at__gt=now, called_off_at=None).order_by("starts_at", "pk")


class Occasion(models.Model):
    """活动: who wants to come signs up; `taken` never exceeds `capacity`, the database itself holds that.

    `arrivals` numbers those who signed up, in the order in which they got hold of this row: that is the waiting list.
    """

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="occasions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="occasions")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="occasions")
    slot = models.DateTimeField(null=True)  # the moment by the series' rule: made once, whatever becomes of it
    title = models.CharField(_("活动名称"), max_length=60)
    words = models.TextField(_("说明"), blank=True)
    place = models.CharField(_("地点"), max_length=100)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    capacity = models.PositiveIntegerField(_("名额"))
    taken = models.PositiveIntegerField(_("已占名额"), default=0)
    arrivals = models.PositiveIntegerField(default=0)
    most = models.PositiveSmallIntegerField(_("一人最多报几位"), default=1)
    accept_hours = models.PositiveSmallIntegerField(_("递补确认时限（小时）"), default=24)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    called_off_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    why_off = models.CharField(_("取消原因"), max_length=100, blank=True)
    settled_at = models.DateTimeField(_("到场清点"), null=True, blank=True)
    objects = OccasionQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        constraints = [
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="occasion_not_overfull"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occasion_span"),
            models.CheckConstraint(condition=Q(most__gt=0), name="occasion_most"),
            models.UniqueConstraint(fields=["series", "slot"], name="occasion_once_a_slot"),
        ]
        indexes = [
            models.Index(fields=["node", "ends_at"], name="occasion_at_node"),
            models.Index(fields=["ends_at"], condition=Q(settled_at=None), name="occasion_unsettled"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def free(self) -> int:
        """Seats nobody holds."""
        return self.capacity - self.taken
