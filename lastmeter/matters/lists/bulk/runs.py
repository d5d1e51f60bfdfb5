"""Runs of bulk acts: chosen and looked at as a draft, carried out piece by piece, undone row by row."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access, events
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import posts
from lastmeter.kit import bulk
from lastmeter.kit.text import on_record
from lastmeter.matters.catalogue.community import NotAsked
from lastmeter.matters.lists import exporting
from lastmeter.matters.lists.bulk import acts, changes
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import BulkRow, BulkRun, Matter
from lastmeter.matters.policy import HANDLERS
from lastmeter.matters.steps import Overtaken
from lastmeter.notices import outbox

log = logging.getLogger(__name__)
MOST = 10_000
PIECE = 500
AT_ONCE = 100  # so many are done while the page waits; more are done by `lastmeter work`
GIVEN_UP = timedelta(minutes=2)  # a worker that was killed: another one goes on with what still waits
DRAFTS_KEPT = timedelta(days=1)

SAID = {
    "dispatch": gettext_lazy("分派给您 %(count)d 件"),
    "urge": gettext_lazy("催办：%(count)d 件请尽快办理"),
    "category": gettext_lazy("%(count)d 件改了类别或期限"),
    "urgency": gettext_lazy("%(count)d 件改了类别或期限"),
}

State, RowState = BulkRun.State, BulkRow.State


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is: rows by state, and why those that cannot cannot, the most frequent first."""

    waiting: int
    done: int
    refused: int
    undone: int
    kept: int
    reasons: list[tuple[str, int]]

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.refused + self.undone + self.kept


def whole_list(actor: Actor, filters: Filters, *, now: datetime) -> list[int]:
    """The ids of the first MOST matters of a list."""
    return [row.pk for row in islice(exporting.rows(actor, filters, now=now), MOST)]


@transaction.atomic
def draft(act: str, dossier_ids: Sequence[int], query: str, *, by: Actor, now: datetime) -> BulkRun:
    """Choose matters for an act. Which of them cannot is known at once; nothing is done yet."""
    if by.user is None:
        raise ValueError("only a person acts on many matters")
    run = BulkRun.objects.create(act=act, by=by.user, as_post=by.as_post, query=query[:1000], at=now)
    chosen = Dossier.objects.filter(access.visible(by), pk__in=list(dossier_ids)[:MOST]).order_by("pk")
    rows = [BulkRow(run=run, dossier_id=pk, version=version) for pk, version in chosen.values_list("pk", "version")]
    bulk.create(BulkRow, rows)
    look(run, by=by)
    return run


@transaction.atomic
def look(run: BulkRun, *, by: Actor) -> None:
    """Say of every row that is not done whether it can be done, as the run is now."""
    act, last = acts.BY_NAME[run.act], 0
    while rows := list(run.rows.filter(pk__gt=last).exclude(state=RowState.DONE).order_by("pk")[:PIECE]):
        last = rows[-1].pk
        _judge(act, rows, _matters([row.dossier_id for row in rows], by), run, by)
        for row in rows:
            row.state = RowState.REFUSED if row.reason else RowState.WAITING
        bulk.update(rows, ["state", "reason"])


def _matters(dossier_ids: Sequence[int], by: Actor) -> dict[int, Matter]:
    found = Matter.objects.filter(access.visible(by, "dossier__"), pk__in=dossier_ids)
    whole = ("dossier__node", "category", "requester", "unit")
    return {each.pk: each for each in found.select_related(*whole)}


def _judge(act: acts.BulkAct, rows: Sequence[BulkRow], matters: dict[int, Matter], run: BulkRun, by: Actor) -> None:
    """Write on each row why it cannot be done, "" when it can."""
    reasons = acts.reasons(act, list(matters.values()), run, by)
    for row in rows:
        matter = matters.get(row.dossier_id)
        if matter is None:
            row.reason = _("已经不在您的范围内。")
        elif matter.dossier.version != row.version:
            row.reason = _("您选中之后有人处理过，请重新看一下。")
        else:
            row.reason = reasons.get(row.dossier_id, "")[:200]


def tally(run: BulkRun) -> Tally:
    """How far the run is: two queries."""
    counts = dict(run.rows.order_by().values_list("state").annotate(Count("pk")))
    why = run.rows.exclude(reason="").order_by().values_list("reason").annotate(n=Count("pk")).order_by("-n")[:10]
    waiting, done, refused, undone, kept = (
        counts.get(name, 0)
        for name in (RowState.WAITING, RowState.DONE, RowState.REFUSED, RowState.UNDONE, RowState.KEPT)
    )
    return Tally(waiting, done, refused, undone, kept, list(why))


def start(run: BulkRun, *, by: Actor, now: datetime) -> bool:
    """Carry a draft out, or leave it to the worker when it is long. False when it was started already."""
    short = run.rows.count() <= AT_ONCE
    fresh = BulkRun.objects.filter(pk=run.pk, state=State.DRAFT)
    begun = fresh.update(state=State.RUNNING if short else State.WAITING, begun_at=now)
    if begun and short:
        finish(run, by=by, now=now)
    return bool(begun)


def finish(run: BulkRun, *, by: Actor, now: datetime) -> int:
    """Do what still waits, piece by piece, each in a transaction of its own; returns how many rows were looked at."""
    looked = 0
    while count := _piece(run, by=by, now=now):
        looked += count
        _alive(run)
    with transaction.atomic():
        if BulkRun.objects.filter(pk=run.pk, state=State.RUNNING).update(state=State.DONE, ended_at=now):
            _tell(run, by=by, now=now)
    return looked


@transaction.atomic
def _piece(run: BulkRun, *, by: Actor, now: datetime) -> int:
    rows = list(run.rows.select_for_update().filter(state=RowState.WAITING).order_by("pk")[:PIECE])
    if not rows:
        return 0
    act, ids = acts.BY_NAME[run.act], [row.dossier_id for row in rows]
    list(Dossier.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    matters = _matters(ids, by)
    _judge(act, rows, matters, run, by)
    going = [row for row in rows if not row.reason]
    before = changes.take([row.dossier_id for row in going]) if act.undoable else {}
    going = _carry_out(act, going, matters, run, by, now)
    after = changes.take([row.dossier_id for row in going]) if act.undoable else {}
    for row in rows:
        row.state = RowState.REFUSED if row.reason else RowState.DONE
        if act.undoable and not row.reason:
            row.changes = changes.difference(before[row.dossier_id], after[row.dossier_id])
    bulk.update(rows, ["state", "reason", "changes"])
    return len(rows)


def _carry_out(
    act: acts.BulkAct, rows: Sequence[BulkRow], matters: dict[int, Matter], run: BulkRun, by: Actor, now: datetime
) -> list[BulkRow]:
    """Act on all at once; when one of them refuses after all, on each by itself. Returns the rows that were done."""
    if not rows:
        return []
    try:
        with transaction.atomic():
            act.carry_out([matters[row.dossier_id] for row in rows], run, by, now)
        return list(rows)
    except (Overtaken, NotAsked):
        return [row for row in rows if _alone(act, row, run, by, now)]


def _alone(act: acts.BulkAct, row: BulkRow, run: BulkRun, by: Actor, now: datetime) -> bool:
    try:
        with transaction.atomic():
            act.carry_out(list(_matters([row.dossier_id], by).values()), run, by, now)
    except (Overtaken, NotAsked) as refused:
        row.reason = str(refused)[:200]
        return False
    return True


def _tell(run: BulkRun, *, by: Actor, now: datetime) -> None:
    """One word to each person concerned, of all their matters together."""
    if run.act not in SAID:
        return
    done = run.rows.filter(state=RowState.DONE).values_list("dossier__matter__unit", "dossier__matter__handler")
    lying, people = Counter(done), Counter[int]()
    of_units = posts.people_of_units([unit for unit, handler in lying if unit and not handler], HANDLERS)
    for (unit, handler), number in lying.items():
        for user_id in [handler] if handler else of_units.get(unit, []):
            people[user_id] += number
    outbox.tell_many(
        [
            outbox.Message(
                user_id=user_id,
                kind=f"matter.bulk_{run.act}",
                title=on_record(SAID[run.act], count=number),
                words=run.words,
                link=f"{reverse('queue')}?step=handling",
                key=f"matter.bulk:{run.pk}",
            )
            for user_id, number in people.items()
            if user_id != by.user_id
        ],
        now=now,
    )


# -- Undoing -----------------------------------------------------------------------------------------------------------


def undo(run: BulkRun, *, by: Actor, now: datetime) -> bool:
    """Put back what a run changed, or leave it to the worker when it is long. False when it cannot be (any more)."""
    if not acts.BY_NAME[run.act].undoable:
        return False
    short = run.rows.count() <= AT_ONCE
    begun = BulkRun.objects.filter(pk=run.pk, state=State.DONE).update(
        state=State.UNDOING, begun_at=now if short else None
    )
    if begun and short:
        finish_undoing(run, by=by, now=now)
    return bool(begun)


def finish_undoing(run: BulkRun, *, by: Actor, now: datetime) -> int:
    """Undo what is still done, piece by piece; matters that were touched since stay as they are, and say so."""
    looked = 0
    while count := _undo_piece(run, by=by, now=now):
        looked += count
        _alive(run)
    BulkRun.objects.filter(pk=run.pk, state=State.UNDOING).update(state=State.UNDONE, undone_at=now)
    return looked


@transaction.atomic
def _undo_piece(run: BulkRun, *, by: Actor, now: datetime) -> int:
    rows = list(run.rows.select_for_update().filter(state=RowState.DONE).order_by("pk")[:PIECE])
    if not rows:
        return 0
    ids = [row.dossier_id for row in rows]
    list(Dossier.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    present = changes.take(ids)
    for row in rows:
        untouched = changes.stands(row.changes, present[row.dossier_id])
        row.state = RowState.UNDONE if untouched else RowState.KEPT
        row.reason = "" if untouched else _("之后又有人处理过，没有撤销。")
    back = [row for row in rows if row.state == RowState.UNDONE]
    changes.put_back(row.changes for row in back)
    Dossier.objects.filter(pk__in=[row.dossier_id for row in back]).update(updated_at=now, version=F("version") + 1)
    events.record_many([events.Happened(row.dossier_id, "matter.bulk_undone") for row in back], by=by, now=now)
    bulk.update(rows, ["state", "reason"])
    return len(rows)


# -- The worker --------------------------------------------------------------------------------------------------------


def go_on(now: datetime) -> int:
    """Carry on the longest waiting run, or one whose worker was killed; returns how many rows it looked at."""
    stopped = Q(begun_at=None) | Q(begun_at__lt=now - GIVEN_UP)
    waiting = Q(state=State.WAITING) | Q(stopped, state__in=[State.RUNNING, State.UNDOING])
    found = BulkRun.objects.filter(waiting).select_related("by", "unit__node", "user", "category").order_by("pk")
    run = found.first()
    if run is None:
        return 0
    undoing = run.state == State.UNDOING
    ours = BulkRun.objects.filter(pk=run.pk, state=run.state, begun_at=run.begun_at)
    if not ours.update(begun_at=now, state=State.UNDOING if undoing else State.RUNNING):
        return 0  # another worker was quicker
    actor = Actor.of(run.by, as_post=run.as_post)
    return finish_undoing(run, by=actor, now=now) if undoing else finish(run, by=actor, now=now)


def _alive(run: BulkRun) -> None:
    """The worker is still at it: the clock of the wall, not of the act."""
    BulkRun.objects.filter(pk=run.pk).update(begun_at=timezone.now())


def sweep(now: datetime) -> int:
    """Forget drafts that nobody confirmed; returns how many."""
    old = BulkRun.objects.filter(state=State.DRAFT, at__lt=now - DRAFTS_KEPT)
    return old.delete()[0]


def rows_of(run: BulkRun, states: Iterable[str], most: int = 200) -> list[BulkRow]:
    """The first rows in these states, with their matters, for the page."""
    return list(run.rows.filter(state__in=list(states)).select_related("dossier").order_by("pk")[:most])
