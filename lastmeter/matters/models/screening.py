"""筛查: how a report was let in, merged, or led to the channel where it belongs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.matters.models.matter import Matter


class Channel(models.TextChoices):
    """Legal channels outside the flow, for a diverted matter (Beijing 12345 regulation art. 11 as the model)."""

    EMERGENCY = "emergency", _("110、119、120、122 紧急电话")
    LITIGATION = "litigation", _("诉讼")
    ARBITRATION = "arbitration", _("仲裁")
    REVIEW = "review", _("行政复议")
    PETITION = "petition", _("信访")
    DISCIPLINE = "discipline", _("纪检监察")
    DISCLOSURE = "disclosure", _("政府信息公开")
    MARKET = "market", _("市场与社会渠道")


class Screening(models.Model):
    """How a report was screened: accepted, merged, diverted to a legal channel, or rejected with the reason."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("受理")
        MERGE = "merge", _("并入")
        DIVERT = "divert", _("告知法定渠道")
        REJECT = "reject", _("不予受理")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="screenings")
    verdict = models.CharField(_("筛查结果"), max_length=8, choices=Verdict.choices)
    channel = models.CharField(_("法定渠道"), max_length=12, choices=Channel.choices, blank=True)
    reason = models.CharField(_("理由"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("筛查")
