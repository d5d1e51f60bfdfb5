"""挂账: what cannot be settled now stands in the problem bank, in writing, with a day on which somebody looks again."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Unit


class Suspension(models.Model):
    """A ledger suspension, from the written explanation to its lifting (DOMAIN.md 5.5)."""

    class Reason(models.TextChoices):
        POLICY = "policy", _("政策空白或不明确")
        FUNDING = "funding", _("资金未落实")
        HISTORY = "history", _("历史遗留问题")
        SEASON = "season", _("受季节、工期限制")
        OWNERSHIP = "ownership", _("产权或管理责任不清")

    class State(models.TextChoices):
        ASKED = "asked", _("待批")
        ON_LEDGER = "on_ledger", _("挂账中")
        REFUSED = "refused", _("不同意")
        LIFTED = "lifted", _("已解除")
        LAPSED = "lapsed", _("事项已结束")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="suspensions")
    reason = models.CharField(_("挂账原因"), max_length=12, choices=Reason.choices)
    explanation = models.CharField(_("书面说明"), max_length=2000)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("责任单位"))
    responsible = models.CharField(_("责任单位"), max_length=100)
    next_step = models.CharField(_("下一步（诉求人会看到）"), max_length=1000)
    condition = models.CharField(_("具备什么条件就解除"), max_length=1000)
    review_on = models.DateField(_("复核日期"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField(_("申请"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("批复"), null=True, blank=True)
    words = models.CharField(_("批复意见"), max_length=1000, blank=True)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("挂账")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state__in=["asked", "on_ledger"]), name="suspension_one_open"
            )
        ]
