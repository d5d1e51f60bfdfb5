"""Deadlines of any dossier, and the dated rules that set them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Level, PolicyRow, Unit


class Measure(models.TextChoices):
    NATURAL_HOURS = "natural_hours", _("小时（自然时）")
    WORKING_HOURS = "working_hours", _("工作小时")
    WORKING_DAYS = "working_days", _("工作日")


class Limit(PolicyRow):
    """A time limit as a policy row: the nearest ancestor's valid row of a kind wins, the most particular one first."""

    kind = models.CharField(_("期限"), max_length=12)
    profile = models.CharField(_("流程"), max_length=12, blank=True)
    category = models.BigIntegerField(_("类别"), null=True, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=10, blank=True)
    amount = models.PositiveIntegerField(_("数量"))
    measure = models.CharField(_("计量"), max_length=14, choices=Measure.choices)
    warn_share = models.PositiveSmallIntegerField(_("预警比例（%）"), default=75)

    class Meta:
        verbose_name = _("时限规则")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="limit_positive")]


class Rung(PolicyRow):
    """A step of the ladder 逐级上报: so long after the due moment, the overdue dossier goes up to the desk of a level.

    Of each number the nearest ancestor's valid row wins; one for a kind of deadline goes before one for all.
    """

    kind = models.CharField(_("期限"), max_length=12, blank=True)
    number = models.PositiveSmallIntegerField(_("第几级"))
    amount = models.PositiveIntegerField(_("数量"))
    measure = models.CharField(_("计量"), max_length=14, choices=Measure.choices)
    level = models.PositiveSmallIntegerField(_("报到哪一级"), choices=Level.choices)

    class Meta:
        verbose_name = _("逐级上报规则")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0) & Q(number__gt=0), name="rung_positive")]


class Deadline(models.Model):
    """One running or ended limit of a dossier; it keeps the rule that set it.

    `leg` is the party it binds ("" = the whole).
    """

    class State(models.TextChoices):
        RUNNING = "running", _("计时中")
        MET = "met", _("按时")
        MISSED = "missed", _("超时")
        VOID = "void", _("不再适用")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(_("期限"), max_length=12)
    leg = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    started_at = models.DateTimeField(_("起算"))
    warn_at = models.DateTimeField(_("预警"), null=True)
    due_at = models.DateTimeField(_("到期"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    warned_at = models.DateTimeField(_("已预警"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("已超期"), null=True, blank=True)
    rung = models.PositiveSmallIntegerField(_("已报到第几级"), default=0)
    next_rung_at = models.DateTimeField(_("下一级"), null=True, blank=True)

    class Meta:
        verbose_name = _("期限")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "kind", "leg"], condition=Q(ended_at=None), name="deadline_one_running"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="deadline_after_start"),
        ]
        indexes = [
            models.Index(fields=["warn_at", "id"], condition=Q(ended_at=None, warned_at=None), name="deadline_to_warn"),
            models.Index(fields=["due_at", "id"], condition=Q(ended_at=None, overdue_at=None), name="deadline_to_fall"),
            models.Index(fields=["next_rung_at", "id"], condition=Q(ended_at=None), name="deadline_to_climb"),
        ]
