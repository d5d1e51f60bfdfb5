"""The sweep killed in the middle and beside people at work: no step is skipped, none is doubled, nobody waits."""

import signal
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import applying, calendars, sweep
from lastmeter.clocks.models import CalendarDay, Deadline, Recounting
from lastmeter.dossiers.models import Event, EventWords
from lastmeter.kit.zhtime import DAY
from lastmeter.matters import intake, settling
from lastmeter.matters.models import Matter, Source
from lastmeter.notices.models import Notice
from tests.cast import Cast
from tests.test_races import begun_beside

pytestmark = pytest.mark.race
MATTERS = 600
PEOPLE = ("clerk", "secretary")

# Small chunks, so that a kill falls between two of them or into one, as it happens.
WORK = """
import sys, django
django.setup()
from datetime import datetime
from lastmeter.clocks import applying, due, sweep
due.CHUNK = applying.CHUNK = 25
now = datetime.fromisoformat(sys.argv[2])
print("begun", flush=True)
sweep.sweep(now) if sys.argv[1] == "sweep" else applying.finish(now)
"""


def take(cast: Cast, count: int = MATTERS) -> list[int]:
    now, node = timezone.now(), cast.nodes["grid"].pk
    reports = [
        intake.Report(text="路灯不亮", source=Source.IMPORT, client_ref=str(number), node_id=node)
        for number in range(count)
    ]
    taken = intake.take_in(reports, by=Actor.visitor("b"), client="b", now=now, quiet=True)
    return [each.dossier_id for each in taken if isinstance(each, intake.Taken)]


def killed_after(done: Callable[[], int], *work: str) -> None:
    """Start the work in a process of its own and kill it as soon as something of it is done."""
    before = done()
    process = begun_beside(WORK, *work)
    assert process.stdout is not None
    process.stdout.readline()
    while done() == before and process.poll() is None:
        connections.close_all()
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_sweep_that_is_killed_skips_no_step_and_repeats_none(own_database: Cast) -> None:
    matters = take(own_database)
    moment = timezone.now() + timedelta(days=60)
    marks: tuple[Callable[[], int], ...] = (
        lambda: Deadline.objects.exclude(overdue_at=None).count(),
        lambda: Deadline.objects.filter(rung=1).count(),
        lambda: Deadline.objects.filter(rung__gte=2).count(),
    )
    for turn, mark in enumerate(marks):
        killed_after(mark, "sweep", (moment + timedelta(minutes=turn)).isoformat())
        assert Event.objects.filter(kind="matter.overdue_fix").count() == _fallen("fix")
        assert Event.objects.filter(kind="matter.escalated").count() == sum(
            Deadline.objects.values_list("rung", flat=True)
        )
    sweep.sweep(moment + timedelta(minutes=9))
    assert sweep.sweep(moment + timedelta(minutes=9)) == 0
    assert _once("matter.overdue_fix", matters)
    assert _once("matter.overdue_answer", matters)
    words = EventWords.objects.filter(event__kind="matter.escalated").values_list("event__dossier", "text")
    assert Counter(Counter(words).values()) == {1: 3 * MATTERS}
    told = Notice.objects.filter(kind__startswith="matter.escalated").values_list("user", "kind", "link")
    assert set(Counter(told).values()) == {1}


def _fallen(kind: str) -> int:
    return Deadline.objects.filter(kind=kind).exclude(overdue_at=None).count()


def _once(kind: str, matters: list[int]) -> bool:
    return Counter(Event.objects.filter(kind=kind).values_list("dossier", flat=True)) == Counter(matters)


def test_a_notice_that_is_being_applied_when_the_worker_is_killed_moves_every_date_once(own_database: Cast) -> None:
    matters, now = take(own_database), timezone.now()
    today = timezone.localdate(now)
    off = {today + DAY * n: CalendarDay.Kind.HOLIDAY for n in range(1, 20)}
    calendars.publish(off, basis="假设的通知", now=now)
    assert Recounting.objects.get().ended_at is None
    for _ in range(2):
        killed_after(lambda: Recounting.objects.get().looked, "apply", now.isoformat())
        assert Event.objects.filter(kind="matter.date_moved").count() == Recounting.objects.get().moved
    applying.finish(now)
    assert _once("matter.date_moved", matters)
    assert (Recounting.objects.get().looked, Recounting.objects.get().moved) == (MATTERS, MATTERS)
    assert Recounting.objects.get().ended_at is not None


def test_people_settle_while_the_sweep_runs_and_neither_is_turned_away(own_database: Cast) -> None:
    """Both want the dossier and its clock; taken in another order they would wait for each other for ever."""
    cast, matters = own_database, take(own_database, 200)
    late, failed = timezone.now() + timedelta(days=60), list[Exception]()

    def settle() -> None:
        try:
            for pk in matters:
                matter = Matter.objects.select_related("dossier").get(pk=pk)
                settling.settle(matter, result="换了灯泡", by=Actor.of(cast.users["worker"]), now=late)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    people = threading.Thread(target=settle)
    people.start()
    while people.is_alive():
        sweep.sweep(late)
    people.join()
    assert failed == []
    assert sweep.sweep(late) == 0
    assert not Deadline.objects.filter(ended_at=None, dossier__in=matters).exists()
    for pk in matters:
        story = list(Event.objects.filter(dossier=pk).order_by("pk").values_list("kind", flat=True))
        after = story[story.index("matter.settled") :]
        assert not {"matter.escalated", "matter.overdue_fix"} & set(after), story
