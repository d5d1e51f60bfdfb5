"""网格调整 takes effect: confirmed, applied on its day with all that hangs on it, undone exactly."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

import shapely
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground, naming, shapes, tree
from lastmeter.grid.history import fitting, following, planning, telling, versions
from lastmeter.grid.history.fitting import SLIVER, DoesNotFit
from lastmeter.grid.history.planning import Heir, Overtaken, Plan, Target
from lastmeter.grid.models import MAKING, Change, ChangeKind, Code, Move, Node, NodeName, Part, Proposal, Shape, Trace
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA

State = Change.State
ENDED_CODE, ENDED_SHAPE, NEW_SHAPE = "grid.code", "grid.shape", "grid.shape+"


@transaction.atomic
def confirm(change: Change, *, by: Actor, now: datetime) -> Change:
    """Let a proposal (or a change that was held up) take effect on its day: now when the day has come.

    Raises Overtaken when the street has changed since it was planned, DoesNotFit when it would break the ground.
    """
    ground.bump()  # holds the one row until commit: of two changes of a street at once the second sees the first
    change = _now(change)
    if why := planning.why_overtaken(change):
        raise Overtaken(why)
    today = now.astimezone(CHINA).date()
    _step(
        change,
        (State.PROPOSED, State.HELD),
        State.CONFIRMED,
        trouble="",
        confirmed_by=by.user,
        confirmed_at=now,
        effective_on=max(change.effective_on, today),
    )
    change = _now(change)
    plan = planning.plan_of(change)
    if plan.offences:
        raise DoesNotFit(plan.offences)
    audit.record("ground.confirmed", by=by, object_kind="change", object_id=change.pk, now=now)
    if change.effective_on <= today:
        _apply(plan, by=by, now=now)
    return _now(change)


def apply_due(now: datetime) -> int:
    """Apply the confirmed changes whose day has come, in order; one that no longer fits is held up with the reason."""
    due = Change.objects.filter(state=State.CONFIRMED, effective_on__lte=now.astimezone(CHINA).date())
    return sum(_apply_one(pk, now) for pk in due.order_by("effective_on", "pk").values_list("pk", flat=True))


def _apply_one(pk: int, now: datetime) -> int:
    by = system("grid.apply_due")
    try:
        with transaction.atomic():
            ground.bump()
            plan = planning.plan_of(_now(Change(pk=pk)))
            if plan.offences:
                raise DoesNotFit(plan.offences)
            _apply(plan, by=by, now=now)
    except Overtaken:
        return 0  # another worker has just applied it, or somebody has withdrawn it
    except DoesNotFit as trouble:
        with transaction.atomic():
            Change.objects.filter(pk=pk, state=State.CONFIRMED).update(state=State.HELD, trouble=str(trouble))
            audit.record("ground.held", by=by, object_kind="change", object_id=pk, outcome="refused", now=now)
    return 1


def _now(change: Change) -> Change:
    return Change.objects.select_related("town", "by").get(pk=change.pk)


def _step(change: Change, before: Iterable[str], after: str, **values: object) -> None:
    """Compare and set: of two at once one goes on."""
    if not Change.objects.filter(pk=change.pk, state__in=list(before)).update(state=after, **values):
        raise Overtaken(_("这项调整刚刚被别人处理了。"))


def _apply(plan: Plan, *, by: Actor, now: datetime) -> None:
    change = plan.change
    _step(change, (State.CONFIRMED,), State.APPLIED, applied_at=now)
    if change.kind == ChangeKind.RENAME:
        _rename(change)
    _end(plan)
    _begin(plan)
    _draw(plan)
    Move.objects.bulk_create(_moves(plan), batch_size=500)
    following.follow(plan)
    ground.bump()
    audit.record("ground.applied", by=by, object_kind="change", object_id=change.pk, now=now)
    telling.tell(_now(change), by=by, now=now)


def _rename(change: Change) -> None:
    part = change.parts.get()
    node = change.sources.select_related("node").get().node
    since = NodeName.objects.filter(node=node).order_by("-valid_to").values_list("valid_to", flat=True).first()
    since = max(since or node.valid_from, node.valid_from)
    if since < change.effective_on:
        NodeName.objects.create(
            node=node, change=change, name=node.name, valid_from=since, valid_to=change.effective_on
        )
    Part.objects.filter(pk=part.pk).update(former_name=node.name)
    node.name = part.name
    node.save(update_fields=["name"])
    naming.index([node])


def _end(plan: Plan) -> None:
    """Old nodes end on the day, with their codes and polygons; what ended is noted so that it can be opened again."""
    day = plan.change.effective_on
    ids = list(plan.ends)
    codes = Code.objects.filter(node__in=ids, valid_to=None)
    drawn = Shape.objects.filter(node__in=[*ids, *(node.pk for node in plan.redrawn)], valid_to=None)
    traces = [_trace(plan, ENDED_CODE, pk, node) for pk, node in codes.values_list("pk", "node_id")]
    traces += [_trace(plan, ENDED_SHAPE, pk, node) for pk, node in drawn.values_list("pk", "node_id")]
    Trace.objects.bulk_create(traces, batch_size=500)
    codes.update(valid_to=day)
    drawn.update(valid_to=day)
    Node.objects.filter(pk__in=ids).update(valid_to=day)


def _trace(plan: Plan, model: str, row: int, node: int) -> Trace:
    return Trace(change=plan.change, model=model, row=row, old_id=node)


def _begin(plan: Plan) -> None:
    """Plant the new nodes; where one stands for one old node whose code has not changed, it goes on using its codes."""
    day = plan.change.effective_on
    tree.plant_all([heir.seed for heir in plan.comes], today=day)
    going_on = {heir.codes_of.pk: following.node_of(heir) for heir in plan.comes if heir.codes_of}
    ended = Trace.objects.filter(change=plan.change, model=ENDED_CODE, old__in=going_on).values("row")
    codes = [
        Code(node=going_on[code.node_id], scheme=code.scheme, code=code.code, valid_from=day)
        for code in Code.objects.filter(pk__in=ended)
    ]
    Code.objects.bulk_create(codes, batch_size=500)


def _draw(plan: Plan) -> None:
    source = on_record(gettext_lazy("网格调整第 %(number)d 号"), number=plan.change.pk)
    day = plan.change.effective_on
    drawn = {following.node_of(heir): heir.shape for heir in plan.comes if heir.shape is not None}
    shapes.draw(drawn, source=source, today=day)
    shapes.draw(plan.redrawn, source=source, today=day)
    fresh = Shape.objects.filter(node__in=plan.redrawn, valid_to=None).values_list("pk", "node_id")
    Trace.objects.bulk_create(_trace(plan, NEW_SHAPE, pk, node) for pk, node in fresh)


def _moves(plan: Plan) -> Iterator[Move]:
    """Which place became which: the successors of what ended, and how ground passed between what stays."""
    for old, heirs in plan.heirs.items():
        known = _households(plan, old, heirs)
        total = sum(int(str(each)) for each in known if each is not None) if None not in known else 0
        for heir, households in zip(heirs, known, strict=True):
            area = _share(plan.shape_of(old), heir.shape) if isinstance(heir, Heir) else None
            share = 1.0 if len(heirs) == 1 else int(str(households)) / total if total else area
            yield Move(
                change=plan.change,
                old_id=old,
                new=following.node_of(heir),
                area_share=1.0 if len(heirs) == 1 else area,
                household_share=share,
            )
    for node in plan.redrawn:
        for other, shape in plan.redrawn.items():
            share = _share(plan.shape_of(node.pk), shape) if other.level == node.level and other != node else None
            if share:
                yield Move(
                    change=plan.change,
                    old=node,
                    new=other,
                    stands_in=False,
                    area_share=share,
                    household_share=share,
                )


def _households(plan: Plan, old: int, heirs: Sequence[Target]) -> list[object]:
    """How many households of the old place come to each successor; None where nobody knows."""
    if plan.change.kind != ChangeKind.ADOPT:
        return [heir.seed.values.get("households") if isinstance(heir, Heir) else None for heir in heirs]
    # A new grid has households of several old ones: what came from this one is in the micro-grids that moved.
    below = [first for pk, [first, *_more] in plan.heirs.items() if plan.ends[pk].parent_id == old]
    moved = [each.seed for each in below if isinstance(each, Heir)]
    return [
        sum(int(str(seed.values["households"] or 0)) for seed in moved if seed.parent is heir.seed)
        for heir in heirs
        if isinstance(heir, Heir)
    ]


def _share(old: shapely.Geometry | None, new: shapely.Geometry | None) -> float | None:
    """The share of the old polygon that lies in the new one; None when either has none or no more than a sliver."""
    if old is None or new is None:
        return None
    common = shapes.common(old, new)
    return fitting.square_metres(common) / fitting.square_metres(old) if common.area > SLIVER else None


# -- Undoing -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def undo(change: Change, *, by: Actor, now: datetime) -> Change:
    """Withdraw a change; one that has been applied is rolled back, every row to where it was, and those concerned told.

    A proposal that was adopted by it is a draft again.

    Raises Overtaken when something later builds on it: that has to be undone first.
    """
    ground.bump()
    change = _now(change)
    was = change.state
    if was == State.UNDONE:
        raise Overtaken(_("这项调整已经撤回了。"))
    _step(change, (was,), State.UNDONE, undone_by=by.user, undone_at=now)
    if was == State.APPLIED:
        _refuse_what_is_built_on(change)
        _roll_back(change)
        ground.bump()
    again = {"state": Proposal.State.DRAFT, "version": F("version") + 1, "change": None}
    Proposal.objects.filter(change=change).update(**again)
    audit.record("ground.undone", by=by, object_kind="change", object_id=change.pk, now=now)
    change = _now(change)
    if was == State.APPLIED:
        telling.tell(change, by=by, now=now)
    return change


def _made(change: Change) -> dict[int, list[Node]]:
    """id of a node the change made → the old nodes it stands for, the one with most of its ground first."""
    found: dict[int, list[Node]] = {}
    if change.kind in MAKING:
        for move in change.moves.filter(stands_in=True).select_related("old").order_by("-area_share", "pk"):
            found.setdefault(move.new_id, []).append(move.old)
    return found


def _refuse_what_is_built_on(change: Change) -> None:
    touched = {*change.moves.values_list("new", flat=True), *change.moves.values_list("old", flat=True)}
    touched |= set(change.sources.values_list("node", flat=True))
    standing = (State.CONFIRMED, State.APPLIED)
    later = Change.objects.filter(state__in=standing, confirmed_at__gte=change.confirmed_at).exclude(pk=change.pk)
    later = later.filter(sources__node__in=touched) | later.filter(moves__old__in=touched)
    if first := later.distinct().order_by("-confirmed_at", "-pk").first():
        values = {"kind": first.get_kind_display(), "number": first.pk}
        raise Overtaken(_("后来的调整（%(kind)s，第 %(number)d 号）以它为基础，请先撤回那一项。") % values)
    made = _made(change)
    if new := Node.objects.filter(parent__in=made, valid_to=None).exclude(pk__in=made).first():
        raise Overtaken(_("新网格下面后来又设立了“%(name)s”，请先撤销它。") % {"name": new.name})
    if Node.objects.filter(pk__in=made).exclude(valid_to=None).exists():
        raise Overtaken(_("它设立的网格后来又变了，不能直接撤回。"))


def _roll_back(change: Change) -> None:
    made = _made(change)
    day = change.effective_on
    ended = change.moves.filter(stands_in=True).values("old")
    Node.objects.filter(pk__in=ended, valid_to=day).update(valid_to=None)
    _close_made(made, day)
    _open_again(change)
    if change.kind == ChangeKind.RENAME:
        _name_again(change)
    fresh = Trace.objects.filter(change=change, model=NEW_SHAPE).values("old")
    redrawn = list(Node.objects.filter(pk__in=fresh).order_by("path"))
    olds = [*{old for places in made.values() for old in places}, *redrawn]
    borders = versions.shapes_on(olds, day)
    back = following.ways_back(made, redrawn, borders)
    following.return_all(change, back)


def _close_made(made: Iterable[int], day: date) -> None:
    """What was made never was. Matters may name it as the place of their day, so the rows stay, outside every tree."""
    ids = list(made)
    # A span of at least a day is required: the day before it would have begun keeps it out of today's tree.
    Node.objects.filter(pk__in=ids).update(valid_from=day - timedelta(days=1), valid_to=day)
    Code.objects.filter(node__in=ids, valid_to=None).update(valid_to=day)
    Shape.objects.filter(node__in=ids, valid_to=None).update(valid_to=day)


def _open_again(change: Change) -> None:
    rows = Trace.objects.filter(change=change)
    fresh = rows.filter(model=NEW_SHAPE)
    if Shape.objects.filter(pk__in=fresh.values("row"), valid_to=None).count() != fresh.count():
        raise Overtaken(_("这些网格的边界后来又变了，不能直接撤回。"))
    Shape.objects.filter(pk__in=fresh.values("row")).delete()
    Shape.objects.filter(pk__in=rows.filter(model=ENDED_SHAPE).values("row")).update(valid_to=None)
    Code.objects.filter(pk__in=rows.filter(model=ENDED_CODE).values("row")).update(valid_to=None)


def _name_again(change: Change) -> None:
    part = change.parts.select_related("node").get()
    if part.node is None or not Node.objects.filter(pk=part.node.pk, name=part.name).update(name=part.former_name):
        raise Overtaken(_("它的名称后来又变了，不能直接撤回。"))
    NodeName.objects.filter(change=change).delete()
    part.node.name = part.former_name
    naming.index([part.node])
