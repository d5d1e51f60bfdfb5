"""抽签: more want a room than there are hours; the order is drawn by a seed that was sealed before anybody asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.venues.models.bookings import Booking
from lastmeter.venues.models.spaces import Space


class Draw(models.Model):
    """抽签: the requests for one room and span. `seal` (SHA-256 of the seed) is public from the start, `seed` after."""

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="draws")
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    closes_at = models.DateTimeField(_("报名截止"))
    seal = models.CharField(_("种子的指纹"), max_length=64)
    seed = models.CharField(_("种子"), max_length=64)
    drawn_at = models.DateTimeField(_("抽签时间"), null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("抽签")


class Lot(models.Model):
    """签号: one request in a draw; its number is public, the person is not."""

    draw = models.ForeignKey(Draw, on_delete=models.CASCADE, related_name="lots")
    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="lot")
    number = models.PositiveIntegerField(_("签号"))
    rank = models.PositiveIntegerField(_("名次"), null=True)

    class Meta:
        verbose_name = _("签号")
        constraints = [models.UniqueConstraint(fields=["draw", "number"], name="lot_number")]
