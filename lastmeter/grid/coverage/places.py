"""横向到边、纵向到底: what the tree and its posts miss. Each gap names the act that cures it."""

import csv
from collections.abc import Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import scope, tree
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Level, Node, Post, Role, Shape, Tenure
from lastmeter.grid.posts import PUBLIC
from lastmeter.kit.paging import Keyset

STAFFING = Path(__file__).parent / "staffing.csv"
Need = tuple[Level, tuple[Role, ...]]


@cache
def needs() -> tuple[Need, ...]:
    """Who must be at a node of each level, from data/staffing.csv: one of the roles of each line."""
    with STAFFING.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple((Level[row["level"].upper()], tuple(Role(role) for role in row["roles"].split("|"))) for row in rows)


def _nodes(paths: list[str], today: date) -> QuerySet[Node]:
    return Node.objects.current(today).filter(scope.inside(paths))


def without(need: Need, paths: list[str], today: date) -> QuerySet[Node]:
    """Nodes of the level where nobody holds a post of these roles."""
    level, roles = need
    held = Tenure.objects.current(today).filter(
        post__node=OuterRef("pk"), post__role__in=roles, post__closed_on=None, user__is_active=True
    )
    return _nodes(paths, today).filter(~Exists(held), level=level).select_related("parent")


def _missing(need: Need, nodes: Sequence[Node]) -> list[gaps.Row]:
    role = need[1][0]
    return [
        gaps.Row(node.name, _above(node), f"/posts/new/?node={node.pk}&role={role.value}", _("安排人"))
        for node in nodes
    ]


def _above(node: Node | None) -> str:
    return node.parent.name if node and node.parent else ""


def undrawn(paths: list[str], today: date) -> QuerySet[Node]:
    """Communities and grids without a boundary, where the place above them has one: a point there finds no grid."""
    drawn = Shape.objects.filter(node=OuterRef("pk"), valid_to=None)
    above = Shape.objects.filter(node=OuterRef("parent"), valid_to=None)
    nodes = _nodes(paths, today).filter(level__in=(Level.COMMUNITY, Level.GRID))
    return nodes.filter(~Exists(drawn), Exists(above)).select_related("parent")


def _show_undrawn(nodes: Sequence[Node]) -> list[gaps.Row]:
    codes = tree.codes_of(nodes)
    return [gaps.Row(node.name, _above(node), f"/g/{codes[node.pk]}/", _("看这个网格")) for node in nodes]


def _tenures(paths: list[str], today: date) -> QuerySet[Tenure]:
    there = scope.inside(paths, "post__node__path") | scope.inside(paths, "post__unit__node__path")
    held = Tenure.objects.current(today).filter(there, post__closed_on=None)
    return held.select_related("user", "post__node", "post__unit")


def gone(paths: list[str], today: date) -> QuerySet[Tenure]:
    """Posts still held by somebody whose account is closed."""
    return _tenures(paths, today).filter(user__is_active=False)


def _show_gone(tenures: Sequence[Tenure]) -> list[gaps.Row]:
    return [
        gaps.Row(
            _("%(name)s · %(post)s") % {"name": each.user.name, "post": each.post},
            str(each.post.node or each.post.unit),
            f"/posts/{each.post_id}/handover/?tenure={each.pk}",
            _("交接"),
        )
        for each in tenures
    ]


def mute(paths: list[str], today: date) -> QuerySet[Post]:
    """Posts that residents are to reach, held by somebody, without a public phone."""
    held = Tenure.objects.current(today).filter(post=OuterRef("pk"), user__is_active=True)
    posts = Post.objects.filter(scope.inside(paths, "node__path"), Q(Exists(held)), closed_on=None, public_phone="")
    return posts.filter(role__in=PUBLIC).select_related("node")


def _show_mute(posts: Sequence[Post]) -> list[gaps.Row]:
    return [gaps.Row(str(each), str(each.node), f"/posts/{each.pk}/#phone", _("填电话")) for each in posts]


def _needed(need: Need) -> str:
    level, roles = need
    return _("%(level)s没有%(roles)s") % {
        "level": Level(level).label,
        "roles": _("或").join(str(role.label) for role in roles),
    }


def register() -> None:
    """Name the gaps of the grid itself; called from apps.py."""
    for number, need in enumerate(needs()):
        why = gettext_lazy("没有人在岗，那里的事就没有人接。")
        label = lazy(_needed, str)(need)
        gap = gaps.Gap(label, why, partial(without, need), partial(_missing, need), BY_PATH)
        gaps.register(f"people-{number}", gap)
    gaps.register("gone", GONE)
    gaps.register("mute", MUTE)
    gaps.register("undrawn", UNDRAWN)


BY_PATH = Keyset(("path", "id"))
GONE = gaps.Gap(
    gettext_lazy("岗位还在已停用的人名下"),
    gettext_lazy("账户停用了，岗位却没有办离任或交接，事情会落空。"),
    gone,
    _show_gone,
    Keyset(("id",)),
)
MUTE = gaps.Gap(
    gettext_lazy("面向居民的岗位没有公开电话"),
    gettext_lazy("居民在“我的网格”里看得到人，却打不通电话。"),
    mute,
    _show_mute,
    Keyset(("node__path", "id")),
)
UNDRAWN = gaps.Gap(
    gettext_lazy("没有边界的村（社区）和网格"),
    gettext_lazy("上一级有边界，这里没有：在这里上报的位置找不到网格。"),
    undrawn,
    _show_undrawn,
    BY_PATH,
)
