"""A proposed merged layer: what was asked, the layers and cells it is made of, the grid each cell was given to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.history import Change
from lastmeter.grid.models.layers import Layer
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
    # Of the tree and its borders when it was solved: a draft of another ground is not adopted.
    ground = models.CharField(max_length=64, blank=True)
    # What it was adopted as; empty again when that was withdrawn.
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, related_name="proposals")

    class Meta:
        verbose_name = _("合并方案")
        constraints = [
            models.UniqueConstraint(
                fields=["street"], condition=Q(state__in=["asked", "solving"]), name="proposal_one_waiting"
            ),
        ]


class ProposalLayer(models.Model):
    """A department's layer that a proposal is made from; `base`: the one whose grids it starts with.

    Its name stays with the proposal when the layer itself is taken away.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="layers")
    layer = models.ForeignKey(Layer, on_delete=models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("图层名称"), max_length=100)
    department = models.CharField(_("部门"), max_length=100)
    base = models.BooleanField(_("从它开始"), default=False)

    class Meta:
        verbose_name = _("方案所用的图层")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "layer"], name="proposal_layer_once"),
            models.UniqueConstraint(fields=["proposal"], condition=Q(base=True), name="proposal_one_base"),
        ]

    def __str__(self) -> str:
        return self.name


class Figures(models.Model):
    """What grids measure inside one community: see proposals/solver/measures.py for the units."""

    community = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    grids = models.PositiveIntegerField(_("网格数"))
    cut = models.FloatField()
    roundness = models.FloatField()
    households_off = models.FloatField()
    work_off = models.FloatField()
    outside = models.PositiveIntegerField()

    class Meta:
        abstract = True


class ProposalFigures(Figures):
    """What a layer measures as the department drew it."""

    layer = models.ForeignKey(ProposalLayer, on_delete=models.CASCADE, related_name="figures")

    class Meta:
        verbose_name = _("图层的指标")
        constraints = [models.UniqueConstraint(fields=["layer", "community"], name="proposal_figures_once")]


class ProposalHeld(Figures):
    """The figures of the start than which the solved proposal is no worse in a community; docs/adr/0008 says which.

    `ruled_out`: it is proved that no admissible grid keeps up with an earlier kind.
    """

    class Kind(models.TextChoices):
        DRAWN = "drawn", _("和画的一样")
        CLOSED = "closed", _("补上空白后")
        BALANCED = "balanced", _("均衡和画的一样，紧凑修正后")
        MENDED = "mended", _("修正后")

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="held")
    kind = models.CharField(_("守住的起点"), max_length=10, choices=Kind.choices)
    ruled_out = models.BooleanField(_("已证明守不住更多"), default=False)
    proved = models.BooleanField(_("已证明最优"), default=False)

    class Meta:
        verbose_name = _("方案守住的指标")
        constraints = [models.UniqueConstraint(fields=["proposal", "community"], name="proposal_held_once")]


class ProposalGrid(models.Model):
    """One grid of a proposal, inside one community; `start` is the grid of today whose name or codes it keeps."""

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

    `start` is the grid it lies in (None: in none), `piece` a number where layers cut a place into several, `work` the
    matters of the twelve months before.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="cells")
    place = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    piece = models.PositiveIntegerField(default=0)
    start = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    grid = models.ForeignKey(ProposalGrid, on_delete=models.CASCADE, related_name="cells")
    wkb = models.BinaryField()
    compound = models.CharField(_("小区"), max_length=100, blank=True)
    households = models.PositiveIntegerField(_("户数"))
    work = models.PositiveIntegerField(_("十二个月的事项"))

    class Meta:
        verbose_name = _("方案中的地块")
        constraints = [models.UniqueConstraint(fields=["proposal", "place", "piece"], name="proposal_cell_once")]

    @property
    def label(self) -> str:
        """What the cell is called: its place, with a number where layers cut that into several."""
        return f"{self.place.name}（{self.piece}）" if self.piece else self.place.name


class ProposalShare(models.Model):
    """What of a cell lies in one grid of a department's layer: `number` is its row in the file, 0 for in none."""

    cell = models.ForeignKey(ProposalCell, on_delete=models.CASCADE, related_name="shares")
    layer = models.ForeignKey(ProposalLayer, on_delete=models.CASCADE, related_name="shares")
    number = models.PositiveIntegerField(_("序号"))
    name = models.CharField(_("名称"), max_length=100, blank=True)
    in_charge = models.CharField(_("负责人"), max_length=100, blank=True)
    area = models.FloatField(_("面积（平方米）"))
    households = models.PositiveIntegerField(_("户数"))

    class Meta:
        verbose_name = _("地块在图层中的归属")
        constraints = [models.UniqueConstraint(fields=["cell", "layer", "number"], name="proposal_share_once")]
