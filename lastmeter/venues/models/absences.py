"""爽约: somebody did not use what they had booked; a fact with due process."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.venues.models.bookings import Booking


class Absence(models.Model):
    """爽约: noted by whom, with the person's own words; lifted by an accepted appeal, over at `expires_at`."""

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="absence")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="absences")
    at = models.DateTimeField(_("记录时间"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    appeal_by = models.DateTimeField(_("申诉期限"))
    expires_at = models.DateTimeField(_("失效时间"))
    excuse = models.CharField(_("本人说明"), max_length=200, blank=True)
    appealed_at = models.DateTimeField(_("申诉时间"), null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    lifted = models.BooleanField(_("已撤销"), default=False)
    words = models.CharField(_("答复"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("爽约")
        indexes = [models.Index(fields=["user", "expires_at"], name="absence_of_user")]
