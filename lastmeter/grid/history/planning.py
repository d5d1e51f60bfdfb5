"""拟议: what somebody wants to change about the ground, and the plan: what ends, what comes, who follows where."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, ground, shapes, tree
from lastmeter.grid.history.fitting import SLIVER, DoesNotFit, Family, Offence, offences, sound
from lastmeter.grid.models import Change, ChangeKind, Code, Level, Node, Part, Shape, Source, Unit
from lastmeter.kit.zhtime import CHINA


class Overtaken(Exception):
    """Somebody else changed this street meanwhile, or the change is past this act; carries a sentence to show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A place a change makes: its name, official code and polygon (WGS84), as far as they are known."""

    name: str
    code: str = ""
    households: int | None = None
    shape: shapely.Geometry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrid(NewPlace):
    """A grid of a new layer, in its community; `keeps` is the grid of today whose name and codes go on in it."""

    community: Node
    keeps: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The day from which a change holds (China date), why, who proposes it and now."""

    effective_on: date
    reason: str = ""
    by: Actor
    now: datetime


def split(node: Node, parts: Sequence[NewPlace], when: When) -> Change:
    """Propose that one node becomes several. Raises DoesNotFit, like all proposals."""
    rows = [
        Part(name=part.name, code=part.code, households=part.households, wkb=_wkb(part.shape, part.name))
        for part in parts
    ]
    return _propose(ChangeKind.SPLIT, [node], rows, when)


def merge(nodes: Sequence[Node], into: NewPlace, when: When) -> Change:
    """Propose that nodes of one parent become one new node; its polygon is theirs together."""
    return _propose(ChangeKind.MERGE, nodes, [Part(name=into.name, code=into.code)], when)


def redraw(drawn: Mapping[Node, shapely.Geometry], when: When) -> Change:
    """Propose new polygons (WGS84) for nodes that stay."""
    rows = [Part(node=node, name=node.name, wkb=_wkb(shape, node.name)) for node, shape in drawn.items()]
    return _propose(ChangeKind.REDRAW, list(drawn), rows, when)


def reparent(node: Node, into: Node, when: When, *, code: str = "") -> Change:
    """Propose that a node belongs to another parent; the polygons of both parents follow. "" keeps its codes."""
    return _propose(ChangeKind.REPARENT, [node], [Part(into=into, name=node.name, code=code)], when)


def rename(node: Node, name: str, when: When) -> Change:
    """Propose another name from a day on."""
    return _propose(ChangeKind.RENAME, [node], [Part(node=node, name=name)], when)


def retire(node: Node, when: When, *, into: Node | None = None) -> Change:
    """Propose that a node ends; what lies there goes to `into`, its parent by default."""
    return _propose(ChangeKind.RETIRE, [node], [Part(node=node, into=into or node.parent)], when)


def adopt(olds: Sequence[Node], grids: Sequence[NewGrid], when: When) -> Change:
    """Propose that some grids of one street become others, each in its community; micro-grids go where they lie.

    What stays with a grid as a whole (posts, units, matters without a position) goes to the new grid that keeps its
    name, if that has any of its ground, else to the one that has most of it.
    """
    rows = [
        Part(
            node=grid.keeps,
            into=grid.community,
            name=grid.name,
            code=grid.code,
            households=grid.households,
            wkb=_wkb(grid.shape, grid.name),
        )
        for grid in grids
    ]
    return _propose(ChangeKind.ADOPT, olds, rows, when)


def _wkb(shape: shapely.Geometry | None, name: str) -> bytes | None:
    return None if shape is None else bytes(shapely.to_wkb(sound(shape, name)))


@transaction.atomic
def _propose(kind: ChangeKind, nodes: Sequence[Node], parts: Sequence[Part], when: When) -> Change:
    change = Change(
        kind=kind,
        effective_on=when.effective_on,
        reason=when.reason,
        by=when.by.user,
        proposed_at=when.now,
        town=_one_street(nodes),
        planned_on=ground.stamp(),
    )
    if when.effective_on < when.now.astimezone(CHINA).date():
        raise DoesNotFit([Offence(_("生效日期不能早于今天。"))])
    change.follows = latest(change)
    change.save()
    Source.objects.bulk_create(Source(change=change, node=node, shape_seen=_shape_id(node)) for node in nodes)
    for part in parts:
        part.change = change
    Part.objects.bulk_create(parts)
    plan = plan_of(change)
    if plan.offences:
        raise DoesNotFit(plan.offences)
    audit.record(f"ground.{kind}", by=when.by, object_kind="change", object_id=change.pk, now=when.now)
    return change


def street_of(node: Node) -> Node:
    """The street whose ground the node is; the node itself above the streets."""
    return next((place for place in tree.chain_of(node) if place.level == Level.TOWN), node)


def _one_street(nodes: Sequence[Node]) -> Node:
    streets = {street_of(node) for node in nodes}
    if len(streets) != 1:
        raise DoesNotFit([Offence(_("一次调整的网格应在同一个镇街内。"))])
    return streets.pop()


def latest(change: Change) -> Change | None:
    """The other change of this street that was confirmed last and still stands."""
    standing = (Change.State.CONFIRMED, Change.State.HELD, Change.State.APPLIED)
    others = Change.objects.filter(town=change.town_id, state__in=standing).exclude(pk=change.pk)
    return others.order_by("-confirmed_at", "-pk").first()


def _shape_id(node: Node) -> int | None:
    return Shape.objects.filter(node=node, valid_to=None).values_list("pk", flat=True).first()


@transaction.atomic
def renew(change: Change, *, by: Actor, now: datetime) -> None:
    """Look at the ground as it is now: what overtook the proposal is taken into its plan."""
    last = latest(change)
    open_states = (Change.State.PROPOSED, Change.State.HELD)
    rows = Change.objects.filter(pk=change.pk, state__in=open_states)
    if not rows.update(follows=last, planned_on=ground.stamp()):
        raise Overtaken(_("这项调整已经不在拟议阶段。"))
    for source in Source.objects.filter(change=change).select_related("node"):
        source.shape_seen = _shape_id(source.node)
        source.save(update_fields=["shape_seen"])
    audit.record("ground.renewed", by=by, object_kind="change", object_id=change.pk, now=now)


def why_overtaken(change: Change) -> str:
    """The sentence that says what came in between since the change was planned; "" when nothing did."""
    last = latest(change)
    if last is not None and last.pk != change.follows_id:
        values = {"kind": last.get_kind_display(), "number": last.pk}
        return _("这个镇街的网格刚刚有了别的调整（%(kind)s，第 %(number)d 号）。请重新核对后再确认。") % values
    for source in change.sources.select_related("node"):
        if source.node.valid_to is not None or _shape_id(source.node) != source.shape_seen:
            return _("“%(name)s”在此期间已经变了。请重新核对后再确认。") % {"name": source.node.name}
    return ""


# -- The plan ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Heir:
    """A node to be made and its polygon; `codes_of` is the old node whose codes it goes on using."""

    seed: tree.Seed
    shape: shapely.Geometry | None
    codes_of: Node | None = None


Target = Heir | Node


@dataclass(slots=True)
class Plan:
    """What a change does: nodes that end (parents first), nodes that come, new polygons, and for each the successors.

    `heirs`: id of an ended node → its successors, first the one to which goes what has no place of its own.
    """

    change: Change
    ends: dict[int, Node] = field(default_factory=dict)
    comes: list[Heir] = field(default_factory=list)
    heirs: dict[int, list[Target]] = field(default_factory=dict)
    redrawn: dict[Node, shapely.Geometry] = field(default_factory=dict)
    before: dict[int, shapely.Geometry] = field(default_factory=dict)
    offences: list[Offence] = field(default_factory=list)

    def refuse(self, reason: str, spot: shapely.Geometry | None = None) -> None:
        self.offences.append(Offence(reason, spot))

    def shape_of(self, node_id: int) -> shapely.Geometry | None:
        """The polygon of an existing node before the change, None when it has none."""
        if node_id not in self.before:
            return None
        return self.before[node_id]

    def learn(self, nodes: Iterable[Node]) -> None:
        """Read the polygons of these nodes: one query."""
        wanted = {node.pk for node in nodes} - self.before.keys()
        rows = Shape.objects.filter(node__in=wanted, valid_to=None).values_list("node_id", "wkb")
        self.before.update({pk: shapely.from_wkb(bytes(wkb)) for pk, wkb in rows})


def plan_of(change: Change) -> Plan:
    """The plan of a change on the ground as it is now; what forbids it stands in `offences`."""
    plan = Plan(change)
    nodes = [source.node for source in change.sources.select_related("node__parent").order_by("pk")]
    plan.learn(nodes)
    for node in nodes:
        if node.valid_to is not None:
            plan.refuse(_("“%(name)s”已经不存在了。") % {"name": node.name})
        if change.kind not in {ChangeKind.REDRAW, ChangeKind.RENAME} and node.valid_from >= change.effective_on:
            plan.refuse(_("“%(name)s”当天才设立，第二天起才能调整。") % {"name": node.name})
    if not plan.offences:
        _BUILD[ChangeKind(change.kind)](plan, nodes, list(change.parts.select_related("into", "node").order_by("pk")))
    if not plan.offences:
        _check(plan)
    return plan


def _build_split(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    [old] = nodes
    if len(parts) < 2:
        plan.refuse(_("拆分后至少要有两个网格。"))
    if plan.shape_of(old.pk) is not None and any(part.wkb is None for part in parts):
        plan.refuse(_("“%(name)s”有边界，拆出的每个网格也要有边界。") % {"name": old.name})
        return
    heirs = [_heir(plan, old, old.parent, part) for part in parts]
    _succeed(plan, old, sorted(heirs, key=lambda heir: -(heir.shape.area if heir.shape else 0)))


def _build_merge(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    if len(nodes) < 2:
        plan.refuse(_("合并至少要选两个网格。"))
        return
    if len({node.parent_id for node in nodes}) > 1 or len({node.level for node in nodes}) > 1:
        plan.refuse(_("只能合并同一上级之下、同一层级的网格；请先调整隶属。"))
        return
    known = [node.households for node in nodes if node.households is not None]
    heir = _heir(plan, nodes[0], nodes[0].parent, parts[0])
    heir.seed.values["households"] = sum(known) if len(known) == len(nodes) else None
    drawn = [shape for node in nodes if (shape := plan.shape_of(node.pk)) is not None]
    heir.shape = shapes.union(drawn) if drawn else None
    for node in nodes:
        _succeed(plan, node, [heir])


def _build_reparent(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    [old], [part] = nodes, parts
    into = part.into
    if into is None or into.pk == old.parent_id or into.valid_to is not None:
        plan.refuse(_("请选择另一个现有的上级。"))
        return
    if into.level >= old.level or (old.level == Level.GRID and into.level != Level.COMMUNITY):
        names = {"name": old.name, "parent": into.name}
        plan.refuse(_("“%(name)s”不能放在“%(parent)s”之下：网格只属于一个社区。") % names)
        return
    heir = _heir(plan, old, into, part)
    heir.shape, heir.seed.values["households"] = plan.shape_of(old.pk), old.households
    if not part.code:
        heir.codes_of = old
    _succeed(plan, old, [heir])
    if heir.shape is not None:
        _move_borders(plan, old, into, heir.shape)


def _move_borders(plan: Plan, old: Node, into: Node, shape: shapely.Geometry) -> None:
    """The ground leaves the parents on one side and comes to those on the other, up to what they have in common."""
    leaves, comes = ({place for place in tree.chain_of(node) if place.pk != old.pk} for node in (old, into))
    plan.learn([*leaves, *comes])
    for places, cut in ((leaves - comes, shapes.without), (comes - leaves, _joined)):
        for place in places:
            border = plan.shape_of(place.pk)
            if border is not None:
                plan.redrawn[place] = cut(border, shape)
                if plan.redrawn[place].area <= SLIVER:
                    plan.refuse(_("“%(name)s”将没有任何地方，请改用合并。") % {"name": place.name})


def _joined(one: shapely.Geometry, other: shapely.Geometry) -> shapely.Geometry:
    return shapes.union([one, other])


def _build_redraw(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    plan.redrawn = {part.node: shapely.from_wkb(bytes(part.wkb)) for part in parts if part.node and part.wkb}


def _build_rename(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    _refuse_names(plan, nodes[0].parent_id, [parts[0].name], {nodes[0].pk})


def _build_retire(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    [old], into = nodes, parts[0].into
    if into is None or into.pk == old.pk or into.valid_to is not None or into.path.startswith(old.path):
        plan.refuse(_("请选择由谁接管“%(name)s”。") % {"name": old.name})
        return
    if tree.children(old, plan.change.effective_on).exists():
        plan.refuse(_("“%(name)s”下面还有网格或楼、巷，不能直接撤销。要并到隔壁，请用“合并”。") % {"name": old.name})
    plan.ends[old.pk], plan.heirs[old.pk] = old, [into]


def _build_adopt(plan: Plan, nodes: Sequence[Node], parts: Sequence[Part]) -> None:
    heirs = [_new_grid(plan, nodes, part) for part in parts]
    if plan.offences:
        return
    for old in nodes:
        mine = _on_ground_of(plan, old, [heir for heir in heirs if heir and heir.seed.parent == old.parent])
        if mine:
            _succeed(plan, old, mine)
        else:
            plan.refuse(_("新的网格里没有一个接替“%(name)s”的地方。") % {"name": old.name}, plan.shape_of(old.pk))


def _new_grid(plan: Plan, nodes: Sequence[Node], part: Part) -> Heir | None:
    """The new grid as the one it keeps the name of, else as one of its community; None, refused, outside of these."""
    like = [part.node] if part.node else nodes
    old = next((node for node in like if node.parent_id == part.into_id and node in nodes), None)
    if old is None or part.wkb is None:
        plan.refuse(_("“%(name)s”不能采用：网格要有边界，不能跨社区。") % {"name": part.name})
        return None
    heir = _heir(plan, old, part.into, part)
    if part.node and not part.code:
        heir.codes_of = part.node
    return heir


def _on_ground_of(plan: Plan, old: Node, heirs: Sequence[Heir]) -> list[Heir]:
    """The new grids that have ground of the old one: first the one that keeps its name, then by how much they have."""
    ground_of_old = _extent(plan, old)
    common = {id(heir): shapes.common(heir.shape, ground_of_old).area for heir in heirs}
    found = [heir for heir in heirs if common[id(heir)] > SLIVER]
    return sorted(found, key=lambda heir: (heir.codes_of != old, -common[id(heir)]))


def _extent(plan: Plan, node: Node) -> shapely.Geometry:
    """The polygon of a node; where it has none, those of its children together."""
    own = plan.shape_of(node.pk)
    if own is not None:
        return own
    below = list(Node.objects.filter(parent=node, valid_to=None))
    plan.learn(below)
    return shapes.union(shape for child in below if (shape := plan.shape_of(child.pk)) is not None)


_BUILD: dict[ChangeKind, Callable[[Plan, Sequence[Node], Sequence[Part]], None]] = {
    ChangeKind.SPLIT: _build_split,
    ChangeKind.MERGE: _build_merge,
    ChangeKind.REPARENT: _build_reparent,
    ChangeKind.REDRAW: _build_redraw,
    ChangeKind.RENAME: _build_rename,
    ChangeKind.RETIRE: _build_retire,
    ChangeKind.ADOPT: _build_adopt,
}


def _heir(plan: Plan, old: Node, parent: Node | None, part: Part) -> Heir:
    seed = tree.Seed(parent, old.level, part.name, part.code, _scheme(old) if part.code else "", _values(old))
    seed.values |= {"households": part.households, "valid_from": plan.change.effective_on}
    heir = Heir(seed, shapely.from_wkb(bytes(part.wkb)) if part.wkb else None)
    plan.comes.append(heir)
    return heir


def _values(old: Node) -> dict[str, object]:
    return {name: getattr(old, name) for name in ("kind", "households", "invented", "source", "supervision_phone")}


def _scheme(node: Node) -> str:
    return Code.objects.filter(node=node, valid_to=None).values_list("scheme", flat=True).first() or "local"


def _succeed(plan: Plan, old: Node, heirs: Sequence[Heir]) -> None:
    """The node ends for these (what has no place goes to the first); everything below goes where it lies."""
    plan.ends[old.pk], plan.heirs[old.pk] = old, [*heirs]
    below = list(Node.objects.below(old.path).filter(valid_to=None).exclude(pk=old.pk).order_by("path"))
    plan.learn(below)
    for child in below:
        # Ordered by path: the parent has its successors already.
        among = [heir for heir in plan.heirs.get(child.parent_id or 0, []) if isinstance(heir, Heir)]
        parent = _ground_of(plan, child, among)
        seed = tree.Seed(parent.seed, child.level, child.name, values=_values(child))
        seed.values["valid_from"] = plan.change.effective_on
        if child.valid_from >= plan.change.effective_on:
            plan.refuse(_("“%(name)s”当天才设立，第二天起才能调整。") % {"name": child.name})
        heir = Heir(seed, plan.shape_of(child.pk), child)
        plan.comes.append(heir)
        plan.ends[child.pk], plan.heirs[child.pk] = child, [heir]


def _ground_of(plan: Plan, child: Node, heirs: Sequence[Heir]) -> Heir:
    """The one of the new nodes in which a child lies; one that lies across a new border is an offence."""
    shape = plan.shape_of(child.pk)
    drawn = [heir for heir in heirs if heir.shape is not None]
    if len(heirs) == 1 or not drawn:
        return heirs[0]
    if shape is None:
        return _where_most_lies(child, drawn) or heirs[0]
    best = max(drawn, key=lambda heir: shapes.common(shape, heir.shape).area)
    across = shapes.without(shape, best.shape)
    if across.area > SLIVER:
        plan.refuse(_("“%(name)s”跨在新的边界上，请让边界绕开它，或先调整它。") % {"name": child.name}, across)
    return best


def _where_most_lies(child: Node, drawn: Sequence[Heir]) -> Heir | None:
    """The new node with most of the recorded positions (of matters…) of a child that has no polygon."""
    rows = [row for each in followers.registered().values() for row in each.lying([child.pk])]
    where = [(row.lon, row.lat) for row in rows if row.lon is not None and row.lat is not None]
    if not where:
        return None
    points = shapely.points(where)
    found = [int(shapely.intersects(heir.shape, points).sum()) for heir in drawn]
    return drawn[found.index(max(found))] if any(found) else None


# -- What forbids it ---------------------------------------------------------------------------------------------------


def _check(plan: Plan) -> None:
    _check_names_and_codes(plan)
    _check_units(plan)
    for parent in _parents(plan):
        plan.offences += offences(_family(plan, parent))


def _check_names_and_codes(plan: Plan) -> None:
    roots = [heir for heir in plan.comes if not isinstance(heir.seed.parent, tree.Seed)]
    for parent in {heir.seed.parent.pk if isinstance(heir.seed.parent, Node) else None for heir in roots}:
        names = [heir.seed.name for heir in roots if getattr(heir.seed.parent, "pk", None) == parent]
        _refuse_names(plan, parent, names, plan.ends.keys())
    codes = [heir.seed.code for heir in plan.comes if heir.seed.code]
    taken = Code.objects.filter(code__in=codes, valid_to=None).exclude(node__in=plan.ends.keys())
    for code in [*taken.values_list("code", flat=True), *{code for code in codes if codes.count(code) > 1}]:
        plan.refuse(_("代码 %(code)s 已经有网格在用。") % {"code": code})


def _check_units(plan: Plan) -> None:
    """A unit's name is once at a node: two of the same name cannot both come to one place."""
    into: dict[tuple[object, str], str] = {}
    targets = {old: heirs[0] for old, heirs in plan.heirs.items()}
    there = [target.pk for target in targets.values() if isinstance(target, Node)]
    for unit in Unit.objects.filter(node__in=[*targets, *there]).select_related("node").order_by("pk"):
        place = targets.get(unit.node_id, unit.node)
        key = place.pk if isinstance(place, Node) else id(place)
        if (key, unit.name) in into:
            values = {"unit": unit.name, "one": into[key, unit.name], "other": unit.node.name}
            plan.refuse(_("“%(one)s”和“%(other)s”都有名为“%(unit)s”的单位，请先给其中一个改名。") % values)
        into[key, unit.name] = unit.node.name


def _refuse_names(plan: Plan, parent_id: int | None, names: Sequence[str], leaving: Iterable[int]) -> None:
    siblings = Node.objects.filter(parent=parent_id, valid_to=None, name__in=names).exclude(pk__in=list(leaving))
    for name in [*siblings.values_list("name", flat=True), *{name for name in names if names.count(name) > 1}]:
        plan.refuse(_("同一上级之下已有名为“%(name)s”的网格。") % {"name": name})
    if not all(name.strip() for name in names):
        plan.refuse(_("请写明新的名称。"))


def _parents(plan: Plan) -> list[Node]:
    """The existing nodes among whose children, or around which, a border changes."""
    ids = {node.parent_id for node in [*plan.ends.values(), *plan.redrawn]}
    ids |= {heir.seed.parent.pk for heir in plan.comes if isinstance(heir.seed.parent, Node)}
    ids |= {node.pk for node in plan.redrawn}
    return list(Node.objects.filter(pk__in=[pk for pk in ids if pk not in plan.ends]))


def _family(plan: Plan, parent: Node) -> Family:
    children = list(Node.objects.filter(parent=parent, valid_to=None))
    plan.learn([parent, *children])
    redrawn = {node.pk: shape for node, shape in plan.redrawn.items()}
    before: dict[object, shapely.Geometry] = {
        node.pk: shape for node in children if (shape := plan.shape_of(node.pk)) is not None
    }
    after = {pk: shape for pk, shape in before.items() if pk not in plan.ends}
    after |= {node.pk: redrawn[node.pk] for node in children if node.pk in redrawn}
    coming = [heir for heir in plan.comes if heir.shape is not None and heir.seed.parent == parent]
    names: dict[object, str] = {node.pk: node.name for node in children}
    border = plan.shape_of(parent.pk)
    return Family(
        parent=parent.name,
        parent_before=border,
        parent_after=redrawn.get(parent.pk, border),
        before=before,
        after=after | {heir: heir.shape for heir in coming},
        names=names | {heir: heir.seed.name for heir in coming},
    )
