"""A newly published year, and other office hours, reach the clocks that run: each story says so, once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import applying, book, calendars, jobs
from lastmeter.clocks.cli import commands
from lastmeter.clocks.models import CalendarDay, Deadline, Limit, OfficeSpan, Recounting
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.grid import ground
from lastmeter.grid.duty import arranging, rosters, rota
from lastmeter.grid.duty.rota import DayKind
from lastmeter.grid.models import Roster
from lastmeter.kit.zhtime import CHINA, DAY, Calendar
from lastmeter.matters import dispatch, intake
from lastmeter.matters.models import Matter, Source
from tests.cast import Cast

Actors = Callable[[str], Actor]
NOTICE = "假设的2027年放假通知（测试用）"
# Wednesday 30 December 2026, ten in the morning: five working days without the notice are 31, 4, 5, 6, 7 January.
NOW = datetime(2026, 12, 30, 2, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def notice() -> dict[date, CalendarDay.Kind]:
    """An invented notice: New Year off from Friday 1 to Monday 4 January, Saturday 9 worked; and a spring week."""
    off = [date(2027, 1, 1) + DAY * n for n in range(4)] + [date(2027, 2, 5) + DAY * n for n in range(8)]
    return dict.fromkeys(off, CalendarDay.Kind.HOLIDAY) | {date(2027, 1, 9): CalendarDay.Kind.SWAP}


def take(cast: Cast, ref: str, now: datetime = NOW, place: str = "grid") -> Matter:
    given = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes[place].pk)
    [taken] = intake.take_in([given], by=Actor.visitor("b"), client="b", now=now, quiet=True)
    assert isinstance(taken, intake.Taken)
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def due(matter: Matter) -> datetime:
    return Deadline.objects.get(dossier=matter.pk, kind="fix").due_at


def applied() -> int:
    """What the worker does after a notice; how many dates have moved."""
    applying.finish(NOW)
    run = applying.newest()
    return run.moved if run else 0


def told(matter: Matter) -> list[str]:
    moved = Event.objects.filter(dossier=matter.pk, kind="matter.date_moved").select_related("words")
    return [each.words.text for each in moved]


def test_a_new_notice_moves_the_dates_it_touches_and_each_story_says_so_once(cast: Cast) -> None:
    touched, early = take(cast, "a"), take(cast, "b", NOW - 20 * DAY)
    assert due(touched) == at("2027-01-07 18:00")
    assert calendars.publish(notice(), basis=NOTICE, now=NOW) == 13
    assert applied() == 1
    assert due(touched) == at("2027-01-08 18:00")  # 4 January is off now: 31, 5, 6, 7, 8
    assert Dossier.objects.get(pk=touched.pk).due_at == at("2026-12-31 10:00")  # the answer, in hours of the clock
    [words] = told(touched)
    assert "2027年1月7日" in words
    assert "2027年1月8日" in words
    assert NOTICE in words
    assert told(early) == []
    assert calendars.publish(notice(), basis=NOTICE, now=NOW) == 0
    assert Recounting.objects.count() == 1
    applying.ask(NOTICE, now=NOW)
    assert applied() == 0
    assert len(told(touched)) == 1


def test_the_worker_applies_what_was_published_a_piece_at_a_time_and_tells_how_far(
    cast: Cast, client_as: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 2)
    monkeypatch.setattr(applying, "AT_ONCE", 1)
    matters, rules = [take(cast, f"{number}") for number in range(5)], f"/rules/{cast.nodes['town'].pk}/calendar/"
    calendars.publish(notice(), basis=NOTICE, now=NOW)
    assert [due(each) for each in matters] == [at("2027-01-07 18:00")] * 5
    assert jobs.apply(NOW) == 2
    page = client_as("dispatcher").get(rules).content.decode()
    assert "5 个看了 2 个，改动 2 个" in page
    assert NOTICE in page
    assert 'value="2" max="5"' in page
    while jobs.apply(NOW):
        pass
    assert [due(each) for each in matters] == [at("2027-01-08 18:00")] * 5
    assert [len(told(each)) for each in matters] == [1] * 5
    page = client_as("dispatcher").get(rules).content.decode()
    assert "看了 5 个，改动 5 个" in page
    assert "<progress" not in page


def test_a_second_notice_takes_over_from_one_that_is_not_applied_yet(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "CHUNK", 1)
    matters = [take(cast, "a"), take(cast, "b")]
    calendars.publish(notice(), basis=NOTICE, now=NOW)
    applying.go_on(NOW, most=1)
    corrected = notice()
    del corrected[date(2027, 1, 4)]
    calendars.publish(corrected, basis="更正通知", now=NOW)
    applying.finish(NOW)
    assert [due(each) for each in matters] == [at("2027-01-07 18:00")] * 2
    assert [len(told(each)) for each in matters] == [2, 0]
    assert Recounting.objects.filter(ended_at=None).count() == 0


def test_an_upgrade_that_knows_another_year_is_noticed_by_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = take(cast, "a")
    jobs.apply(NOW)
    assert Recounting.objects.get().moved == 0
    assert jobs.apply(NOW) == 0
    wiser = Calendar.national().with_rows({day: kind.value for day, kind in notice().items()})
    monkeypatch.setattr(Calendar, "national", classmethod(lambda cls: wiser))
    ground.bump()
    assert jobs.apply(NOW) == 1
    assert due(matter) == at("2027-01-08 18:00")
    assert "软件升级带来了新的放假安排" in told(matter)[0]
    assert jobs.apply(NOW) == 0


def test_rosters_go_by_the_published_days_too(cast: Cast, actor: Actors, client_as: Callable[[str], Client]) -> None:
    hours = {DayKind.WORKDAY: rota.read_slots("08:00-18:00"), DayKind.HOLIDAY: rota.read_slots("00:00-00:00")}
    names = [cast.users["worker"], cast.users["clerk"]]
    plan = arranging.Plan(
        name="值守", members=names, slots=hours, round_the_clock=False, phone="", valid_from=date(2027, 1, 1)
    )
    made = arranging.draw_up(cast.nodes["community"], plan, by=actor("clerk"), now=timezone.now())

    def hours_of(day: date) -> list[str]:
        roster = rosters.whole(Roster.objects.filter(pk=made.pk)).get()
        return [f"{each.starts:%H:%M}" for each in rosters.shifts_of(roster, day, day + DAY)]

    assert hours_of(date(2027, 1, 4)) == ["08:00"]  # a Monday like any other, as long as nobody has said more
    calendars.publish(notice(), basis=NOTICE, now=NOW)
    assert hours_of(date(2027, 1, 4)) == ["00:00"]
    assert hours_of(date(2027, 1, 9)) == ["08:00"]  # a Saturday that is worked in exchange
    page = client_as("clerk").get(f"/rosters/{made.pk}/?month=2027-01")
    assert "调休上班" in page.content.decode()


def test_a_year_that_is_not_published_is_said_and_no_longer_when_it_is(
    cast: Cast, client_as: Callable[[str], Client]
) -> None:
    matter = take(cast, "a")
    there = f"/matters/{matter.dossier.number}/"
    assert "2027 年放假安排还没有公布" in client_as("clerk").get(there).content.decode()
    calendars.publish(notice(), basis=NOTICE, now=NOW)
    applied()
    page = client_as("clerk").get(there).content.decode()
    assert "2027 年放假安排还没有公布" not in page
    assert "期限重新计算" in page


def test_a_corrected_notice_takes_back_the_days_it_no_longer_names(cast: Cast) -> None:
    matter = take(cast, "a")
    calendars.publish(notice(), basis=NOTICE, now=NOW)
    applied()
    corrected = notice()
    del corrected[date(2027, 1, 4)]
    assert calendars.publish(corrected, basis="更正通知", now=NOW) == 1
    assert applied() == 1
    assert due(matter) == at("2027-01-07 18:00")


def test_four_hundred_clocks_cost_no_more_statements_than_forty(cast: Cast) -> None:
    def statements(count: int) -> int:
        CalendarDay.objects.all().delete()
        ground.bump()
        for number in range(count):
            take(cast, f"{count}-{number}")
        calendars.publish(notice(), basis=NOTICE, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            assert applied() == count
        return len(captured)

    few = statements(40)
    assert statements(400) <= few


def test_the_command_enters_a_notice_and_says_what_it_moved(cast: Cast, tmp_path: Path) -> None:
    matter = take(cast, "a")
    file = tmp_path / "2027.csv"
    rows = [f"{day.isoformat()},{kind.value},x" for day, kind in notice().items()]
    file.write_text("\n".join(["date,kind,name", *rows]), encoding="utf-8")
    said = CliRunner().invoke(commands, ["publish", str(file), "--basis", NOTICE, "--dry-run"])
    assert "放假 12 天，调休上班 1 天" in said.output
    assert not CalendarDay.objects.exists()
    assert "日历改动 13 天" in CliRunner().invoke(commands, ["publish", str(file), "--basis", NOTICE]).output
    assert "1 个看了 0 个" in CliRunner().invoke(commands, ["show"]).output
    assert "期限改动 1 个" in CliRunner().invoke(commands, ["apply"]).output
    assert due(matter) == at("2027-01-08 18:00")
    assert "期限改动 0 个" in CliRunner().invoke(commands, ["apply"]).output
    assert "改动 0 个" in CliRunner().invoke(commands, ["show"]).output
    file.write_text("date,kind\n2027-01-01,holiday\n", encoding="utf-8")
    assert "不像一整年" in CliRunner().invoke(commands, ["publish", str(file), "--basis", "x"]).output
    file.write_text("date,kind\n2027-13-01,holiday\n", encoding="utf-8")
    assert "第 2 行" in CliRunner().invoke(commands, ["publish", str(file), "--basis", "x"]).output


@pytest.fixture
def in_office_hours(cast: Cast) -> None:
    """The street's matters are fixed within four office hours; 城管执法队 works evenings as well."""
    Limit.objects.create(
        node=cast.nodes["town"], kind="fix", amount=4, measure="working_hours", valid_from=date(2026, 1, 1)
    )
    for weekday in range(1, 6):
        OfficeSpan.objects.create(
            unit=cast.units["urban"], weekday=weekday, opens=time(18), closes=time(22), valid_from=date(2026, 1, 1)
        )
    ground.bump()


@pytest.mark.usefixtures("in_office_hours")
def test_the_clock_of_a_unit_counts_by_its_own_hours(cast: Cast, actor: Actors) -> None:
    matter = take(cast, "a")  # Wednesday, ten o'clock: two hours before noon, two from half past two
    assert due(matter) == at("2026-12-30 16:30")
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    assert due(matter) == at("2026-12-30 22:00")
    assert "按现在的类别、紧急程度和承办单位计算" in told(matter)[0]


@pytest.mark.usefixtures("in_office_hours")
def test_other_hours_of_a_unit_are_applied_to_its_running_clocks(
    cast: Cast, actor: Actors, client_as: Callable[[str], Client]
) -> None:
    matter, other = take(cast, "a"), take(cast, "b")
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    OfficeSpan.objects.filter(unit=cast.units["urban"]).update(valid_to=date(2026, 12, 30))
    OfficeSpan.objects.create(
        unit=cast.units["urban"], weekday=3, opens=time(19), closes=time(23), valid_from=date(2026, 12, 30)
    )
    ground.bump()
    asked = applying.ask("办公时间调整", unit=cast.units["urban"], now=NOW)
    applying.finish(NOW)
    asked.refresh_from_db()
    assert (asked.total, asked.moved) == (1, 1)
    assert due(matter) == at("2026-12-30 23:00")
    assert due(other) == at("2026-12-30 16:30")
    page = client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert "19:00-23:00" in page


def test_the_nearest_place_with_hours_decides_and_each_day_counts_by_its_own_rows(cast: Cast) -> None:
    for node, opens, since in (("city", 8, date(2025, 1, 1)), ("town", 10, date(2026, 12, 31))):
        OfficeSpan.objects.filter(node=cast.nodes[node]).delete()
        for weekday in range(1, 6):
            OfficeSpan.objects.create(
                node=cast.nodes[node], weekday=weekday, opens=time(opens), closes=time(opens + 2), valid_from=since
            )
    ground.bump()
    hours = book.worked(cast.nodes["grid"].path).hours
    days = [date(2026, 12, 30), date(2026, 12, 31)]
    found = [next(iter(hours.open_on(day, book.calendar())))[0] for day in days]
    assert found == [at("2026-12-30 08:00"), at("2026-12-31 10:00")]
    assert timedelta(hours=2) == found[1] - at("2026-12-31 08:00")
