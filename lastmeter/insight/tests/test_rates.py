"""指标: rates counted from what happened, by the month and grid of its day; numbers open the matters behind them."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import picking
from lastmeter.grid.history import planning, redrawing
from lastmeter.grid.history.planning import NewPlace, When
from lastmeter.insight import counting, exclusions, formulas, publishing
from lastmeter.insight.facts import FACTS
from lastmeter.insight.models import Exclusion, Figure, Formula, Measure, Publication
from lastmeter.insight.rules import Cell, Month
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import closing, dispatch, handling, intake, screening, settling
from lastmeter.matters.models import Matter, Outcome, Rating, Source
from tests.cast import Cast
from tests.redrawn import HALF_EAST, HALF_WEST

Actors = Callable[[str], Actor]
ClientAs = Callable[[str], Client]
OCTOBER = Month(date(2026, 10, 1))
NOVEMBER = OCTOBER.next
# A Monday; five working days later is the Monday after, at six.
MONDAY = datetime(2026, 10, 12, 9, tzinfo=CHINA)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def take(cast: Cast, ref: str, at: datetime = MONDAY, place: str = "grid", phone: str = "19900000101") -> Matter:
    report = intake.Report(
        text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes[place].pk, name="李", phone=phone
    )
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=at)
    assert isinstance(taken, intake.Taken)
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def handled(cast: Cast, actor: Actors, ref: str, closed: datetime, at: datetime = MONDAY) -> Matter:
    """A matter that the 城管执法队 handled and the desk closed."""
    matter, desk, unit = take(cast, ref, at), actor("clerk"), actor("handler")
    dispatch.dispatch(matter, unit=cast.units["urban"], by=desk, now=at + HOUR)
    dispatch.sign(matter, by=unit, now=at + 2 * HOUR)
    handling.reply(matter, text="换了灯泡", outcome=Outcome.SOLVED, by=unit, now=closed - HOUR)
    closing.close(matter, outcome=Outcome.SOLVED, by=desk, now=closed)
    return matter


def cell(table: counting.Table, measure: Measure, label: str = "合计") -> Cell:
    at = [formula.measure for formula in table.formulas].index(measure)
    [row] = [row for row in (table.whole, *table.rows) if row.label == label]
    return row.cells[at]


def october(cast: Cast, by: str = counting.PLACE, place: str = "town") -> counting.Table:
    return counting.table(cast.nodes[place], OCTOBER, by)


def test_a_month_is_counted_as_practitioners_count_it(cast: Cast, actor: Actors) -> None:
    handled(cast, actor, "in time", MONDAY + 3 * DAY)
    handled(cast, actor, "late", MONDAY + 9 * DAY)
    take(cast, "open and overdue")
    settling.settle(take(cast, "at once"), result="当场换好", by=actor("worker"), now=MONDAY + HOUR)
    rejected = take(cast, "rejected")
    screening.reject(rejected, reason="重复来信", by=actor("clerk"), now=MONDAY + HOUR)
    table = october(cast)
    assert cell(table, Measure.FILING) == Cell(3, 5)
    assert cell(table, Measure.CLOSURE) == Cell(4, 5)
    assert cell(table, Measure.ON_TIME) == Cell(3, 5)
    assert cell(table, Measure.ONCE_DONE) == Cell(3, 3)
    assert cell(table, Measure.SELF_HANDLED) == Cell(1, 3)


def test_what_people_say_makes_resolution_and_satisfaction(cast: Cast, actor: Actors) -> None:
    happy, unhappy, called, silent = (handled(cast, actor, ref, MONDAY + DAY) for ref in "abcd")
    visitor, clerk = Actor.visitor("b"), actor("clerk")
    closing.revisit(happy, reached=True, solved=False, words="", by=clerk, now=MONDAY + 2 * DAY)
    closing.rate(happy, score=Rating.Score.SATISFIED, solved=True, words="", by=visitor, now=MONDAY + 3 * DAY)
    closing.rate(unhappy, score=Rating.Score.DISSATISFIED, solved=False, words="", by=visitor, now=MONDAY + 3 * DAY)
    closing.revisit(called, reached=True, solved=True, words="", by=clerk, now=MONDAY + 2 * DAY)
    closing.revisit(silent, reached=False, solved=None, words="", by=clerk, now=MONDAY + 2 * DAY)
    table = october(cast)
    assert cell(table, Measure.SATISFACTION) == Cell(1, 2)
    assert cell(table, Measure.RESOLUTION) == Cell(2, 3), "who rated is not counted again by the revisit"
    assert cell(table, Measure.REVISIT) == Cell(3, 4)
    assert cell(table, Measure.DISSATISFACTION) == Cell(1, 4)


def test_rework_and_reopening_take_a_closing_out_of_the_done_at_once(cast: Cast, actor: Actors) -> None:
    matter = take(cast, "a")
    clerk, unit = actor("clerk"), actor("handler")
    dispatch.dispatch(matter, unit=cast.units["urban"], by=clerk, now=MONDAY)
    dispatch.sign(matter, by=unit, now=MONDAY)
    for day in (1, 2):
        handling.reply(matter, text="修了", outcome=Outcome.SOLVED, by=unit, now=MONDAY + day * DAY)
        if day == 1:
            closing.rework(matter, reason="还是不亮", by=clerk, now=MONDAY + day * DAY + HOUR)
    closing.close(matter, outcome=Outcome.SOLVED, by=clerk, now=MONDAY + 3 * DAY)
    handled(cast, actor, "b", MONDAY + DAY)
    table = october(cast)
    assert cell(table, Measure.ONCE_DONE) == Cell(1, 2)
    assert cell(table, Measure.REWORK) == Cell(1, 2)


@pytest.mark.parametrize(("minute", "counted"), [(-1, Cell(1, 1)), (0, Cell(0, 0))])
def test_the_month_ends_at_midnight_in_china(cast: Cast, actor: Actors, minute: int, counted: Cell) -> None:
    reported = datetime(2026, 10, 30, 9, tzinfo=CHINA)
    handled(cast, actor, "a", OCTOBER.ends + timedelta(minutes=minute), reported)
    assert cell(october(cast), Measure.CLOSURE) == counted


def test_a_promise_counts_in_one_month_only(cast: Cast, actor: Actors) -> None:
    reported = datetime(2026, 10, 29, 9, tzinfo=CHINA)
    handled(cast, actor, "early", datetime(2026, 10, 30, 9, tzinfo=CHINA), reported)
    handled(cast, actor, "later", datetime(2026, 11, 3, 9, tzinfo=CHINA), reported)
    november = counting.table(cast.nodes["town"], NOVEMBER, counting.PLACE)
    assert (cell(october(cast), Measure.CLOSURE), cell(november, Measure.CLOSURE)) == (Cell(1, 1), Cell(1, 1))


def test_what_happens_later_changes_no_past_month(cast: Cast, actor: Actors) -> None:
    take(cast, "overdue")
    before = october(cast)
    matter = Matter.objects.select_related("dossier").get()
    settling.settle(matter, result="终于", by=actor("worker"), now=NOVEMBER.begins + DAY)
    assert october(cast) == before
    assert cell(before, Measure.CLOSURE) == Cell(0, 1)


def test_a_month_is_counted_by_its_own_grid_after_the_ground_is_redrawn(cast: Cast, actor: Actors) -> None:
    take(cast, "a")
    take(cast, "b", place="second_grid")
    before = october(cast, place="community")
    asked = datetime(2026, 11, 1, 9, tzinfo=CHINA)
    how = When(effective_on=date(2026, 11, 2), reason="会议纪要", by=system("test"), now=asked)
    parts = [
        NewPlace(name="西网格", code="999902006001011", shape=HALF_WEST),
        NewPlace(name="东网格", code="999902006001012", shape=HALF_EAST),
    ]
    change = planning.split(cast.nodes["grid"], parts, how)
    redrawing.confirm(change, by=system("test"), now=datetime(2026, 11, 2, 9, tzinfo=CHINA))
    assert october(cast, place="community") == before
    assert [row.label for row in before.rows] == ["第一网格", "第二网格"]
    later = counting.table(cast.nodes["community"], NOVEMBER, counting.PLACE)
    assert not any(row.label == "第一网格" for row in later.rows)


def test_units_answer_for_what_lay_with_them_at_that_moment(cast: Cast, actor: Actors) -> None:
    handled(cast, actor, "a", MONDAY + DAY)
    settling.settle(take(cast, "b"), result="好了", by=actor("worker"), now=MONDAY + HOUR)
    table = october(cast, counting.UNIT)
    assert cell(table, Measure.CLOSURE, "城管执法队") == Cell(1, 1)
    assert cell(table, Measure.CLOSURE, "网格、社区自己办") == Cell(1, 1)


def numbers(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<a href="(/rates/behind/[^"]+)">(\d+)</a>', page)
    return [(address.replace("&amp;", "&"), int(number)) for address, number in found]


@pytest.mark.parametrize("by", counting.WAYS)
def test_every_number_of_the_page_opens_exactly_its_matters(
    cast: Cast, actor: Actors, client_as: ClientAs, by: str
) -> None:
    handled(cast, actor, "a", MONDAY + DAY)
    handled(cast, actor, "b", MONDAY + 9 * DAY)
    settling.settle(take(cast, "c", place="other_grid"), result="好了", by=actor("other_worker"), now=MONDAY + HOUR)
    take(cast, "d", place="second_grid")
    client = client_as("dispatcher")
    page = client.get(f"/rates/?month=2026-10&by={by}").content.decode()
    opened = numbers(page)
    assert len(opened) > 20
    for address, number in opened:
        behind = client.get(address).content.decode()
        assert len(set(re.findall(r'href="/matters/(\w{10})/"', behind))) == number, address


def test_the_page_asks_as_little_for_many_matters_as_for_few(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    client = client_as("dispatcher")
    asked = []
    for batch in range(2):
        for number in range(1 + 4 * batch):
            handled(cast, actor, f"{batch}-{number}", MONDAY + DAY)
        client.get("/rates/?month=2026-10")
        with CaptureQueriesContext(connection) as queries:
            client.get("/rates/?month=2026-10")
        # Which ground this is, is asked again every few seconds, whatever the page.
        asked.append(sum("grid_groundversion" not in each["sql"] for each in queries.captured_queries))
    assert asked[0] == asked[1] <= 30


def test_a_clerk_sees_the_own_ground_and_nothing_beside_it(client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    assert "望海社区" in clerk.get("/rates/").content.decode()
    assert clerk.get("/rates/?at=999902006002").status_code == 404
    assert clerk.get("/rates/?at=999902006").status_code == 404
    assert client_as("worker").get("/rates/").status_code == 404


@pytest.mark.parametrize("query", ["month=2026-99", "month=x", "by=person", "at=nowhere"])
def test_an_address_that_means_nothing_is_not_found(client_as: ClientAs, query: str) -> None:
    assert client_as("dispatcher").get(f"/rates/?{query}").status_code == 404


def test_the_workbook_says_what_the_page_says(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    handled(cast, actor, "a", MONDAY + DAY)
    answer = client_as("dispatcher").get("/rates/table.xlsx?month=2026-10")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    closed = rows[0].index("结案率")
    assert rows[-1][closed : closed + 3] == ["100.0%", "1", "1"] or rows[-1][closed : closed + 3] == ["100.0%", 1, 1]


def test_a_new_formula_holds_from_its_month_on_and_the_old_one_stays(client_as: ClientAs) -> None:
    organiser = client_as("organiser")
    wanted = {
        "measure": "dissatisfaction",
        "numerator": "dissatisfied",
        "denominator": "rated",
        "valid_from": "2099-01",
        "basis": "县热线办 2098 年第 3 号",
    }
    assert organiser.post("/rates/formulas/", wanted).status_code == 302
    versions = Formula.objects.filter(measure=Measure.DISSATISFACTION).order_by("version")
    assert [(each.version, each.denominator) for each in versions] == [(1, "closed"), (2, "rated")]
    of_then = {each.measure: each.version for each in formulas.of_month(Month(date(2098, 12, 1)))}
    of_later = {each.measure: each.version for each in formulas.of_month(Month(date(2099, 1, 1)))}
    assert (of_then["dissatisfaction"], of_later["dissatisfaction"]) == (1, 2)
    assert client_as("clerk").post("/rates/formulas/", wanted).status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"valid_from": "2026-10"}, "已经开始的月份用原来的公式"),
        ({"valid_from": "下个月"}, "请写年和月"),
        ({"denominator": "dissatisfied"}, "不能相同"),
    ],
)
def test_a_formula_that_would_change_the_past_is_refused(
    client_as: ClientAs, changed: dict[str, str], said: str
) -> None:
    wanted = {
        "measure": "dissatisfaction",
        "numerator": "dissatisfied",
        "denominator": "rated",
        "valid_from": "2099-01",
        "basis": "依据",
    }
    answer = client_as("organiser").post("/rates/formulas/", wanted | changed)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_every_shipped_formula_speaks_of_facts_that_exist(db: None) -> None:
    rows = list(Formula.objects.all())
    assert {row.measure for row in rows} == set(Measure.values)
    assert {row.numerator for row in rows} | {row.denominator for row in rows} <= FACTS.keys()


def test_leaving_a_matter_out_takes_two_people_and_can_be_taken_back(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = take(cast, "typhoon")
    handled(cast, actor, "b", MONDAY + DAY)
    asked = {"number": matter.dossier.number, "measure": "closure", "reason": "force_majeure", "words": "台风停工三天"}
    assert client_as("clerk").post("/rates/exclusions/", asked).status_code == 302
    assert cell(october(cast), Measure.CLOSURE) == Cell(1, 2), "until it is approved it counts"
    exclusion = Exclusion.objects.get()
    address = f"/rates/exclusions/{exclusion.pk}/"
    assert client_as("clerk").post(f"{address}decision/", {"approve": "yes"}).status_code == 404
    client_as("dispatcher").post(f"{address}decision/", {"approve": "yes", "answer": "属实"})
    assert cell(october(cast), Measure.CLOSURE) == Cell(1, 1, 1)
    assert cell(october(cast), Measure.ON_TIME) == Cell(1, 2), "only the rate that was asked for"
    page = client_as("dispatcher").get("/rates/?month=2026-10").content.decode()
    assert "剔除 1" in page
    client_as("clerk").post(f"{address}ending/")
    assert cell(october(cast), Measure.CLOSURE) == Cell(1, 2)


def test_nobody_approves_what_they_asked_for(cast: Cast, client_as: ClientAs) -> None:
    matter = take(cast, "a")
    dispatcher = client_as("dispatcher")
    asked = {"number": matter.dossier.number, "measure": "closure", "reason": "other", "words": "试一试"}
    dispatcher.post("/rates/exclusions/", asked)
    exclusion = Exclusion.objects.get()
    answer = dispatcher.post(f"/rates/exclusions/{exclusion.pk}/decision/", {"approve": "yes"}, follow=True)
    assert "要由另一个人批准" in answer.content.decode()
    assert Exclusion.objects.get().state == Exclusion.State.ASKED
    again = dispatcher.post("/rates/exclusions/", asked)
    assert again.status_code == 400
    assert "已经申请过" in again.content.decode()


@pytest.mark.parametrize("number", ["", "没有这个", "ABCDEFGHJK"])
def test_a_number_that_means_no_matter_of_mine_gets_a_sentence(client_as: ClientAs, number: str) -> None:
    asked = {"number": number, "measure": "closure", "reason": "other", "words": "试一试"}
    assert client_as("clerk").post("/rates/exclusions/", asked).status_code == 400


def publish(client: Client, words: str = "") -> str:
    return client.post("/rates/publications/?month=2026-10", {"words": words}, follow=True).content.decode()


def test_a_published_month_is_open_to_all_and_stays_as_it_was(
    cast: Cast, actor: Actors, client_as: ClientAs, client: Client
) -> None:
    for number in range(6):
        handled(cast, actor, f"h{number}", MONDAY + DAY)
    take(cast, "other", place="other_grid")
    publish(client_as("dispatcher"))
    page = client.get("/figures/", follow=True).content.decode()
    assert "望海社区" in page
    assert "100.0%" in page
    assert page.count("不足 5 件") >= 2, "one small figure alone could be had by subtraction"
    assert "路灯" not in page
    assert "/rates/behind/" not in page
    sheet = client.get("/figures/999902006/2026-10/table.xlsx")
    assert sheet.status_code == 200
    exclusions.ask(
        Matter.objects.filter(dossier__client_ref="h0").get(),
        measure=Measure.CLOSURE,
        reason=Exclusion.Reason.OTHER,
        words="x",
        by=actor("clerk"),
        now=MONDAY,
    )
    exclusions.decide(Exclusion.objects.get(), approve=True, answer="", by=actor("dispatcher"), now=MONDAY)
    assert client.get("/figures/", follow=True).content.decode() == page
    assert publishing.recount(Publication.objects.get(), now=MONDAY) > 0
    assert "重新计算后有" in client_as("dispatcher").get("/rates/?month=2026-10").content.decode()


def test_the_home_of_a_resident_shows_the_three_rates_of_where_they_live(
    cast: Cast, actor: Actors, client_as: ClientAs, client: Client
) -> None:
    client.get("/g/999902006001001/")
    assert "办得怎么样" not in client.get("/").content.decode()
    for number in range(5):
        handled(cast, actor, f"h{number}", MONDAY + DAY)
    publish(client_as("dispatcher"))
    session = client.session
    session[picking.REMEMBERED] = cast.nodes["grid"].pk
    session.save()
    home = client.get("/").content.decode()
    assert "办得怎么样" in home
    assert "/figures/999902006/2026-10/" in home


def test_a_correction_says_what_was_corrected_and_the_first_stays(
    cast: Cast, actor: Actors, client_as: ClientAs, client: Client
) -> None:
    handled(cast, actor, "a", MONDAY + DAY)
    dispatcher = client_as("dispatcher")
    publish(dispatcher)
    assert "请写明更正了什么" in publish(dispatcher)
    publish(dispatcher, "剔除台风期间一件")
    assert "剔除台风期间一件" in client.get("/figures/999902006/2026-10/").content.decode()
    assert list(Publication.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert publishing.recount(Publication.objects.get(number=1), now=MONDAY) == 0
    assert Figure.objects.filter(publication__number=1).exists()


def test_a_month_that_is_not_over_cannot_be_published(cast: Cast, actor: Actors) -> None:
    with pytest.raises(publishing.Refused):
        publishing.publish(cast.nodes["town"], OCTOBER, by=actor("dispatcher"), now=OCTOBER.ends - HOUR)


def test_what_was_never_published_is_not_there(cast: Cast, client: Client) -> None:
    for address in ("/figures/999902006/2026-10/", "/figures/nowhere/2026-10/", "/figures/999902006/x/"):
        assert client.get(address).status_code == 404
    assert "还没有公布过数据" in client.get("/figures/").content.decode()
