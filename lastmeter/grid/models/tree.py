"""The one tree everything hangs on: nodes, their codes, shapes and printed plates, and the version of the ground."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.kit.fields import BytewiseCharField


class Level(models.IntegerChoices):
    PROVINCE = 1, _("省")
    CITY = 2, _("市")
    COUNTY = 3, _("县（市、区）")
    TOWN = 4, _("镇（街道）")
    COMMUNITY = 5, _("村（社区）")
    GRID = 6, _("网格")
    MICRO = 7, _("微网格（楼、巷、村小组）")


class NodeKind(models.TextChoices):
    URBAN = "urban", _("城镇")
    RURAL = "rural", _("农村")
    DEDICATED = "dedicated", _("专属")


KEY_WIDTH = 5  # characters of one node key; a path is the keys from the root down, so a prefix is an ancestor


def at_or_below(path: str, column: str = "path") -> Q:
    """Rows whose path in `column` is that one or below it: an index range, since a path begins with its ancestor's."""
    return Q(**{f"{column}__gte": path, f"{column}__lt": path + "~"})


def lineage(path: str) -> list[str]:
    """The path and those of its ancestors, nearest first."""
    return [path[:end] for end in range(len(path), 0, -KEY_WIDTH)]


def valid_on(day: date, prefix: str = "") -> Q:
    """Dated rows that hold on that day (China date): from `valid_from` until before `valid_to`."""
    begun = Q(**{f"{prefix}valid_from__lte": day})
    return begun & (Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gt": day}))


class NodeQuerySet(models.QuerySet["Node"]):
    def current(self, on: date) -> "NodeQuerySet":
        """Nodes valid on that day (China date)."""
        return self.filter(valid_on(on))

    def below(self, path: str) -> "NodeQuerySet":
        """The node of that path and everything under it, by an index range on the path."""
        return self.filter(at_or_below(path))

    def chain(self, path: str) -> "NodeQuerySet":
        """The node of that path and all its ancestors, top first."""
        return self.filter(path__in=lineage(path)).order_by("path")


class Node(models.Model):
    """A place of the tree, from the province to a building or lane. Its key and path never change their meaning."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices)
    kind = models.CharField(_("类型"), max_length=10, choices=NodeKind.choices, default=NodeKind.URBAN)
    name = models.CharField(_("名称"), max_length=100)
    key = BytewiseCharField(max_length=KEY_WIDTH, unique=True)
    path = BytewiseCharField(max_length=KEY_WIDTH * 7, unique=True)
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    invented = models.BooleanField(_("虚构"), default=False)
    source = models.CharField(_("来源"), max_length=200, blank=True)
    supervision_phone = models.CharField(_("监督电话"), max_length=30, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)
    objects = NodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("网格节点")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="node_span"),
        ]
        indexes = [models.Index(fields=["parent", "name"], name="node_parent_name")]

    def __str__(self) -> str:
        return self.name

    def has_ended(self, on: date) -> bool:
        """Whether it was merged, split or closed by that day (China date), so that nothing lies there any more."""
        return self.valid_to is not None and self.valid_to <= on


class Code(models.Model):
    """An official code of a node: codes change, collide between lists, and micro-grids have none."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="codes")
    scheme = models.CharField(_("编码体系"), max_length=20)
    code = models.CharField(_("代码"), max_length=40)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("节点代码")
        constraints = [models.UniqueConstraint(fields=["scheme", "code", "node"], name="code_once")]
        indexes = [models.Index(fields=["code"], name="code_code")]


class Shape(models.Model):
    """A node's polygon: WKB in WGS84 (lon, lat) with its box, valid between dates."""

    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="shapes")
    wkb = models.BinaryField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    source = models.CharField(_("来源"), max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("边界")
        constraints = [
            models.UniqueConstraint(fields=["node"], condition=Q(valid_to=None), name="shape_one_current"),
        ]


class GroundVersion(models.Model):
    """One row, counted up in every transaction that changes nodes or shapes, so that workers refresh what they keep."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField(default=1)
    # A rolled-back change or a restored backup repeats a version number but never a stamp: caches compare stamps.
    stamp = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("网格版本")


class PlateQuerySet(models.QuerySet["Plate"]):
    def current(self) -> "PlateQuerySet":
        """Plates that have not been revoked."""
        return self.filter(revoked_at=None)


class Plate(models.Model):
    """A printed QR plate: its random token is never reused and leads to today's node.

    One is current for each place and spot (3栋1单元门口; "" is the place's own); a revoked one still leads on.
    """

    token = models.CharField(max_length=32, unique=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="plates")
    spot = models.CharField(_("张贴位置"), max_length=60, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    printed_at = models.DateTimeField(_("上次打印"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    objects = PlateQuerySet.as_manager()

    class Meta:
        verbose_name = _("二维码牌")
        constraints = [
            models.UniqueConstraint(fields=["node", "spot"], condition=Q(revoked_at=None), name="plate_one_current"),
        ]
