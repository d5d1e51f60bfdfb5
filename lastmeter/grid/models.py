"""The one tree everything hangs on: nodes, their codes and shapes, units, posts and who holds them."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
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


class NodeQuerySet(models.QuerySet["Node"]):
    def current(self, on: date) -> "NodeQuerySet":
        """Nodes valid on that day (China date)."""
        return self.filter(valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gt=on))

    def below(self, path: str) -> "NodeQuerySet":
        """The node of that path and everything under it, by an index range on the path."""
        return self.filter(path__gte=path, path__lt=path + "~")

    def chain(self, path: str) -> "NodeQuerySet":
        """The node of that path and all its ancestors, top first."""
        paths = [path[:end] for end in range(KEY_WIDTH, len(path) + 1, KEY_WIDTH)]
        return self.filter(path__in=paths).order_by("path")


KEY_WIDTH = 5  # characters of one node key; a path is the keys from the root down, so a prefix is an ancestor


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


class Plate(models.Model):
    """A printed QR plate: its random token is never reused and leads to today's node."""

    token = models.CharField(max_length=32, unique=True)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="plates")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("二维码牌")


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


class Role(models.TextChoices):
    """What a post is; which acts a role opens is said where the act lives (matters/policy.py and its peers)."""

    SECRETARY = "secretary", _("书记")
    GRID_HEAD = "grid_head", _("网格长")
    SMALL_GRID_HEAD = "small_grid_head", _("小网格长")
    GRID_WORKER = "grid_worker", _("专职网格员")
    PART_TIME_WORKER = "part_time_worker", _("兼职网格员")
    BUILDING_HEAD = "building_head", _("楼长")
    LANE_HEAD = "lane_head", _("巷长")
    HUB_HOUSEHOLD = "hub_household", _("党员中心户")
    LIAISON = "liaison", _("包联干部")
    LEGAL_ADVISER = "legal_adviser", _("挂点律师")
    INSTRUCTOR = "instructor", _("网格指导员")
    COMMUNITY_CLERK = "community_clerk", _("社区工作人员")
    DISPATCHER = "dispatcher", _("调度员")
    ORGANISER = "organiser", _("组织员")
    UNIT_HEAD = "unit_head", _("单位负责人")
    UNIT_HANDLER = "unit_handler", _("单位经办人")


class Post(models.Model):
    """A position at a node or in a unit; it exists while nobody holds it (a vacancy)."""

    role = models.CharField(_("岗位"), max_length=20, choices=Role.choices)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, null=True, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="posts")
    public_phone = models.CharField(_("公开联系电话"), max_length=30, blank=True)
    closed_on = models.DateField(_("撤销日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.CheckConstraint(
                condition=Q(node__isnull=True, unit__isnull=False) | Q(node__isnull=False, unit__isnull=True),
                name="post_at_node_or_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class TenureQuerySet(models.QuerySet["Tenure"]):
    def current(self, on: date) -> "TenureQuerySet":
        """Tenures running on that day (China date): from ≤ day < until."""
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gt=on))

    def running(self, on: date) -> "TenureQuerySet":
        """Tenures not over on that day (China date), those that begin later too."""
        return self.filter(Q(until=None) | Q(until__gt=on))


class Tenure(models.Model):
    """Somebody holds a post between two dates; leaving closes the rights at once."""

    class Source(models.TextChoices):
        RESIDENT = "resident", _("居民")
        CADRE = "cadre", _("干部")
        RECRUIT = "recruit", _("招聘")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tenures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tenures")
    since = models.DateField(_("任期自"))
    until = models.DateField(_("任期至"), null=True, blank=True)
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, blank=True)
    objects = TenureQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["post", "user"], condition=Q(until=None), name="tenure_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="tenure_span"),
        ]
        indexes = [models.Index(fields=["user", "until"], name="tenure_user")]
