"""Policy as dated rows at nodes: who must be at nodes of a level, and how early the end of a term is announced."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models.posts import Role
from lastmeter.grid.models.tree import Level, Node


class PolicyRow(models.Model):
    """A rule that hangs on a node between two dates; the nearest ancestor's valid row wins. Never edited in place."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        abstract = True


class Staffing(PolicyRow):
    """配岗要求: who must be at every node of a level; without any role nobody must."""

    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)

    class Meta:
        verbose_name = _("配岗要求")
        constraints = [
            models.UniqueConstraint(fields=["node", "level"], condition=Q(valid_to=None), name="staffing_one_open"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="staffing_span"),
        ]


class StaffingRole(models.Model):
    """A role of a staffing rule: of all with the same number one must be held."""

    staffing = models.ForeignKey(Staffing, on_delete=models.CASCADE, related_name="roles")
    number = models.PositiveSmallIntegerField(_("第几项"))
    role = models.CharField(_("岗位"), max_length=20, choices=Role.choices)

    class Meta:
        verbose_name = _("要求的岗位")
        constraints = [models.UniqueConstraint(fields=["staffing", "role"], name="staffing_role_once")]


class TermWarning(PolicyRow):
    """到期提醒: so many days before a term ends its holder and the desk are told."""

    days = models.PositiveSmallIntegerField(_("提前天数"))

    class Meta:
        verbose_name = _("到期提醒")
        constraints = [
            models.UniqueConstraint(fields=["node"], condition=Q(valid_to=None), name="term_warning_one_open"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="term_warning_span"
            ),
        ]
