"""受理登记: one act takes in 1…N reports. A page is the batch of one, an import the batch of a thousand.

Every report becomes a dossier with its matter, requester, event, deadlines, search text, audit entry, photos and
notices in one transaction, or is refused with its reason. The same (client, client_ref) gets the first answer again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, deadlines
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import attachments, events, search
from lastmeter.dossiers.models import Access, Attachment, Dossier, DossierKind
from lastmeter.grid import locate, scope
from lastmeter.grid.models import Level
from lastmeter.kit import bulk, crypto, ids
from lastmeter.kit.text import TooLong, clean
from lastmeter.kit.uploads import Photo
from lastmeter.matters import lifecycle, profiles
from lastmeter.matters.models import Assignment, Closure, Matter, Outcome, Profile, Requester, Source, Urgency
from lastmeter.matters.talking import tell, telling
from lastmeter.matters.tracking import tracking_code, tracking_hash

MOST_TEXT = 5000
MOST_PAST_TEXT = 20_000  # what was taken in elsewhere, under other limits, cannot be shortened by whoever imports it
MOST_PLACE = 200
MOST_PHOTOS = 9
ANSWER, FIX = "answer", "fix"
CONSENT_VERSION = "2026-11"
# Translated only when a sentence needs them: an import asks a hundred thousand times.
TEXT, PLACE, NAME, TITLE = gettext_lazy("内容"), gettext_lazy("地点"), gettext_lazy("称呼"), gettext_lazy("标题")
ADDRESS = gettext_lazy("通信地址")


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says. Place: `node_id`, or a point (lon, lat in WGS84), or both."""

    text: str
    source: Source
    client_ref: str
    node_id: int | None = None
    lon: float | None = None
    lat: float | None = None
    place: str = ""
    title: str = ""
    category_id: int | None = None
    urgency: Urgency = Urgency.NORMAL
    name: str = ""
    phone: str = ""
    address: str = ""
    phone_verified: bool = False
    on_behalf: bool = False
    consent: str = ""
    source_number: str = ""
    found_at: datetime | None = None
    photos: tuple[Photo, ...] = field(default=(), repr=False)
    past: "Past | None" = None
    profile: Profile | None = None  # None: as the owner's rows say


@dataclass(frozen=True, slots=True)
class Past:
    """What an imported report already went through elsewhere: promised date, unit, closing."""

    promised: datetime | None = None
    unit_id: int | None = None
    closed_at: datetime | None = None
    closing_words: str = ""
    outcome: Outcome = Outcome.SOLVED


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to one report. `repeat`: it had been taken in before, and this is the first result again."""

    dossier_id: int
    number: str
    tracking_code: str
    repeat: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that was not taken in, the field it is about, and a sentence that says why."""

    field: str
    reason: str


def take_in(
    reports: Sequence[Report], *, by: Actor, client: str, now: datetime, quiet: bool = False
) -> list[Taken | Refused]:
    """Take in reports; the result has one answer per report, in order. `quiet` tells nobody (imports of the past)."""
    prepared = [_prepare(report, now) for report in reports]
    good = {report.client_ref: report for report in prepared if isinstance(report, _Ready)}
    try:
        # One report is seldom a replay, and then its constraint says so; of a batch the known ones are asked for first.
        known = _known(list(good), client=client) if len(good) > 1 else {}
        taken = _write(good, known, by=by, client=client, now=now, quiet=quiet)
    except IntegrityError:
        # A replay, a double tap, somebody who was faster; or, once in 10^12, a number that is taken.
        known = _known(list(good), client=client)
        taken = _write(good, known, by=by, client=client, now=now, quiet=quiet)
    return [taken[report.client_ref] if isinstance(report, _Ready) else report for report in prepared]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A report that has passed: cleaned words, its place in the tree, its files kept."""

    report: Report
    columns: scope.PlaceColumns
    files: tuple[tuple[str, str], ...]
    profile: Profile

    @property
    def client_ref(self) -> str:
        return self.report.client_ref


def _prepare(report: Report, now: datetime) -> _Ready | Refused:
    try:
        report = replace(
            report,
            text=clean(report.text, MOST_PAST_TEXT if report.past else MOST_TEXT, TEXT),
            place=clean(report.place, MOST_PLACE, PLACE),
            name=clean(report.name, 60, NAME),
            address=clean(report.address, MOST_PLACE, ADDRESS),
            title=clean(report.title, 200, TITLE),
        )
    except TooLong as error:
        return Refused("text", str(error))
    if not report.text:
        return Refused("text", _("请写一句话，说说是什么事。"))
    if not 1 <= len(report.client_ref) <= 64:
        return Refused("client_ref", _("缺少本次提交的标识，请刷新页面再试。"))
    if len(report.photos) > MOST_PHOTOS:
        return Refused(
            "photos",
            _("照片最多 %(most)d 张，这次有 %(count)d 张。") % {"most": MOST_PHOTOS, "count": len(report.photos)},
        )
    columns = place_of(report.node_id, report.lon, report.lat)
    if columns is None:
        return Refused("place", _("这个位置不在网格范围内，请在列表里选择社区或网格；您写的内容都还在。"))
    profile = report.profile or profiles.choose(
        columns.path, source=report.source, category_id=report.category_id, now=now
    )
    return _Ready(report, columns, tuple(attachments.keep_files(report.photos)), profile)


def place_of(node_id: int | None, lon: float | None = None, lat: float | None = None) -> scope.PlaceColumns | None:
    """The place that a node or a point (WGS84) means; a node that was picked goes before the point. None: nowhere."""
    if node_id is None and lon is not None and lat is not None:
        node_id = locate.current().locate(lon, lat)
    return scope.place_columns(node_id) if node_id else None


def _write(
    good: dict[str, _Ready], known: dict[str, Taken], *, by: Actor, client: str, now: datetime, quiet: bool
) -> dict[str, Taken]:
    fresh = [ready for ref, ready in good.items() if ref not in known]
    if not fresh:
        return known
    with transaction.atomic(), bulk.together(len(fresh)):
        return known | _write_fresh(fresh, by=by, client=client, now=now, quiet=quiet)


def _known(refs: list[str], *, client: str) -> dict[str, Taken]:
    rows = Dossier.objects.filter(client=client, client_ref__in=refs).values_list("client_ref", "pk", "number")
    return {ref: Taken(pk, number, tracking_code(client, ref), repeat=True) for ref, pk, number in rows}


def _write_fresh(fresh: list[_Ready], *, by: Actor, client: str, now: datetime, quiet: bool) -> dict[str, Taken]:
    planned = _plan_deadlines(fresh, now)
    drafts = (_dossier(ready, plans, client=client, now=now) for ready, plans in zip(fresh, planned, strict=True))
    dossiers = bulk.create(Dossier, drafts, keys=True)
    codes = [tracking_code(client, ready.client_ref) for ready in fresh]
    matters = (
        _matter(ready, dossier, code, by=by, now=now)
        for ready, dossier, code in zip(fresh, dossiers, codes, strict=True)
    )
    bulk.create(Matter, matters)
    pairs = list(zip(fresh, dossiers, strict=True))
    asked = (_requester(ready.report, dossier, by, now) for ready, dossier in pairs)
    bulk.create(Requester, filter(None, asked))
    events.write_many(_story(pairs), by=by, now=now)
    bulk.create(Deadline, _with_dossier(dossiers, planned))
    search.write_many(
        (dossier.pk, search.tokens(dossier.title, dossier.place, ready.report.text)) for ready, dossier in pairs
    )
    _write_past(pairs, by=by)
    _write_photos(pairs, by=by, now=now)
    audit.record_set(
        audit.Row(kind="matter.reported", by=by, object_kind="dossier", object_id=dossier.pk, now=now)
        for dossier in dossiers
    )
    if not quiet:
        tell.reported(dossiers, by=by, now=now)
        telling.received([dossier.pk for ready, dossier in pairs if _reachable(ready.report, by)], by=by, now=now)
    return {
        ready.client_ref: Taken(dossier.pk, dossier.number, code, repeat=False)
        for (ready, dossier), code in zip(pairs, codes, strict=True)
    }


def _plan_deadlines(fresh: list[_Ready], now: datetime) -> list[list[Deadline]]:
    known = book.current_rules(now)
    planned = [
        [deadline for each in _wanted(ready, now) if (deadline := deadlines.plan(each, known))] for ready in fresh
    ]
    for ready, plans in zip(fresh, planned, strict=True):
        past = ready.report.past
        for deadline in plans if past else ():
            deadlines.silence(deadline, now)
            if past and past.closed_at:
                deadlines.end_past(deadline, past.closed_at)
    return planned


def _wanted(ready: _Ready, now: datetime) -> list[deadlines.Wanted]:
    report, past = ready.report, ready.report.past
    start = report.found_at or now
    promised = past.promised if past else None
    fix = deadlines.Wanted(
        FIX, ready.columns.path, start, ready.profile, report.category_id, report.urgency, promised=promised
    )
    if past and promised:  # an imported report was answered, or not, elsewhere: only its promised date is kept
        return [fix]
    if past:  # what came without a date and is still open gets ours, from the day on which it came
        return [] if past.closed_at else [replace(fix, start=now)]
    return [replace(fix, kind=clock.kind) for clock in lifecycle.started_by(ready.profile, "report")]


def _dossier(ready: _Ready, planned: list[Deadline], *, client: str, now: datetime) -> Dossier:
    report = ready.report
    step = lifecycle.BY_NAME[_first_step(report)]
    return Dossier(
        kind=DossierKind.MATTER,
        number=ids.new_matter_number(),
        title=report.title or title_of(report.text),
        step=step.name,
        is_open=step.open,
        due_at=min((each.due_at for each in planned), default=None) if step.open else None,
        opened_at=report.found_at or now,
        updated_at=now,
        place=report.place,
        lon=report.lon,
        lat=report.lat,
        client=client,
        client_ref=report.client_ref,
        **ready.columns.fields(),
    )


def _first_step(report: Report) -> str:
    if report.past is None:
        return lifecycle.REPORTED
    if report.past.closed_at:
        return lifecycle.CLOSED
    return lifecycle.DISPATCHED if report.past.unit_id else lifecycle.REPORTED


def title_of(text: str) -> str:
    """The first sentence of a report as its title, at most 40 characters."""
    first = text.split("\n", 1)[0]
    for mark in "。！？；!?;":
        first = first.split(mark, 1)[0]
    return first if len(first) <= 40 else first[:39] + "…"


def _matter(ready: _Ready, dossier: Dossier, code: str, *, by: Actor, now: datetime) -> Matter:
    report = ready.report
    return Matter(
        dossier_id=dossier.pk,
        profile=ready.profile,
        profile_by_hand=report.profile is not None,
        text=report.text,
        source=report.source,
        source_number=report.source_number,
        category_id=report.category_id,
        urgency=report.urgency,
        tracking_hash=tracking_hash(code, dossier.number),
        filed_by_id=by.user_id,
        found_at=report.found_at or now,
        unit_id=report.past.unit_id if report.past else None,
        desk_level=_desk(dossier),
    )


def _desk(dossier: Dossier) -> Level:
    """The lowest desk there is at the place: the grid's, else the community's, else the street's."""
    if dossier.grid_id:
        return Level.GRID
    return Level.COMMUNITY if dossier.community_id else Level.TOWN


def _requester(report: Report, dossier: Dossier, by: Actor, now: datetime) -> Requester | None:
    if not (report.name or report.phone or report.address):
        return None
    return Requester(
        matter_id=dossier.pk,
        user_id=None if report.on_behalf else by.user_id,
        name=report.name or None,
        phone=report.phone or None,
        address=report.address or None,
        phone_hash=crypto.keyed_hash(report.phone, "phone") if report.phone else None,
        phone_verified_at=now if report.phone_verified else None,
        on_behalf=report.on_behalf,
        consent=report.consent or CONSENT_VERSION,
        consent_at=now,
    )


def _reachable(report: Report, by: Actor) -> bool:
    """Whether the requester is told at once that it is registered: not whoever left a phone that nobody has proved."""
    return bool(report.phone) and (report.on_behalf or report.phone_verified or by.user_id is not None)


def _story(pairs: list[tuple[_Ready, Dossier]]) -> list[events.Happened]:
    told = []
    for ready, dossier in pairs:
        past = ready.report.past
        told.append(events.Happened(dossier.pk, "matter.reported", public=True, at=dossier.opened_at))
        if past and past.unit_id:
            told.append(
                events.Happened(
                    dossier.pk, "matter.dispatched", public=True, unit_id=past.unit_id, at=dossier.opened_at
                )
            )
        if past and past.closed_at:
            told.append(
                events.Happened(dossier.pk, "matter.closed", past.closing_words, public=True, at=past.closed_at)
            )
    return told


def _with_dossier(dossiers: list[Dossier], planned: list[list[Deadline]]) -> list[Deadline]:
    rows = []
    for dossier, plans in zip(dossiers, planned, strict=True):
        for deadline in plans:
            deadline.dossier_id = dossier.pk
            rows.append(deadline)
    return rows


def _write_past(pairs: list[tuple[_Ready, Dossier]], *, by: Actor) -> None:
    """What happened elsewhere: with which unit it lay and lies, and how it was closed."""
    pasts = [(past, dossier) for ready, dossier in pairs if (past := ready.report.past)]
    units = [(past, dossier) for past, dossier in pasts if past.unit_id]
    assignments = (
        Assignment(
            matter_id=dossier.pk,
            unit_id=past.unit_id,
            by_id=by.user_id,
            at=dossier.opened_at,
            ended_at=past.closed_at,
        )
        for past, dossier in units
    )
    bulk.create(Assignment, assignments)
    takes_part = (
        Access(dossier_id=dossier.pk, unit_id=past.unit_id, role="handler", since=dossier.opened_at)
        for past, dossier in units
    )
    bulk.create(Access, takes_part)
    closures = (
        Closure(matter_id=dossier.pk, outcome=past.outcome, words=past.closing_words, at=past.closed_at)
        for past, dossier in pasts
        if past.closed_at
    )
    bulk.create(Closure, closures)


def _write_photos(pairs: list[tuple[_Ready, Dossier]], *, by: Actor, now: datetime) -> None:
    rows = [
        row
        for ready, dossier in pairs
        for row in attachments.rows(dossier.pk, ready.report.photos, ready.files, by=by, now=now)
    ]
    if rows:
        Attachment.objects.bulk_create(rows, ignore_conflicts=True)
