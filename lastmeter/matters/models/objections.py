"""What a handler objects: 退回, a dispute about whose duty it is, a wish to hand it to somebody else."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.matters.models.handling import Assignment
from lastmeter.matters.models.matter import Matter


class Objection(models.Model):
    """One objection with its reason; a return is decided by itself, the others wait for the desk or the one above."""

    class Kind(models.TextChoices):
        RETURN = "return", _("退回")
        DISPUTE = "dispute", _("职责争议")
        TRANSFER = "transfer", _("转办申请")

    class Reason(models.TextChoices):
        NOT_DUTY = "not_duty", _("不属本单位职责")
        NOT_PLACE = "not_place", _("不在本单位管辖范围")
        WRONG_CATEGORY = "category", _("类别不对")
        NOT_ENOUGH = "unclear", _("情况不清，办不了")
        ELSEWHERE = "elsewhere", _("已经在别处办理")
        OTHER = "other", _("其他")

    class Verdict(models.TextChoices):
        RETURNED = "returned", _("已退回工作台")
        UPHELD = "upheld", _("维持原派")
        AWARDED = "awarded", _("裁定改派")
        GRANTED = "granted", _("同意转办")
        REFUSED = "refused", _("不同意转办")
        LAPSED = "lapsed", _("已了结，不用再定")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="objections")
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    reason = models.CharField(_("理由"), max_length=10, choices=Reason.choices)
    words = models.CharField(_("说明"), max_length=1000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    verdict = models.CharField(_("裁定"), max_length=8, choices=Verdict.choices, blank=True)
    verdict_words = models.CharField(_("裁定说明"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("异议")
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "kind"], condition=Q(decided_at=None), name="objection_one_open_of_a_kind"
            ),
        ]
