"""办理: whose turn it is, what was answered, how it ended."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.matters.models.matter import Matter


class Outcome(models.TextChoices):
    SOLVED = "solved", _("已解决")
    PARTLY = "partly", _("部分解决")
    EXPLAINED = "explained", _("已解释")
    NOT_OURS = "not_ours", _("不属受理范围")
    IMPOSSIBLE = "impossible", _("确不能解决")


class Cause(models.TextChoices):
    """What lay behind it: the root cause as the closer judges it."""

    FACILITY = "facility", _("设施老化或损坏")
    MANAGEMENT = "management", _("管理不到位")
    DUTY = "duty", _("职责不清")
    POLICY = "policy", _("政策或资金所限")
    CONDUCT = "conduct", _("个人或商户行为")
    DISPUTE = "dispute", _("邻里或利益纠纷")
    SEASON = "season", _("天气或季节")
    INFORMATION = "information", _("不了解政策")
    UNKNOWN = "unknown", _("还说不清")


class Assignment(models.Model):
    """The matter lies with a unit or a person from one moment to another; the open one is whose turn it is."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assignments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.CharField(_("办理要求"), max_length=1000, blank=True)
    at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("分派")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at=None), name="assignment_one_open"),
            models.CheckConstraint(condition=Q(unit__isnull=False) | Q(user__isnull=False), name="assignment_to"),
        ]


class Reply(models.Model):
    """处置反馈: what the handler answers; the text reaches the requester when the matter is closed or at once."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(_("答复"))
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("答复")


class Closure(models.Model):
    """A closing: closed is not the same as solved, so it says how it ended and who decided. Reopening ends it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="closures")
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    words = models.TextField(_("结案说明"), blank=True)
    cause = models.CharField(_("根本原因"), max_length=12, choices=Cause.choices, blank=True)
    reason = models.CharField(_("为什么这样办结"), max_length=1000, blank=True)
    decided_by = models.CharField(_("谁定的"), max_length=60, blank=True)
    despite = models.CharField(_("还有没办完的，为什么仍办结"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("结案")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(reopened_at=None), name="closure_one_open"),
        ]
