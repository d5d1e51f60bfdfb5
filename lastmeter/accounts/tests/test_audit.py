"""Audit entries cannot be changed, and a chain shows it when somebody with the database's key changes them."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Model
from pytest_django.fixtures import Settings

from lastmeter.accounts import audit, jobs, limits, rules
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import AuditEntry, AuditSeal, RevealReason, User

SOON = timedelta(0)


def write(count: int, now: datetime) -> list[AuditEntry]:
    by = system("test")
    return audit.record_many([audit.Row(kind="test", by=by, object_id=n, now=now) for n in range(count)])


def tamper(statement: str) -> None:
    """What only the owner of the database can do: past the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement)
            cursor.execute("SET session_replication_role = origin")
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'accounts_audit%%'"
            )
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(statement)
            for _name, sql in triggers:
                cursor.execute(sql)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, AuditSeal])
def test_the_database_refuses_to_change_or_delete(model: type[Model], now: datetime) -> None:
    write(1, now)
    audit.seal(now, settled=SOON)
    statements = ["UPDATE {} SET at = NULL", "DELETE FROM {}"]
    if connection.vendor == "postgresql":
        statements.append("TRUNCATE {}")
    else:
        statements.append("INSERT OR REPLACE INTO {0} SELECT * FROM {0}")
    for statement in [each.format(model._meta.db_table) for each in statements]:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert model._default_manager.count() == 1


@pytest.mark.django_db
def test_only_what_has_settled_is_sealed_and_the_chain_holds(now: datetime) -> None:
    write(3, now - timedelta(minutes=5))
    if connection.vendor == "sqlite":  # PostgreSQL asks its own clock, for which these were written just now
        late = write(2, now)
        assert audit.seal(now) == 3
        assert AuditSeal.objects.get().last_id == late[0].pk - 1
    assert audit.seal(now + timedelta(minutes=2), settled=SOON) + AuditSeal.objects.count() > 2
    assert audit.seal(now + timedelta(minutes=2), settled=SOON) == 0
    assert audit.verify() == []


@pytest.mark.django_db
def test_runs_are_chained_to_one_another(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "RUN", 4)
    write(10, now - timedelta(minutes=5))
    assert audit.seal(now, settled=SOON) == 10
    assert [seal.entries for seal in AuditSeal.objects.order_by("id")] == [4, 4, 2]
    assert audit.verify() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounts_auditentry SET by_user = 99 WHERE id = {middle}",
        "DELETE FROM accounts_auditentry WHERE id = {middle}",
        "UPDATE accounts_auditentry SET id = id + 100000 WHERE id = {middle}",
    ],
)
def test_a_changed_moved_or_missing_entry_is_found(change: str, now: datetime) -> None:
    entries = write(5, now - timedelta(minutes=5))
    audit.seal(now, settled=SOON)
    tamper(change.format(middle=entries[2].pk))
    [problem] = audit.verify()
    assert str(entries[4].pk) in problem


@pytest.mark.django_db
def test_a_chain_rewritten_from_the_start_is_found_by_the_exported_head(now: datetime) -> None:
    write(5, now - timedelta(minutes=5))
    audit.seal(now, settled=SOON)
    kept = audit.head_line(now)
    assert audit.verify([kept]) == []
    tamper("UPDATE accounts_auditentry SET by_user = 99 WHERE id = (SELECT min(id) FROM accounts_auditentry)")
    tamper("DELETE FROM accounts_auditseal")
    audit.seal(now, settled=SOON)
    assert audit.verify() == []
    [problem] = audit.verify([kept])
    assert kept in problem


@pytest.mark.django_db
def test_the_head_is_exported_line_by_line(now: datetime, settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    write(1, now - timedelta(minutes=5))
    audit.seal(now, settled=SOON)
    jobs.export_head(now)
    jobs.export_head(now + timedelta(days=1))
    lines = (tmp_path / jobs.HEADS).read_text().splitlines()
    assert len(lines) == 2
    assert audit.verify(lines) == []


@pytest.mark.django_db
def test_looking_needs_a_reason_that_is_kept_apart_and_can_be_erased(
    now: datetime, person: Callable[..., User]
) -> None:
    by = Actor.of(person())
    for empty in ("", "  查  ", "abc"):
        with pytest.raises(audit.ReasonNeeded, match="理由"):
            audit.reveal(by=by, object_kind="matter", object_id=7, reason=empty, now=now)
    entry = audit.reveal(by=by, object_kind="matter", object_id=7, reason="回电核实地址", now=now)
    audit.seal(now + timedelta(minutes=5), settled=SOON)
    assert RevealReason.objects.get().words == "回电核实地址"
    RevealReason.objects.filter(entry=entry).delete()
    assert audit.verify() == []


@pytest.mark.django_db
def test_nobody_looks_more_than_sixty_times_an_hour(now: datetime, person: Callable[..., User]) -> None:
    by = Actor.of(person())
    for number in range(60):
        audit.reveal(by=by, object_kind="matter", object_id=number, reason="回电核实地址", now=now)
    with pytest.raises(limits.TooMany):
        audit.reveal(by=by, object_kind="matter", object_id=60, reason="回电核实地址", now=now)


@pytest.mark.race
@pytest.mark.usefixtures("own_database")
def test_an_older_transaction_that_is_still_open_is_not_skipped(now: datetime) -> None:
    """PostgreSQL only: on SQLite there is one writer, so no transaction can be open beside the sealer's."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    written, may_commit = threading.Event(), threading.Event()

    def slow_act() -> None:
        with transaction.atomic():
            write(1, now)
            written.set()
            may_commit.wait(20)
        connections.close_all()

    write(1, now)
    slow = threading.Thread(target=slow_act)
    slow.start()
    assert written.wait(20)
    write(3, now)  # committed, with higher ids than the open one
    before = AuditEntry.objects.count()
    audit.seal(now, settled=SOON)
    sealed_while_open = sum(AuditSeal.objects.values_list("entries", flat=True))
    may_commit.set()
    slow.join()
    audit.seal(now, settled=SOON)
    assert sealed_while_open <= before - 3
    assert sum(AuditSeal.objects.values_list("entries", flat=True)) == AuditEntry.objects.count() == before + 1
    assert audit.verify() == []


def test_the_bytes_of_an_entry_do_not_depend_on_the_time_zone_or_the_driver() -> None:
    china = datetime.fromisoformat("2026-11-24T16:30:00+08:00")
    utc = datetime.fromisoformat("2026-11-24T08:30:00+00:00")
    assert rules.canonical([1, china, b"\x01", None]) == rules.canonical([1, utc, memoryview(b"\x01"), None])  # type: ignore[list-item]
    assert rules.canonical([1, 23]) != rules.canonical([12, 3])
