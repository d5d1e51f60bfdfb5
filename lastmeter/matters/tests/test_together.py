"""协办 and small tasks: their own deadlines and sign-off, and no closing behind their back."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Deadline
from lastmeter.grid.tests.test_posts import tenure_of
from lastmeter.matters import handling, lifecycle
from lastmeter.matters.models import Closure, Matter, Outcome, Part
from lastmeter.matters.together import parts
from tests.cast import Cast

from .test_changing_hands import fresh, given_out, kinds, told
from .test_desk import acts, at, step

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def test_an_assisting_unit_signs_and_finishes_its_own_part(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler, helper = given_out(cast, actor), client_as("handler"), client_as("other_handler")
    assert helper.get(at(matter)).status_code == 404
    handler.post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "查油烟净化器"})
    assert told(cast, "other_handler", matter) == ["called_in"]
    assert {"part_sign", "part_finish"} <= acts(helper, matter)
    assert "reply" not in acts(helper, matter), "who leads answers"
    part = Part.objects.get(matter=matter)
    assert Deadline.objects.get(dossier=matter.pk, kind="assist").leg == part.leg
    assert part.due_at is not None
    assert helper.post(at(matter, "part/signature"), {"part": part.pk}).status_code == 302
    assert helper.post(at(matter, "part/result"), {"part": part.pk, "result": "已装"}).status_code == 302
    assert Deadline.objects.get(dossier=matter.pk, kind="assist").state == Deadline.State.MET
    assert told(cast, "handler", matter)[-1] == "part_finished"
    assert helper.get(at(matter)).status_code == 404, "taking part ends with the part"
    assert step(matter) == lifecycle.DISPATCHED


def test_one_assistant_cannot_sign_for_another(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter = given_out(cast, actor)
    client_as("clerk").post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "查"})
    part = Part.objects.get(matter=matter)
    answer = client_as("handler").post(at(matter, "part/result"), {"part": part.pk, "result": "代办"})
    assert answer.status_code == 403
    twice = client_as("clerk").post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "再查"})
    assert twice.status_code == 422


def test_a_small_task_stands_in_the_day_of_whoever_has_it(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter = given_out(cast, actor)
    worker, day = client_as("worker"), timezone.localdate() + timedelta(days=2)
    given = {"request": "晚上八点去看一眼还响不响", "to": f"user:{cast.users['worker'].pk}", "due": f"{day}"}
    assert client_as("handler").post(at(matter, "task"), given).status_code == 302
    assert client_as("handler").post(at(matter, "task"), given | {"due": "2020-01-01"}).status_code == 422
    assert "晚上八点去看一眼" in worker.get("/today/").content.decode()
    part = Part.objects.get(matter=matter)
    sweep.sweep(timezone.now() + timedelta(days=3))
    assert "part_overdue" in told(cast, "worker", matter)
    assert "overdue_task" in kinds(matter)
    assert worker.post(at(matter, "part/result"), {"part": part.pk, "result": "不响了"}).status_code == 302
    assert "晚上八点去看一眼" not in worker.get("/today/").content.decode()


def test_closing_waits_for_open_parts_unless_the_closer_says_why(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, clerk = given_out(cast, actor), client_as("clerk")
    clerk.post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "查油烟"})
    client_as("handler").post(at(matter, "signature"))
    handling.reply(fresh(matter), text="停了", outcome=Outcome.SOLVED, by=actor("handler"), now=timezone.now())
    page = clerk.get(at(matter) + "?act=closure").content.decode()
    assert "没办完的：协办 市场监管所" in page
    assert clerk.post(at(matter, "closure"), {"outcome": "solved"}).status_code == 422
    assert clerk.post(at(matter, "closure"), {"outcome": "solved", "despite": "店已搬走"}).status_code == 302
    assert step(matter) == lifecycle.CLOSED
    assert Part.objects.get(matter=matter).cancelled
    assert Deadline.objects.get(dossier=matter.pk, kind="assist").state == Deadline.State.VOID
    assert Closure.objects.get(matter=matter).despite == "店已搬走"


def test_a_part_can_be_cancelled_with_a_reason(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, handler = given_out(cast, actor), client_as("handler")
    handler.post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "查"})
    part = Part.objects.get(matter=matter)
    assert handler.post(at(matter, "part/cancellation"), {"part": part.pk, "reason": "自己查清了"}).status_code == 302
    assert told(cast, "other_handler", matter)[-1] == "part_cancelled"
    assert client_as("other_handler").get(at(matter)).status_code == 404
    part.refresh_from_db()
    assert (part.cancelled, part.result) == (True, "自己查清了")


def test_a_unit_finds_on_its_home_what_it_was_asked_for(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter = given_out(cast, actor)
    client_as("handler").post(at(matter, "assistance"), {"unit": cast.units["market"].pk, "request": "查油烟"})
    assert "协办 · 查油烟" in client_as("other_handler").get("/desk/").content.decode()


def test_open_tasks_go_to_the_successor_with_the_post(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, now = given_out(cast, actor), timezone.now()
    task = parts.give_task(
        matter, request="拍照", user=cast.users["worker"], due_at=now + timedelta(days=1), by=actor("clerk"), now=now
    )
    successor, there = cast.users["resident"], f"/posts/{tenure_of(cast, 'worker').post_id}/handover/"
    client_as("clerk").post(there, {"name": successor.name, "phone": successor.phone})
    task.refresh_from_db()
    assert task.user == successor
    assert client_as("resident").post(at(matter, "part/result"), {"part": task.pk, "result": "拍了"}).status_code == 302
    assert "handed_over" in told(cast, "resident", matter)


def test_parts_and_objections_cost_the_page_no_query_each(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    matter, clerk = given_out(cast, actor), client_as("clerk")
    clerk.get(at(matter))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(at(matter)).status_code == 200
        return len(captured)

    for number in range(6):
        if number == 1:
            before = queries()
        day = timezone.localdate() + timedelta(days=number)
        to = f"user:{cast.users['worker'].pk}"
        clerk.post(at(matter, "task"), {"request": f"第 {number} 件", "to": to, "due": f"{day}"})
    assert Part.objects.filter(matter=matter).count() == 6
    assert queries() <= before
    assert Matter.objects.get(pk=matter.pk).unit == cast.units["urban"]
