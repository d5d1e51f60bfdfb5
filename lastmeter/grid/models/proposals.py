"""A proposed merged layer: what was asked, the cells it is made of, and the grid each was given to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.history import Change
from lastmeter.grid.models.tree import Node


class Proposal(models.Model):
    """A layer of grids proposed for a street or community. Nothing on the ground changes before it is adopted."""

    class State(models.TextChoices):
        ASKED = "asked", _("等待计算")
        SOLVING = "solving", _("正在计算")
        DRAFT = "draft", _("草案")
        FAILED = "failed", _("未能算出")
        ADOPTED = "adopted", _("已采用")

    street = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("范围"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField(_("提出时间"))
    begun_at = models.DateTimeField(null=True)
    urban_from = models.PositiveIntegerField(_("城镇网格户数下限"))
    urban_to = models.PositiveIntegerField(_("城镇网格户数上限"))
    rural_from = models.PositiveIntegerField(_("农村网格户数下限"))
    rural_to = models.PositiveIntegerField(_("农村网格户数上限"))
    rejoin = models.BooleanField(_("已拆开的小区并回一个网格"), default=False)
    took = models.FloatField(_("计算用时（秒）"), null=True)
    proved = models.BooleanField(_("已证明最优"), default=False)
    mended = models.BooleanField(_("起点先经修正"), default=False)
    left_out = models.PositiveIntegerField(_("没有边界、未参与的网格"), default=0)
    trouble = models.CharField(_("未能算出的原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    # What it was adopted as; empty again when that was withdrawn.
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, related_name="proposals")

    class Meta:
        verbose_name = _("合并方案")
        constraints = [
            models.UniqueConstraint(
                fields=["street"], condition=Q(state__in=["asked", "solving"]), name="proposal_one_waiting"
            ),
        ]


class ProposalGrid(models.Model):
    """One grid of a proposal, inside one community; `start` is the grid of today whose name it keeps."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="grids")
    community = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    start = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    number = models.PositiveIntegerField(_("序号"))
    name = models.CharField(_("名称"), max_length=100)

    class Meta:
        verbose_name = _("方案中的网格")
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposal_grid_number")]


class ProposalCell(models.Model):
    """The smallest piece that is given to a grid as a whole: the place as it was on the day, WKB in WGS84.

    `start` is the grid it lies in, `work` the matters of the twelve months before.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="cells")
    place = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    start = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    grid = models.ForeignKey(ProposalGrid, on_delete=models.CASCADE, related_name="cells")
    wkb = models.BinaryField()
    compound = models.CharField(_("小区"), max_length=100, blank=True)
    households = models.PositiveIntegerField(_("户数"))
    work = models.PositiveIntegerField(_("十二个月的事项"))

    class Meta:
        verbose_name = _("方案中的地块")
        constraints = [models.UniqueConstraint(fields=["proposal", "place"], name="proposal_cell_once")]
