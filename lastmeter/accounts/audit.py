"""What must be provable: append-only entries in the act's transaction, sealed in runs into a hash chain."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lastmeter.accounts import limits, rules
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry, AuditSeal, RevealReason, User
from lastmeter.kit import bulk
from lastmeter.kit.crypto import keyed_hash

SETTLED = timedelta(seconds=60)
RUN = 5000  # entries of one seal
REVEALS_AN_HOUR = 60
SHORTEST_REASON = 4
_SEALING = 0x4C4D5345  # the advisory lock that only one sealer holds
_COLUMNS = (
    "id", "at", "kind", "by_user", "by_kind", "client", "object_kind", "object_id", "outcome", "reason_hash",
)  # fmt: skip


class ReasonNeeded(ValueError):
    """A private field was asked for without a reason that says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry to be written. `reason` is kept beside the entry, erasable; the entry holds only its hash."""

    kind: str
    by: Actor
    object_kind: str = ""
    object_id: int | None = None
    outcome: str = "done"
    reason: str = ""
    now: datetime


def record(
    kind: str,
    *,
    by: Actor,
    object_kind: str = "",
    object_id: int | None = None,
    outcome: str = "done",
    reason: str = "",
    now: datetime,
) -> AuditEntry:
    """Write one entry in the caller's transaction. `kind` is "noun.verb", `object_id` a primary key, never a name."""
    [entry] = record_many(
        [Row(kind=kind, by=by, object_kind=object_kind, object_id=object_id, outcome=outcome, reason=reason, now=now)]
    )
    return entry


def record_many(rows: Sequence[Row]) -> list[AuditEntry]:
    """Write entries with one INSERT (one more for the reasons, when there are any), in the caller's transaction."""
    entries = AuditEntry.objects.bulk_create([_entry(row) for row in rows])
    reasons = [
        RevealReason(entry=entry, words=row.reason[:500])
        for entry, row in zip(entries, rows, strict=True)
        if row.reason
    ]
    if reasons:
        RevealReason.objects.bulk_create(reasons)
    return entries


def record_set(rows: Iterable[Row]) -> None:
    """Write entries without reasons, thousands as quickly as one, in the caller's transaction.

    Their ids are drawn by the INSERT itself, under the table's lock, which sealing relies on: never beforehand.
    """
    bulk.create(AuditEntry, map(_entry, rows))


def _entry(row: Row) -> AuditEntry:
    return AuditEntry(
        at=row.now,
        kind=row.kind,
        by_user=row.by.user_id,
        by_kind=row.by.kind,
        client=row.by.client[:64],
        object_kind=row.object_kind,
        object_id=row.object_id,
        outcome=row.outcome,
        reason_hash=keyed_hash(row.reason, "audit-reason") if row.reason else None,
    )


def reveal(*, by: Actor, object_kind: str, object_id: int, reason: str, now: datetime) -> AuditEntry:
    """Note that `by` looks at a private field of one object, and why; the caller shows it only after this returns.

    Raises ReasonNeeded (fewer than 4 characters) and limits.TooMany (60 an hour and person).
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise ReasonNeeded(_("请写明查看的理由（至少 %(count)s 个字）。") % {"count": SHORTEST_REASON})
    limits.hit(f"reveal:{by.user_id or by.client}", REVEALS_AN_HOUR, 3600, now)
    with transaction.atomic():
        return record("reveal", by=by, object_kind=object_kind, object_id=object_id, reason=reason, now=now)


def entries(*, kind: str = "", by: str = "") -> QuerySet[AuditEntry]:
    """The entries of one kind and of one user (a login name); all when both are empty, none for an unknown name."""
    found = AuditEntry.objects.all()
    if kind:
        found = found.filter(kind=kind)
    if by:
        found = found.filter(by_user__in=User.objects.filter(username=by.lower()).values("pk"))
    return found


def names(rows: Sequence[AuditEntry]) -> dict[int, str]:
    """The names of the users who made those entries, by id; one query."""
    users = User.objects.filter(pk__in={row.by_user for row in rows if row.by_user is not None})
    return dict(users.values_list("pk", "name"))


def last_seal() -> AuditSeal | None:
    """The latest seal; None before the first."""
    return AuditSeal.objects.order_by("-last_id").first()


# --- the chain -------------------------------------------------------------------------------------------------------


def seal(now: datetime, *, settled: timedelta = SETTLED) -> int:
    """Chain the entries older than `settled` to the last seal, in id order, in runs of 5000; returns how many."""
    sealed = 0
    while count := _seal_run(now, settled):
        sealed += count
    return sealed


@transaction.atomic
def _seal_run(now: datetime, settled: timedelta) -> int:
    if connection.vendor == "postgresql":  # on SQLite the immediate transaction already leaves one writer
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEALING])
    last = last_seal()
    after, head = (last.last_id, bytes(last.head)) if last else (0, rules.GENESIS)
    rows = _rows(after, _LAST_SETTLED_ID[connection.vendor](after, now, settled), RUN)
    if rows:
        head = rules.chain(head, map(rules.canonical, rows))
        first_id, last_id = (int(str(row[0])) for row in (rows[0], rows[-1]))
        AuditSeal.objects.create(first_id=first_id, last_id=last_id, entries=len(rows), head=head, at=now)
    return len(rows)


def _rows(after: int, last: int, limit: int) -> list[tuple[rules.AuditValue, ...]]:
    entries = AuditEntry.objects.filter(id__gt=after, id__lte=last).order_by("id")
    return list(entries.values_list(*_COLUMNS)[:limit])


def _settled_sqlite(after: int, now: datetime, settled: timedelta) -> int:
    """The last id that may be sealed. One writer at a time: ids are committed in their order, none comes late."""
    waiting = AuditEntry.objects.filter(id__gt=after, at__gt=now - settled).order_by("id")
    first = waiting.values_list("id", flat=True).first()
    if first is not None:
        return first - 1
    return AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _settled_postgresql(after: int, now: datetime, settled: timedelta) -> int:
    """The last id that may be sealed.

    Ids are drawn before their transaction commits, so a lower id may still appear while a higher one is visible. An
    entry carries the database's clock at the moment its id was drawn (`put_at`, a column only PostgreSQL has). Whoever
    has drawn a lower id and not committed began before that moment and still holds the table's RowExclusiveLock: so
    entries put before the oldest such transaction began have no gap that can fill up. Not the transaction id: it
    starts anew in a restored cluster, where new entries would sort before the sealed ones.

    The rows are read by a later statement: who committed between the two snapshots is seen by it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SETTLED, [after, settled.total_seconds()])
        [(last,)] = cursor.fetchall()
    return int(last)


_LAST_SETTLED = """
    WITH new AS (
        SELECT id, put_at FROM accounts_auditentry WHERE id > %s
    ), writers AS (
        -- a transaction whose start we may not see (another role's) counts as endlessly old
        SELECT min(coalesce(a.xact_start, '-infinity')) AS oldest
        FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.relation = 'accounts_auditentry'::regclass
          AND l.pid IS DISTINCT FROM pg_backend_pid()
    ), waiting AS (
        SELECT min(id) AS id FROM new, writers
        WHERE put_at >= least(oldest, clock_timestamp() - make_interval(secs => %s))
    )
    SELECT coalesce(max(new.id), 0) FROM new, waiting WHERE waiting.id IS NULL OR new.id < waiting.id
"""
_LAST_SETTLED_ID: dict[str, Callable[[int, datetime, timedelta], int]] = {
    "sqlite": _settled_sqlite,
    "postgresql": _settled_postgresql,
}


def head_line(now: datetime) -> str:
    """One line that pins the chain as it is now; kept outside the database, it shows a rewritten chain later."""
    last = last_seal()
    head = bytes(last.head).hex() if last else rules.GENESIS.hex()
    return f"{now.astimezone(UTC).isoformat(timespec='seconds')} last_id={last.last_id if last else 0} head={head}"


def verify(exported: Iterable[str] = ()) -> list[str]:
    """Recompute the whole chain; returns a sentence per problem, an empty list when all holds.

    `exported`: lines of head_line kept elsewhere; each must still be found in the chain.
    """
    problems: list[str] = []
    heads = {0: rules.GENESIS}
    last_id, head = 0, rules.GENESIS
    for run in AuditSeal.objects.order_by("last_id").iterator():
        rows = _rows(last_id, run.last_id, run.entries + 1)
        head = rules.chain(head, map(rules.canonical, rows))
        problems += _compare(run, rows, head)
        last_id, head = run.last_id, bytes(run.head)
        heads[last_id] = head
    missing = [line for line in map(str.strip, exported) if line and not _is_known(line, heads)]
    return problems + [_("导出的封存摘要在链中找不到：%(line)s") % {"line": line} for line in missing]


def _compare(run: AuditSeal, rows: Sequence[tuple[rules.AuditValue, ...]], head: bytes) -> list[str]:
    names = {"first": run.first_id, "last": run.last_id, "sealed": run.entries, "found": len(rows)}
    if len(rows) != run.entries:
        return [_("第 %(first)s 至 %(last)s 条：封存时 %(sealed)s 条，现有 %(found)s 条。") % names]
    if head != bytes(run.head):
        return [_("第 %(first)s 至 %(last)s 条：内容与封存时不符。") % names]
    return []


def _is_known(line: str, heads: dict[int, bytes]) -> bool:
    parts = dict(part.split("=", 1) for part in line.split() if "=" in part)
    last_id, head = parts.get("last_id", ""), parts.get("head", "")
    return last_id.isdigit() and int(last_id) in heads and heads[int(last_id)].hex() == head
