"""Pages in both directions, with ties and missing values, on a table of this test."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, models, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.plugin import DjangoDbBlocker

from lastmeter.kit.paging import Keyset, Page, merge_page, page


class Card(models.Model):
    """A table of this test only."""

    objects: models.Manager["Card"] = models.Manager()
    id = models.BigAutoField(primary_key=True)
    due_at = models.DateTimeField(null=True)
    rank = models.IntegerField(default=0)
    grid = models.IntegerField(default=0)

    class Meta:
        app_label = "kit_paging_test"


ORDERS = [
    Keyset(("due_at", "id")),
    Keyset(("-due_at", "-id")),
    Keyset(("-due_at", "rank", "-id")),
    Keyset(("rank", "id")),
    Keyset(("-id",)),
]
CARDS = st.lists(st.tuples(st.none() | st.integers(0, 3), st.integers(0, 2), st.integers(0, 3)), max_size=25)
START = datetime(2026, 11, 24, 8, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def table(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Card)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Card)


@pytest.fixture
def cards(table: None, db: None) -> None:
    """An empty table, emptied again by the rollback of `db`."""


def fill(rows: list[tuple[int | None, int, int]]) -> None:
    Card.objects.all().delete()
    Card.objects.bulk_create(
        Card(due_at=None if due is None else START + timedelta(hours=due), rank=rank, grid=grid)
        for due, rank, grid in rows
    )


def in_order(order: Keyset) -> list[int]:
    """The ids as one plain query gives them."""
    columns = [
        models.F(name).desc(nulls_last=True) if column.startswith("-") else models.F(name).asc(nulls_last=True)
        for column, name in zip(order.columns, order.names(), strict=True)
    ]
    return list(Card.objects.order_by(*columns).values_list("id", flat=True))


def branches() -> list[models.QuerySet[Card]]:
    """Two overlapping conditions that together find every card."""
    return [Card.objects.filter(grid__lte=2), Card.objects.filter(grid__gte=1)]


def turn(way: str, cursor: str | None, size: int, order: Keyset) -> Page[Card]:
    if way == "one":
        return page(Card.objects.all(), cursor, size, order)
    rows = Card.objects.all() if way == "fused" else None
    return merge_page(branches(), cursor, size, order, rows)


@pytest.mark.usefixtures("cards")
@given(CARDS, st.integers(1, 7), st.sampled_from(ORDERS), st.sampled_from(("one", "merged", "fused")))
def test_every_row_comes_once_and_in_order_both_ways(
    rows: list[tuple[int | None, int, int]], size: int, order: Keyset, way: str
) -> None:
    with transaction.atomic():
        fill(rows)
        expected = in_order(order)
        last = turn(way, None, size, order)
        assert last.prev is None
        forward = [card.id for card in last.items]
        while last.next:
            last = turn(way, last.next, size, order)
            assert last.items
            forward += [card.id for card in last.items]
        assert forward == expected
        backward = [card.id for card in last.items]
        while last.prev:
            last = turn(way, last.prev, size, order)
            backward = [card.id for card in last.items] + backward
            assert last.next
        assert backward == expected


@pytest.mark.usefixtures("cards")
def test_a_cursor_nobody_gave_out_shows_the_first_page() -> None:
    fill([(hour, 0, 0) for hour in range(4)])
    order = ORDERS[0]
    first = page(Card.objects.all(), None, 2, order)
    assert first.next is not None
    foreign = page(Card.objects.all(), None, 2, ORDERS[1]).next
    for cursor in ("", "x", "..", "é\0", first.next[:-1], "A" + first.next, foreign):
        assert page(Card.objects.all(), cursor, 2, order) == first


@pytest.mark.usefixtures("cards")
def test_a_page_whose_rows_are_gone_shows_the_first_one() -> None:
    fill([(hour, 0, 0) for hour in range(4)])
    cursor = page(Card.objects.all(), None, 2, ORDERS[0]).next
    left = Card.objects.filter(due_at__lt=START + timedelta(hours=2))
    assert [card.due_at for card in page(left, cursor, 2, ORDERS[0]).items] == [START, START + timedelta(hours=1)]


@pytest.mark.usefixtures("cards")
def test_a_cursor_can_stand_in_an_address() -> None:
    fill([(None, 0, 0), (None, 0, 0)])
    cursor = page(Card.objects.all(), None, 1, ORDERS[0]).next
    assert cursor is not None
    assert cursor.replace(".", "").replace("-", "").replace("_", "").isalnum()


def test_no_branch_is_an_empty_page() -> None:
    assert merge_page([], None, 10, ORDERS[0]) == Page([], None, None)
