"""Posts at nodes and in units, and who holds them from when to when."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.tree import Node
from lastmeter.grid.models.units import Unit


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

    @property
    def placed(self) -> str:
        """The post with its node or unit, as a list of several places names it; both are read."""
        place = self.node or self.unit
        return f"{place.name if place else ''} {self.get_role_display()}".strip()


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
    soon = False  # whether its end is announced, where terms.mark has said so
    objects = TenureQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["post", "user"], condition=Q(until=None), name="tenure_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="tenure_span"),
        ]
        indexes = [models.Index(fields=["user", "until"], name="tenure_user")]
