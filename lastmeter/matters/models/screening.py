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


class Ground(models.TextChoices):
    """Why a report is not taken in (the same regulation, art. 11: secrets, out of duty, against law and order)."""

    SECRET = "secret", _("涉及国家秘密、商业秘密或他人隐私")
    OUTSIDE = "outside", _("不属政府职责，由当事人或市场解决")
    UNLAWFUL = "unlawful", _("要求不合法或违背公序良俗")
    UNCLEAR = "unclear", _("没有具体事实，也联系不上诉求人")
    OTHER = "other", _("其他")


class Screening(models.Model):
    """How a report was screened: accepted, merged, diverted to a legal channel, or rejected with the reason."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("受理")
        MERGE = "merge", _("并入")
        DIVERT = "divert", _("告知法定渠道")
        REJECT = "reject", _("不予受理")
        REPEAT = "repeat", _("重复反映")
        HAND_OVER = "handover", _("移交紧急电话")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="screenings")
    verdict = models.CharField(_("筛查结果"), max_length=8, choices=Verdict.choices)
    channel = models.CharField(_("法定渠道"), max_length=12, choices=Channel.choices, blank=True)
    ground = models.CharField(_("不予受理的情形"), max_length=10, choices=Ground.choices, blank=True)
    reason = models.CharField(_("理由"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("筛查")
