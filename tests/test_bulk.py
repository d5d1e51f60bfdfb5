"""Many rows at once are the rows that Django itself would have written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from lastmeter.accounts.models import AuditEntry, Count, OneTimeLink, User
from lastmeter.kit import bulk, columns, lookups

NOW = datetime(2026, 11, 25, 1, 2, 3, 456789, tzinfo=UTC)
MANY = bulk.FEW + 20
AWKWARD = ["", "\\N", "a\tb\nc", "\\.", "'\"%s", "织𬕂镇", "null", "\\"]


def entries(count: int) -> list[AuditEntry]:
    return [
        AuditEntry(
            at=NOW + timedelta(seconds=number),
            kind=AWKWARD[number % len(AWKWARD)],
            by_user=number or None,
            by_kind="user",
            object_id=2**40 + number,
            reason_hash=bytes([number % 256] * 32) if number % 3 else None,
        )
        for number in range(count)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, bulk.FEW, bulk.FEW + 1, MANY])
def test_rows_are_what_django_would_have_written(count: int) -> None:
    fields = [field.attname for field in AuditEntry._meta.concrete_fields if field.attname != "id"]
    with transaction.atomic():
        bulk.create(AuditEntry, entries(count))
    ours = list(AuditEntry.objects.order_by("id").values_list(*fields))
    last = AuditEntry.objects.order_by("id").values_list("id", flat=True).last() or 0
    AuditEntry.objects.bulk_create(entries(count))
    assert ours == list(AuditEntry.objects.filter(id__gt=last).order_by("id").values_list(*fields))


@pytest.mark.django_db
def test_keys_are_given_when_asked_for_and_go_on_afterwards() -> None:
    before = Count.objects.create(key="before", window=0)
    made = bulk.create(Count, (Count(key=f"many {n}", window=n) for n in range(MANY)), keys=True)
    assert dict(Count.objects.filter(key__startswith="many").values_list("key", "pk")) == {
        row.key: row.pk for row in made
    }
    assert min(row.pk for row in made) > before.pk
    assert Count.objects.create(key="after", window=0).pk > max(row.pk for row in made)


@pytest.mark.django_db
def test_sealed_and_automatic_fields_are_filled_as_usual() -> None:
    users = bulk.create(
        User, (User(username=f"u{n}", name="周小满", phone=f"1990000{n:04}") for n in range(MANY)), keys=True
    )
    kept = User.objects.get(username="u7")
    assert (kept.phone, kept.joined_at is not None) == ("19900000007", True)
    links = (
        OneTimeLink(token_hash=bytes([n] * 32), user=users[n], purpose="first", expires_at=NOW) for n in range(MANY)
    )
    bulk.create(OneTimeLink, links)
    assert bytes(OneTimeLink.objects.get(user=kept).token_hash) == bytes([7] * 32)


@pytest.mark.django_db
def test_a_broken_constraint_is_djangos_integrity_error() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.create(Count, (Count(key="same", window=1) for _ in range(MANY)))
    assert not Count.objects.filter(key="same").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, MANY])
def test_columns_write_what_rows_would(count: int) -> None:
    rows = entries(count)
    with transaction.atomic():
        AuditEntry.objects.bulk_create(rows)
        written = columns.insert(
            AuditEntry,
            {
                "at": [row.at for row in rows],
                "kind": [row.kind for row in rows],
                "by_user": [row.by_user for row in rows],
                "by_kind": "user",
                "object_id": [row.object_id for row in rows],
                "reason_hash": [row.reason_hash for row in rows],
            },
            keys=True,
        )
    fields = [field.attname for field in AuditEntry._meta.concrete_fields if field.attname != "id"]
    ours = AuditEntry.objects.filter(lookups.Among("pk", written)).order_by("id")
    theirs = AuditEntry.objects.filter(kind__in=AWKWARD).exclude(lookups.Among("pk", written)).order_by("id")
    assert list(ours.values_list(*fields)) == list(theirs.values_list(*fields))
    assert ours.count() == count


@pytest.mark.django_db
def test_columns_change_only_the_rows_that_are_named() -> None:
    made = Count.objects.bulk_create(Count(key=f"c{n}", window=n) for n in range(MANY))
    keys = [row.pk for row in made]
    columns.update(Count, keys[:3], {"window": [70, 80, 90]})
    columns.update(Count, keys[3:5], {"window": 5})
    columns.update(Count, [], {"window": 6})
    found = Count.objects.filter(key__startswith="c").order_by("pk").values_list("window", flat=True)
    assert list(found) == [70, 80, 90, 5, 5, *range(5, MANY)]


@pytest.mark.django_db
def test_columns_pass_over_what_is_there_or_say_that_it_is() -> None:
    Count.objects.create(key="same", window=1)
    with transaction.atomic():
        columns.insert(Count, {"key": ["same", "other"], "window": 1}, skip=True)
    assert set(Count.objects.values_list("key", flat=True)) >= {"same", "other"}
    with pytest.raises(IntegrityError), transaction.atomic():
        columns.insert(Count, {"key": ["same"], "window": 1})
