"""协办与小任务: what others do for a matter that lies with somebody else."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Unit
from lastmeter.matters.models.matter import Matter


class Part(models.Model):
    """A part of the work with its own deadline and its own sign-off: a unit that assists, or a task for one.

    Its deadline is a row of `clocks.Deadline` with `leg` = `part.leg`.
    """

    class Kind(models.TextChoices):
        ASSIST = "assist", _("协办")
        TASK = "task", _("小任务")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(_("种类"), max_length=6, choices=Kind.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="parts")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="parts")
    request = models.CharField(_("要做什么"), max_length=1000)
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    signed_at = models.DateTimeField(_("签收"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    cancelled = models.BooleanField(_("已取消"), default=False)
    result = models.CharField(_("结果"), max_length=2000, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("协办与小任务")
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, user__isnull=True) | Q(unit__isnull=True, user__isnull=False),
                name="part_to_unit_or_user",
            ),
            models.UniqueConstraint(
                fields=["matter", "unit"], condition=Q(kind="assist", ended_at=None), name="part_assists_once"
            ),
        ]

    @property
    def leg(self) -> str:
        """The party that its deadline binds."""
        return f"part:{self.pk}"

    @property
    def name(self) -> str:
        """Who does it."""
        return self.unit.name if self.unit else (self.user.name if self.user else "")
