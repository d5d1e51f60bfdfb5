"""Who works on the ground: the Party organisations of nodes, and departments, firms and associations."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models.tree import Node


class PartyOrganisation(models.Model):
    """The Party organisation of a node: 街道党工委 → 社区党委 → 小区网格党支部 → 楼（巷）党小组 (rural likewise)."""

    class Rank(models.IntegerChoices):
        WORKING_COMMITTEE = 1, _("党工委（镇党委）")
        COMMITTEE = 2, _("社区党委 / 党总支（村党组织）")
        BRANCH = 3, _("网格党支部")
        GROUP = 4, _("党小组 / 党员中心户")

    node = models.OneToOneField(Node, on_delete=models.CASCADE, related_name="party")
    rank = models.PositiveSmallIntegerField(_("层级"), choices=Rank.choices)
    name = models.CharField(_("名称"), max_length=100)
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    members = models.PositiveIntegerField(_("党员人数"), default=0)

    class Meta:
        verbose_name = _("党组织")


class UnitKind(models.TextChoices):
    DEPARTMENT = "department", _("职能部门")
    UTILITY = "utility", _("公用事业单位")
    PROPERTY = "property", _("物业企业")
    ASSOCIATION = "association", _("社会组织")
    OFFICE = "office", _("镇街、社区办公室")


class Unit(models.Model):
    """A department, utility, firm or association that takes matters, at the node whose ground it serves."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("名称"), max_length=100)
    kind = models.CharField(_("类别"), max_length=20, choices=UnitKind.choices)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    phone = models.CharField(_("公开电话"), max_length=30, blank=True)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("单位")
        constraints = [models.UniqueConstraint(fields=["node", "name"], name="unit_name_at_node")]

    def __str__(self) -> str:
        return self.name
