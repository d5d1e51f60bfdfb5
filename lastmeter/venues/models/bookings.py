"""预约: who has a room when; what it occupies; the key."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.venues.models.spaces import Space


class Booking(models.Model):
    """预约: a room from one moment until before another, in whole minutes. A request occupies nothing until approved.

    What ends a booking (cancelled, displaced, not used) releases its rows and keeps them.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("等审批")
        CONFIRMED = "confirmed", _("已订好")
        USED = "used", _("已使用")
        REFUSED = "refused", _("没有批准")
        CANCELLED = "cancelled", _("已取消")
        DISPLACED = "displaced", _("被征用")
        ABSENT = "absent", _("没有来")
        LAPSED = "lapsed", _("没有及时审批")

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="bookings")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="bookings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings")
    purpose = models.CharField(_("用来做什么"), max_length=60)
    people = models.PositiveIntegerField(_("多少人"))
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    official = models.BooleanField(_("公务使用"), default=False)
    client_ref = models.CharField(max_length=64)
    at = models.DateTimeField(_("提交时间"))
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    words = models.CharField(_("答复"), max_length=200, blank=True)
    instead = models.ForeignKey(Space, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    came_at = models.DateTimeField(_("到场时间"), null=True)

    class Meta:
        verbose_name = _("预约")
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_span"),
            models.CheckConstraint(condition=Q(people__gt=0), name="booking_people"),
            models.UniqueConstraint(fields=["user", "client_ref"], name="booking_once"),
        ]
        indexes = [
            models.Index(fields=["space", "ends_at"], name="booking_of_space"),
            models.Index(fields=["user", "ends_at"], name="booking_of_user"),
            models.Index(fields=["starts_at"], condition=Q(state="requested"), name="booking_requests"),
        ]


class Occupancy(models.Model):
    """占用: one leaf room, from `begins` until before `ends`, the buffer included; minutes since 1970 in UTC.

    Whole numbers, so that a week of two thousand rooms is read in one go and both databases compare the same. Of the
    rows that are not released no two of one room meet (migration 0002).
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="occupancies")
    leaf = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="occupancies", db_index=False)
    begins = models.IntegerField()
    ends = models.IntegerField()
    released = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("占用")
        constraints = [models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="occupancy_span")]
        indexes = [
            models.Index(fields=["leaf", "ends", "begins"], condition=Q(released=False), name="occupancy_of_leaf"),
            models.Index(fields=["ends", "begins", "leaf"], condition=Q(released=False), name="occupancy_in_time"),
        ]


class KeyHandover(models.Model):
    """钥匙交接: the key went out for a booking and came back."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="key")
    given_at = models.DateTimeField(_("领走"))
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    returned_at = models.DateTimeField(_("归还"), null=True)
    returned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    words = models.CharField(_("检查情况"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("钥匙交接")
