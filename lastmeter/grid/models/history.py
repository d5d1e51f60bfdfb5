"""How the ground changes: an adjustment, what it makes, which place became which, and every row it moved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.tree import Node


class ChangeKind(models.TextChoices):
    SPLIT = "split", _("拆分")
    MERGE = "merge", _("合并")
    REDRAW = "redraw", _("调整边界")
    REPARENT = "reparent", _("调整隶属")
    RENAME = "rename", _("更名")
    RETIRE = "retire", _("撤销")
    ADOPT = "adopt", _("采用合并方案")


# These end nodes and make new ones in their stead: a path never changes its meaning.
MAKING = (ChangeKind.SPLIT, ChangeKind.MERGE, ChangeKind.REPARENT, ChangeKind.ADOPT)


class Change(models.Model):
    """网格调整: proposed, then confirmed for a day, applied when the day has come; undone before or afterwards."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("拟议")
        CONFIRMED = "confirmed", _("待生效")
        HELD = "held", _("生效受阻")
        APPLIED = "applied", _("已生效")
        UNDONE = "undone", _("已撤回")

    kind = models.CharField(_("方式"), max_length=10, choices=ChangeKind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    town = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="changes", verbose_name=_("所在镇街"))
    effective_on = models.DateField(_("生效日期"))
    reason = models.CharField(_("理由和依据"), max_length=500, blank=True)
    # The street's change before this one: if another has come in between, the preview was of other ground.
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    planned_on = models.UUIDField(_("拟议时的网格版本"), null=True)
    trouble = models.TextField(_("受阻原因"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("提出人"))
    proposed_at = models.DateTimeField(_("提出时间"))
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    applied_at = models.DateTimeField(_("生效时间"), null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(_("撤回时间"), null=True)

    class Meta:
        verbose_name = _("网格调整")
        indexes = [
            models.Index(fields=["town", "confirmed_at"], name="change_town"),
            models.Index(fields=["state", "effective_on"], name="change_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Source(models.Model):
    """A node that a change starts from, and the boundary (id of its Shape) it had when that was planned."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="sources")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    shape_seen = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("调整对象")
        constraints = [models.UniqueConstraint(fields=["change", "node"], name="source_once")]


class Part(models.Model):
    """What a change gives: a new node's name, code and polygon; a node's new polygon; a new parent or successor."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="parts")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    into = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("名称"), max_length=100, blank=True)
    former_name = models.CharField(_("原名称"), max_length=100, blank=True)
    code = models.CharField(_("代码"), max_length=40, blank=True)
    households = models.PositiveIntegerField(_("户数"), null=True)
    wkb = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("调整结果")


class Move(models.Model):
    """Which place became which when a change was applied, by share of its area and of its households (0 to 1).

    `stands_in`: the new node stands for the old one, which ended; otherwise only ground passed between two that stay.
    """

    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="moves")
    old = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="moves_out")
    new = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="moves_in")
    stands_in = models.BooleanField(_("接替"), default=True)
    area_share = models.FloatField(_("面积占比"), null=True)
    household_share = models.FloatField(_("户数占比"), null=True)

    class Meta:
        verbose_name = _("新旧对应")
        constraints = [models.UniqueConstraint(fields=["change", "old", "new"], name="move_once")]


class Trace(models.Model):
    """A row that a change took from one node to another (`new` empty: it ended there), so that all can be put back."""

    change = models.ForeignKey(Change, on_delete=models.CASCADE, related_name="traces", db_index=False)
    model = models.CharField(max_length=60)
    row = models.BigIntegerField()
    old = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)
    new = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("移动记录")
        indexes = [models.Index(fields=["change", "model", "old", "new", "row"], name="trace_rows")]


class NodeName(models.Model):
    """A name that a node had between two dates; today's stands on the node."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="names")
    change = models.ForeignKey(Change, on_delete=models.PROTECT, null=True, related_name="names")
    name = models.CharField(_("曾用名"), max_length=100)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"))

    class Meta:
        verbose_name = _("曾用名")
        constraints = [models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="node_name_span")]
