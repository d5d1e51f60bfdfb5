"""横向到边、纵向到底: what the tree and its posts miss. Each gap names the act that cures it."""

from collections.abc import Sequence
from datetime import date
from functools import partial, reduce
from operator import or_

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import policy, scope, tree
from lastmeter.grid.addresses import finding, placing
from lastmeter.grid.coverage import gaps
from lastmeter.grid.keeping import DRAWERS, KEEPERS, LOWEST
from lastmeter.grid.models import Building, Level, Node, Post, Shape, Tenure, TenureQuerySet
from lastmeter.grid.posts import PUBLIC
from lastmeter.grid.staff import requirements
from lastmeter.grid.staff.requirements import Need
from lastmeter.kit.paging import Keyset


def _nodes(paths: list[str], today: date) -> QuerySet[Node]:
    return Node.objects.current(today).filter(scope.inside(paths))


def without_people(level: Level, paths: list[str], today: date) -> QuerySet[Node]:
    """Nodes of the level where somebody is missing whom the rule that holds there asks for."""
    rules = [rule for rule in requirements.of_level(level, today) if _bears_on(rule.path, paths)]
    lacking = (policy.territory(rule, rules) & _lacks(rule.needs, today) for rule in rules if rule.needs)
    return _nodes(paths, today).filter(reduce(or_, lacking, Q(pk__in=[])), level=level).select_related("parent")


def _bears_on(rule: str, paths: list[str]) -> bool:
    """Whether a rule of that path holds anywhere on these grounds: those of other provinces need not be asked."""
    return any(path.startswith(rule) or rule.startswith(path) for path in paths)


def _in_office(today: date) -> TenureQuerySet:
    return Tenure.objects.current(today).filter(post__closed_on=None, user__is_active=True)


def _lacks(needs: Sequence[Need], today: date) -> Q:
    held = _in_office(today).filter(post__node=OuterRef("pk"))
    return reduce(or_, (Q(~Exists(held.filter(post__role__in=need))) for need in needs))


def _show_without(nodes: Sequence[Node]) -> list[gaps.Row]:
    """Each with who is missing; the act is for the first of them."""
    today = timezone.localdate()
    held = set(_in_office(today).filter(post__node__in=nodes).values_list("post__node_id", "post__role"))
    lacking = ((node, requirements.needs_at(node.path, node.level, today)) for node in nodes)
    missing = ((node, [need for need in needs if not held & {(node.pk, r) for r in need}]) for node, needs in lacking)
    return [_missing(node, needs) for node, needs in missing if needs]


def _missing(node: Node, missing: Sequence[Need]) -> gaps.Row:
    who = _("；").join(_("缺%(roles)s") % {"roles": requirements.words(need)} for need in missing)
    note = _("%(place)s · %(who)s") % {"place": node.parent.name, "who": who} if node.parent else who
    return gaps.Row(node.name, note, f"/posts/new/?node={node.pk}&role={missing[0][0].value}", _("安排人"))


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


def placeless(paths: list[str], today: date) -> QuerySet[Building]:
    """Buildings of the address book that lie in no grid, one for each compound: what is reported there has nobody."""
    return placing.led_by_one(paths, today).select_related("road", "compound", "node")


def _show_placeless(buildings: Sequence[Building]) -> list[gaps.Row]:
    """A compound with how many of its buildings hang there: one query for all."""
    inside = Building.objects.filter(compound__in=[each.compound_id for each in buildings], closed_on=None)
    there = {(row[0], row[1]): row[2] for row in inside.values_list("compound", "node").annotate(n=Count("pk"))}
    return [_unplaced(each, there.get((each.compound_id or 0, each.node_id), 1)) for each in buildings]


def _unplaced(building: Building, count: int) -> gaps.Row:
    title = finding.text_of(building)
    if building.compound and count > 1:
        title = _("%(name)s（%(count)d 栋）") % {"name": building.compound.name, "count": count}
    note = _("只登记到“%(place)s”") % {"place": building.node.name}
    return gaps.Row(title, note, f"/addresses/buildings/{building.pk}/place/", _("指定网格"))


def register() -> None:
    """Name the gaps of the grid itself; called from apps.py."""
    for level, label in PEOPLE:
        why = gettext_lazy("按这里的配岗要求应有的人不在岗，那里的事就没有人接。")
        gap = gaps.Gap(label, why, partial(without_people, level), _show_without, BY_PATH, KEEPERS, LOWEST)
        gaps.register(f"people-{level.name.lower()}", gap)
    gaps.register("gone", GONE)
    gaps.register("mute", MUTE)
    gaps.register("undrawn", UNDRAWN)
    gaps.register("placeless", PLACELESS)


PEOPLE = (
    (Level.TOWN, gettext_lazy("缺人的镇（街道）")),
    (Level.COMMUNITY, gettext_lazy("缺人的村（社区）")),
    (Level.GRID, gettext_lazy("缺人的网格")),
    (Level.MICRO, gettext_lazy("缺人的楼、巷、村小组")),
)
BY_PATH = Keyset(("path", "id"))
GONE = gaps.Gap(
    gettext_lazy("岗位还在已停用的人名下"),
    gettext_lazy("账户停用了，岗位却没有办离任或交接，事情会落空。"),
    gone,
    _show_gone,
    Keyset(("id",)),
    KEEPERS,
    LOWEST,
)
MUTE = gaps.Gap(
    gettext_lazy("面向居民的岗位没有公开电话"),
    gettext_lazy("居民在“我的网格”里看得到人，却打不通电话。"),
    mute,
    _show_mute,
    Keyset(("node__path", "id")),
    KEEPERS,
    LOWEST,
)
UNDRAWN = gaps.Gap(
    gettext_lazy("没有边界的村（社区）和网格"),
    gettext_lazy("上一级有边界，这里没有：在这里上报的位置找不到网格。"),
    undrawn,
    _show_undrawn,
    BY_PATH,
    DRAWERS,
    LOWEST,
)
PLACELESS = gaps.Gap(
    gettext_lazy("没有网格的小区和楼栋"),
    gettext_lazy("地址簿里有这些楼，却不属于任何网格：那里的事没有网格员管。"),
    placeless,
    _show_placeless,
    Keyset(("node__path", "id")),
    DRAWERS,
    LOWEST,
)
