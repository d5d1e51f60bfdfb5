"""The page of the rules on time: dated rows, the old one ends and is never edited, the nearest place decides."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks import book
from lastmeter.clocks.models import Bound, Deadline, Limit, OfficeSpan, Rung
from lastmeter.matters import intake
from lastmeter.matters.models import Matter, Source
from tests.cast import Cast

ClientAs = Callable[[str], Client]
BASIS = "青螺街道办〔2026〕12号"


def there(cast: Cast, table: str = "", node: str = "town") -> str:
    return f"/rules/{cast.nodes[node].pk}/" + (f"{table}/" if table else "")


def limit(**values: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "kind": "fix",
        "amount": 3,
        "measure": "working_days",
        "warn_share": 80,
        "basis": BASIS,
        "valid_from": timezone.localdate().isoformat(),
    }
    return usual | values


def take(cast: Cast, ref: str = "a") -> Matter:
    given = intake.Report(text="路灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([given], by=Actor.visitor("b"), client="b", now=timezone.now(), quiet=True)
    assert isinstance(taken, intake.Taken)
    return Matter.objects.get(pk=taken.dossier_id)


def rule_of(matter: Matter) -> Limit | None:
    return Deadline.objects.select_related("limit").get(dossier=matter.pk, kind="fix").limit


def test_a_street_sets_a_limit_of_its_own_which_new_matters_follow_and_running_ones_do_not(
    cast: Cast, client_as: ClientAs
) -> None:
    before = take(cast, "a")
    assert client_as("dispatcher").post(there(cast, "limits"), limit()).status_code == 302
    made = Limit.objects.get(node=cast.nodes["town"])
    assert (made.amount, made.basis) == (3, BASIS)
    assert rule_of(take(cast, "b")) == made
    assert rule_of(before) != made
    assert AuditEntry.objects.filter(kind="policy.enact", object_id=made.pk).exists()
    page = client_as("dispatcher").get(there(cast, "limits")).content.decode()
    assert BASIS in page
    assert "3 个工作日" in page
    assert "5 个工作日" in page  # the city's stands below it


def test_the_old_row_ends_on_the_day_and_is_never_edited(cast: Cast, client_as: ClientAs) -> None:
    dispatcher, today = client_as("dispatcher"), timezone.localdate()
    dispatcher.post(there(cast, "limits"), limit())
    later = today + timedelta(days=10)
    dispatcher.post(there(cast, "limits"), limit(amount=2, valid_from=later.isoformat()))
    first, second = Limit.objects.filter(node=cast.nodes["town"]).order_by("pk")
    assert (first.amount, first.valid_to) == (3, later)
    assert (second.amount, second.valid_from, second.valid_to) == (2, later, None)
    assert rule_of(take(cast)) == first
    dispatcher.post(there(cast, "limits"), limit(amount=1, valid_from=(today + timedelta(days=5)).isoformat()))
    between = Limit.objects.get(node=cast.nodes["town"], amount=1)
    assert (between.valid_to, Limit.objects.get(pk=second.pk).valid_to) == (later, None)  # the planned one stays
    page = dispatcher.get(there(cast)).content.decode()
    assert f"{(today + timedelta(days=5)).isoformat()} 有变" in page


def test_nobody_writes_into_the_past_or_takes_the_last_rule_away(cast: Cast, client_as: ClientAs) -> None:
    dispatcher, yesterday = client_as("dispatcher"), timezone.localdate() - timedelta(days=1)
    answer = dispatcher.post(there(cast, "limits"), limit(valid_from=yesterday.isoformat()))
    assert answer.status_code == 422
    assert "不能早于今天" in answer.content.decode()
    dispatcher.post(there(cast, "limits"), limit())
    own = Limit.objects.get(node=cast.nodes["town"])
    assert dispatcher.post(f"{there(cast, 'limits')}{own.pk}/ending/").status_code == 302
    rule = rule_of(take(cast))
    assert rule is not None
    assert rule.node == cast.nodes["city"]
    general = Limit.objects.get(node=cast.nodes["city"], kind="fix", profile="", urgency="")
    client_as("organiser").post(f"/rules/{cast.nodes['city'].pk}/limits/{general.pk}/ending/")
    assert Limit.objects.get(pk=general.pk).valid_to is None


def test_a_limit_may_speak_of_one_unit_and_one_category(cast: Cast, client_as: ClientAs) -> None:
    noise, unit = cast.category("env-noise"), cast.units["urban"]
    client_as("dispatcher").post(there(cast, "limits"), limit(category=noise.pk, unit=unit.pk, urgency="urgent"))
    made = Limit.objects.get(node=cast.nodes["town"])
    assert (made.category, made.unit, made.urgency) == (noise.pk, unit, "urgent")
    assert "城管执法队" in client_as("dispatcher").get(there(cast, "limits")).content.decode()


def test_ladders_and_bounds_are_set_likewise(cast: Cast, client_as: ClientAs) -> None:
    dispatcher, today = client_as("dispatcher"), timezone.localdate().isoformat()
    given = {"basis": BASIS, "valid_from": today}
    rung = given | {"kind": "fix", "number": 1, "amount": 4, "measure": "natural_hours", "level": 4}
    assert dispatcher.post(there(cast, "rungs"), rung).status_code == 302
    assert Rung.objects.get(node=cast.nodes["town"]).level == 4
    bound = given | {"what": "pause_days", "which": "requester", "amount": 7}
    assert dispatcher.post(there(cast, "bounds"), bound).status_code == 302
    path = cast.nodes["grid"].path
    assert book.bound(Bound.What.PAUSE_DAYS, path=path, which="requester", now=timezone.now()) == 7
    assert dispatcher.post(there(cast, "bounds"), bound | {"what": "pauses"}).status_code == 422


def test_office_hours_are_dated_rows_too(cast: Cast, client_as: ClientAs) -> None:
    dispatcher, today = client_as("dispatcher"), timezone.localdate()
    given: dict[str, object] = {
        "owner": str(cast.units["urban"].pk),
        "weekdays": ["1", "2", "3", "4", "5"],
        "spans": "09:00-12:00 13:30-17:00",
        "basis": BASIS,
        "valid_from": today.isoformat(),
    }
    assert dispatcher.post(there(cast, "hours"), given).status_code == 302
    assert OfficeSpan.objects.filter(unit=cast.units["urban"], valid_to=None).count() == 10
    friday = given | {"weekdays": ["5"], "spans": "09:00-12:00"}
    assert dispatcher.post(there(cast, "hours"), friday).status_code == 302
    assert OfficeSpan.objects.filter(unit=cast.units["urban"], valid_to=None).count() == 9
    hours = book.worked(cast.nodes["grid"].path, cast.units["urban"].pk).hours
    monday = next(day for day in (date(2026, 11, 30), date(2027, 11, 29)) if day >= today)
    assert [f"{opens:%H:%M}" for opens, _closes in hours.open_on(monday, book.calendar())] == ["09:00", "13:30"]
    assert "09:00-12:00 13:30-17:00" in dispatcher.get(there(cast, "hours")).content.decode()


@pytest.mark.parametrize("spans", ["九点到十二点", "09:00-25:00", "12:00-09:00", "09:00-12:00 11:00-13:00"])
def test_hours_that_make_no_sense_are_refused_beside_their_field(cast: Cast, client_as: ClientAs, spans: str) -> None:
    given = {"owner": "place", "weekdays": ["1"], "spans": spans, "basis": "x", "valid_from": timezone.localdate()}
    answer = client_as("dispatcher").post(there(cast, "hours"), given)
    assert answer.status_code == 422
    assert spans in answer.content.decode()


def test_a_timetable_that_never_opens_is_refused(cast: Cast, client_as: ClientAs) -> None:
    given = {
        "owner": "place",
        "weekdays": [str(day) for day in range(1, 9)],
        "spans": "",
        "basis": "x",
        "valid_from": timezone.localdate().isoformat(),
    }
    assert client_as("dispatcher").post(there(cast, "hours"), given).status_code == 422
    assert not OfficeSpan.objects.filter(node=cast.nodes["town"]).exists()


def test_only_those_who_head_the_ground_set_its_rules(cast: Cast, client_as: ClientAs) -> None:
    for username in ("worker", "clerk", "handler", "resident"):
        assert client_as(username).post(there(cast, "limits"), limit()).status_code == 404
    for username in ("worker", "handler", "resident"):
        assert client_as(username).get("/rules/").status_code == 404
    assert client_as("secretary").post(there(cast, "limits"), limit()).status_code == 404  # the street is above
    assert client_as("secretary").post(there(cast, "limits", "community"), limit()).status_code == 302


def test_more_rules_ask_no_more_of_the_database(cast: Cast, client_as: ClientAs) -> None:
    dispatcher = client_as("dispatcher")

    def asked() -> list[int]:
        found = []
        for page in ("", "limits"):
            with CaptureQueriesContext(connection) as captured:
                assert dispatcher.get(there(cast, page)).status_code == 200
            found.append(len(captured))
        return found

    asked()
    few = asked()
    for urgency in ("normal", "urgent", "emergency"):
        dispatcher.post(there(cast, "limits"), limit(urgency=urgency))
    asked()
    assert asked() == few
    assert max(few) <= 15


def test_every_kind_of_rule_stands_on_one_page_with_what_holds_and_where_it_is_set(
    cast: Cast, client_as: ClientAs
) -> None:
    dispatcher = client_as("dispatcher")
    assert dispatcher.get("/rules/")["Location"] == there(cast)
    page = dispatcher.get(there(cast)).content.decode()
    for said in ("办结期限 5 个工作日", "最多暂停 3 次，一次 30 天", "退回次数 2 次", "任期到期提前 30 天提醒"):
        assert said in page
    places = re.findall(r'<a class="cell" href="([^"]+)"', page)
    assert len(places) == 14
    for place in places:
        assert dispatcher.get(place).status_code == 200
    assert page.count('href="/rules/"') == 1, "one entry of the menu for all of them"
