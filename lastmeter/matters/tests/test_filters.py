"""The table of filters: what each one finds, and that it reads back what it writes."""

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import access
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import closing, dispatch, handling
from lastmeter.matters.lists import choosing, facets, filters, reading
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.lists.shelves import SHELVES
from lastmeter.matters.models import Category, Matter, Outcome, Rating
from lastmeter.matters.tests.test_queue import report
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # stands for no due date


@pytest.fixture
def town(cast: Cast, actor: Actors) -> dict[str, Matter]:
    """One that waits, one with the urban unit, one closed as explained and rated, one of another community."""
    now, clerk = timezone.now(), actor("clerk")
    waits, given, ended = report(cast, 3)
    [far] = report(cast, 1, "other_grid", "湖畔小区楼道灯不亮")
    dispatch.dispatch(given, unit=cast.units["urban"], by=clerk, now=now)
    dispatch.dispatch(ended, unit=cast.units["urban"], by=clerk, now=now)
    dispatch.begin(ended, by=actor("handler"), now=now)
    handling.reply(ended, text="已说明", outcome=Outcome.EXPLAINED, by=actor("handler"), now=now)
    closing.close(ended, outcome=Outcome.EXPLAINED, by=clerk, now=now)
    closing.rate(ended, score=Rating.Score.DISSATISFIED, solved=False, words="", by=Actor.visitor("b"), now=now)
    return {"waits": waits, "given": given, "ended": ended, "far": far}


def found(actor: Actor, town: dict[str, Matter], **asked: object) -> set[str]:
    """The names of the matters that a list holds; its count must say the same."""
    asked.setdefault("step", "all")
    wanted, now = Filters(**asked), timezone.now()  # type: ignore[arg-type]
    keys = {row.pk for row in reading.work_list(actor, wanted, None, now=now).items}
    assert reading.count(actor, wanted, now=now) == len(keys)
    return {name for name, matter in town.items() if matter.pk in keys}


def test_each_filter_finds_what_it_says(cast: Cast, actor: Actors, town: dict[str, Matter]) -> None:
    street, urban = actor("dispatcher"), cast.units["urban"].pk
    near = {"waits", "given", "ended"}
    assert found(street, town) == {*near, "far"}
    assert found(street, town, node=cast.nodes["community"].pk) == near
    assert found(street, town, unit=urban) == {"given", "ended"}
    assert found(street, town, handler="nobody") == {"waits", "far"}
    assert found(street, town, outcome="explained") == {"ended"}
    assert found(street, town, outcome="solved") == set()
    assert found(street, town, rating=1) == {"ended"}
    assert found(street, town, closed="today") == {"ended"}
    assert found(street, town, closed="2020-01-01..2020-12-31") == set()
    assert found(street, town, reported="7d") == {*near, "far"}
    assert found(street, town, reported="..2020-01-01") == set()
    assert found(street, town, source="web", profile="grid", urgency="normal", desk=6) == {*near, "far"}
    assert found(street, town, source="phone") == set()
    assert found(street, town, words="窨井") == near
    assert found(street, town, words="hpxq") == {"far"}
    assert found(street, town, words="xqld") == {"far"}
    assert found(actor("handler"), town) == {"given", "ended"}
    assert found(actor("handler"), town, step="handling", words="井盖") == {"given"}


def test_red_yellow_and_green_are_every_open_matter_once(actor: Actors, town: dict[str, Matter]) -> None:
    now, street = timezone.now(), actor("dispatcher")
    Dossier.objects.filter(pk=town["waits"].pk).update(due_at=now - timedelta(minutes=1))
    Deadline.objects.filter(dossier=town["given"].pk).update(warn_at=now - timedelta(minutes=1))
    assert found(street, town, step="open", due="over") == {"waits"}
    assert found(street, town, step="open", due="warned") == {"given"}
    assert found(street, town, step="open", due="ample") == {"far"}


def test_a_category_finds_what_lies_below_it(cast: Cast, actor: Actors, town: dict[str, Matter]) -> None:
    below = Category.objects.filter(parent__isnull=False).order_by("pk")[0]
    Matter.objects.filter(pk=town["given"].pk).update(category=below)
    assert found(actor("dispatcher"), town, category=below.pk) == {"given"}
    assert found(actor("dispatcher"), town, category=below.parent_id) == {"given"}


def test_every_filter_has_choices_or_words_and_every_choice_is_read_again(cast: Cast, actor: Actors) -> None:
    assert set(choosing.OFFERS) == set(filters.table())
    clerk = actor("clerk")
    for name, row in filters.table().items():
        for value, word in choosing.choices(name, clerk, Filters()):
            assert row.read(str(value)) == value, name
            assert word
            assert choosing.word(name, value, clerk, Filters()) == word


def test_a_searched_word_is_also_the_name_of_a_place(cast: Cast, actor: Actors, town: dict[str, Matter]) -> None:
    street, name = actor("dispatcher"), cast.nodes["other_community"].name
    assert found(street, town, words=name) == {"far"}
    assert found(street, town, words=f"{name} 楼道灯") == {"far"}
    assert found(street, town, words=f"楼道灯 {name}", source="web") == {"far"}
    assert found(street, town, words=f"{name} 窨井") == set()
    assert found(street, town, words=name, node=cast.nodes["town"].pk) == {"far"}
    assert found(street, town, words=name, node=cast.nodes["community"].pk) == set()
    assert found(street, town, words=cast.nodes["community"].name, node=cast.nodes["grid"].pk) == set(town) - {"far"}
    assert found(actor("clerk"), town, words=name) == set()


def test_an_upper_category_holds_all_below_it_however_deep(actor: Actors, town: dict[str, Matter]) -> None:
    parent = Category.objects.order_by("pk").first()
    assert parent
    chain = [parent]
    for depth in range(4):
        chain.append(Category.objects.create(scheme=parent.scheme, parent=chain[-1], code=f"deep{depth}", name="深"))
    Matter.objects.filter(pk=town["waits"].pk).update(category=chain[-1])
    for each in chain:
        assert "waits" in found(actor("dispatcher"), town, category=each.pk)
    assert found(actor("dispatcher"), town, category=chain[-1].pk) == {"waits"}


@given(
    st.fixed_dictionaries(
        {"step": st.sampled_from(list(SHELVES))},
        optional={
            "category": st.integers(1, 10**9),
            "source": st.sampled_from(["phone", "web"]),
            "due": st.sampled_from(filters.DUE),
            "handler": st.sampled_from(["me", "7"]),
            "reported": st.sampled_from(["7d", "2026-01-01..", "..2026-01-01", "2026-01-01..2026-02-01"]),
            "words": st.text(max_size=20).map(str.strip).filter(bool),
        },
    )
)
def test_what_an_address_says_is_read_back_from_it(asked: dict[str, object]) -> None:
    wanted = Filters(**asked)  # type: ignore[arg-type]
    assert Filters.read({name: str(value) for name, value in wanted.pairs()}) == wanted


@given(st.dates(date(2010, 1, 1), date(2040, 12, 31)), st.integers(0, 1500))
def test_years_months_and_days_cover_exactly_the_days_asked(first: date, count: int) -> None:
    last = first + timedelta(days=count)
    spans = list(facets.spans(first, last))
    covered = [first + timedelta(days=at) for at in range(-400, count + 400)]
    assert len(spans) <= 31 + 31 + 22 + 6
    for day in covered:
        names = {f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"}
        assert len(names & set(spans)) == (first <= day <= last), day


@pytest.mark.parametrize("who", ["dispatcher", "clerk", "handler"])
def test_however_a_list_is_found_its_pages_are_the_whole_list_in_order(
    cast: Cast, actor: Actors, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    monkeypatch.setattr(reading, "COUNT_CAP", 3)  # small, so that every way to find a list is gone
    monkeypatch.setattr(reading, "SPANS", (5, 12, 30))
    monkeypatch.setattr(reading, "LEAST", 5)
    monkeypatch.setattr(reading, "WINDOW", 4)
    rows = [*report(cast, 30), *report(cast, 25, "other_grid", "楼道灯不亮")]
    by, now = actor("dispatcher"), timezone.now()
    dispatch.dispatch_many(rows[::3], unit=cast.units["urban"], by=by, now=now)
    steps = {"archived": rows[1::4], "rated": rows[2::4], "revisited": rows[5::8]}
    for step, some in steps.items():
        Dossier.objects.filter(pk__in=[each.pk for each in some]).update(step=step, is_open=False, due_at=None)
    Matter.objects.filter(pk__in=[each.pk for each in rows[::5]]).update(source="phone")
    Dossier.objects.filter(pk__in=[each.pk for each in rows[::7]], is_open=True).update(due_at=None)
    asked: list[dict[str, Any]] = [{}, {"source": "phone"}, {"unit": cast.units["urban"].pk}, {"words": "窨井"}]
    for shelf, more in itertools.product(("all", "open", "waiting", "done", "archived"), asked):
        wanted = Filters(step=shelf, **more)
        assert _paged(actor(who), wanted) == _by_hand(actor(who), wanted), wanted


def _paged(by: Actor, wanted: Filters) -> list[int]:
    """The list page by page to its end, the same on the way back."""
    now, there, cursor = timezone.now(), list[list[int]](), None
    while True:
        page = reading.work_list(by, wanted, cursor, now=now, size=4)
        there.append([row.pk for row in page.items])
        if page.next is None:
            break
        cursor = page.next
    back = [there[-1]]
    while page.prev:
        page = reading.work_list(by, wanted, page.prev, now=now, size=4)
        back.insert(0, [row.pk for row in page.items])
    assert back == there
    return [pk for keys in there for pk in keys]


def _by_hand(by: Actor, wanted: Filters) -> list[int]:
    rows = Dossier.objects.filter(access.visible(by), step__in=SHELVES[wanted.step]).select_related("matter").distinct()
    fits = [
        row
        for row in rows
        if wanted.source in ("", row.matter.source)
        and wanted.unit in (None, row.matter.unit_id)
        and wanted.words in row.matter.text
    ]
    if wanted.step in ("open", "waiting"):
        return [row.pk for row in sorted(fits, key=lambda row: (row.due_at is None, row.due_at or NEVER, row.pk))]
    return [row.pk for row in sorted(fits, key=lambda row: -row.pk)]


def test_chips_take_off_one_filter_each_and_menus_open_by_themselves(cast: Cast, client_as: ClientAs) -> None:
    report(cast, 1)
    client = client_as("clerk")
    page = client.get(f"/queue/?node={cast.nodes['grid'].pk}&source=web&reported=7d")
    chips = {chip.word: chip.href for chip in page.context["chips"]}
    assert set(chips) == {"第一网格", "居民网页", "登记日期：近 7 天"}
    assert chips["居民网页"] == f"/queue/?step=waiting&node={cast.nodes['grid'].pk}&reported=7d"
    menu = client.get("/queue/choices/queue/unit/?step=open", headers={"HX-Request": "true"})
    assert f"/queue/?step=open&amp;unit={cast.units['urban'].pk}" in menu.content.decode()
    assert client.get("/queue/choices/queue/unit/?step=open").status_code == 200
    assert client.get("/queue/choices/queue/nothing/").status_code == 404
    assert client.get("/queue/choices/admin/unit/").status_code == 404


def test_two_ends_of_a_form_are_a_span_of_days(client_as: ClientAs) -> None:
    page = client_as("clerk").get("/queue/?reported_from=2026-01-01&reported_to=2026-02-01")
    assert page.context["filters"].reported == "2026-01-01..2026-02-01"
    assert client_as("clerk").get("/queue/?reported_from=x&reported_to=0001-01-01").context["filters"].bare


def test_what_was_searched_is_marked_in_the_title_or_in_the_text_around_it(cast: Cast, client_as: ClientAs) -> None:
    report(cast, 1, text="6 栋<b>夜市</b>凌晨放音响")
    page = client_as("clerk").get("/queue/?q=夜市").content.decode()
    assert "&lt;b&gt;<mark>夜市</mark>&lt;/b&gt;" in page
    assert "<mark>" not in client_as("clerk").get("/queue/").content.decode()
