"""Policy as dated rows at nodes: who must be at nodes of a level, and how early the end of a term is announced."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models.posts import Role
from lastmeter.grid.models.tree import Level, Node


def lasting(name: str) -> models.CheckConstraint:
    """The constraint of every such table: a rule does not end before it begins; one that never held ends that day."""
    return models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name=name)


def held_or_coming(day: date) -> Q:
    """Rows that hold on that day or later; those that were called off before they began are left out."""
    begins = Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))
    return begins & (Q(valid_to=None) | Q(valid_to__gt=day))


class PolicyRow(models.Model):
    """A rule that hangs on a node between two dates; the nearest ancestor's valid row wins. Never edited in place.

    `KEY` names the fields that tell the rules of one node apart: of each, one holds on a day.
    """

    KEY: ClassVar[tuple[str, ...]] = ()

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        abstract = True


class Staffing(PolicyRow):
    """配岗要求: who must be at every node of a level; without any role nobody must."""

    KEY = ("level",)

    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)

    class Meta:
        verbose_name = _("配岗要求")
        constraints = [
            models.UniqueConstraint(fields=["node", "level"], condition=Q(valid_to=None), name="staffing_one_open"),
            lasting("staffing_span"),
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
            lasting("term_warning_span"),
        ]
