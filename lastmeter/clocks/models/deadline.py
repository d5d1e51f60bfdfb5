"""One running or ended limit of a dossier, and the spans in which it stood still."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.clocks.models.limits import Limit
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Unit


class Deadline(models.Model):
    """One running or ended limit of a dossier; it keeps the rule that set it.

    `leg` is the party it binds ("" = the whole). While `held_at` is set the clock stands still: it neither warns nor
    falls nor climbs, and `due_at` is the date it will have if it goes on when it is expected to. `promised_at` is the
    date that no rule of ours set. The ladder is counted from `climbs_from`, where that is not the due moment.
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
    promised_at = models.DateTimeField(_("承诺的日期"), null=True, blank=True)
    held_at = models.DateTimeField(_("停计自"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    warned_at = models.DateTimeField(_("已预警"), null=True, blank=True)
    overdue_at = models.DateTimeField(_("已超期"), null=True, blank=True)
    rung = models.PositiveSmallIntegerField(_("已报到第几级"), default=0)
    next_rung_at = models.DateTimeField(_("下一级"), null=True, blank=True)
    climbs_from = models.DateTimeField(_("逐级上报起算"), null=True, blank=True)

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


class Hold(models.Model):
    """停计: one deadline stood still from one moment to another, by a pause or by a suspension.

    `until` is when it is expected to go on; `ended_at` when it did. Dates are always worked out anew from these rows.
    """

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="holds")
    pause = models.ForeignKey("clocks.Pause", on_delete=models.CASCADE, null=True, related_name="holds")
    suspension = models.ForeignKey("clocks.Suspension", on_delete=models.CASCADE, null=True, related_name="holds")
    since = models.DateTimeField(_("停计自"))
    until = models.DateTimeField(_("预计恢复"))
    ended_at = models.DateTimeField(_("恢复计时"), null=True, blank=True)

    class Meta:
        verbose_name = _("停计")
        constraints = [
            models.UniqueConstraint(fields=["deadline"], condition=Q(ended_at=None), name="hold_one_open"),
            models.CheckConstraint(
                condition=Q(pause__isnull=False, suspension=None) | Q(pause=None, suspension__isnull=False),
                name="hold_has_one_reason",
            ),
        ]
