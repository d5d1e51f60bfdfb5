"""The pages of whistles: list, one whistle, ledger, levels; what they cost, and who is asked to come along."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks.models import Deadline, Limit
from lastmeter.matters.catalogue import duties
from lastmeter.matters.models import Duty, Matter, Whistle
from lastmeter.matters.tests.test_desk import at
from lastmeter.matters.whistles import blowing, levels, lifecycle
from lastmeter.matters.whistles.forms import Period
from lastmeter.volunteers import joining
from lastmeter.volunteers.models import Call, Invitation, Skill
from tests.cast import Cast
from tests.test_seams import a_matter

from .test_whistles import blown, leg, routed, there

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_a_page_of_whistles_costs_few_queries_however_many_there_are(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    street = client_as("dispatcher")
    whistle = routed(cast, client_as)
    before = queries(street, "/whistles/")
    for number in range(8):
        blowing.blow(
            a_matter(cast, f"m{number}"), colour="red", request="快来", attempts="劝过", by=actor("secretary"),
            now=timezone.now(),
        )  # fmt: skip
    assert queries(street, "/whistles/") <= before
    assert before <= 15
    assert queries(street, there(whistle)) <= 15
    assert queries(client_as("handler"), there(whistle)) <= 15
    assert queries(street, "/whistles/ledger/") <= 15


def test_the_list_is_narrowed_by_the_address_and_leafs_by_keys(
    cast: Cast, client_as: ClientAs, actor: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        blowing.blow(
            a_matter(cast, f"m{number}"), colour="red" if number % 2 else "blue", request="快来", attempts="劝过",
            by=actor("clerk"), now=timezone.now(),
        )  # fmt: skip
    street = client_as("dispatcher")
    assert len(street.get("/whistles/?colour=red").context["page"].items) == 2
    assert len(street.get("/whistles/?step=open&tier=community").context["page"].items) == 5
    assert len(street.get("/whistles/?step=ended").context["page"].items) == 0
    monkeypatch.setattr("lastmeter.matters.whistles.reading.page.__kwdefaults__", {"size": 2})
    first = street.get("/whistles/").context["page"]
    second = street.get(f"/whistles/?cursor={first.next}").context["page"]
    assert [each.pk for each in (*first.items, *second.items)] == sorted(
        Whistle.objects.values_list("pk", flat=True), reverse=True
    )[:4]
    assert client_as("handler").get("/whistles/").context["page"].items == []
    assert client_as("other_clerk").get("/whistles/").context["page"].items == []


def test_the_duty_list_proposes_and_the_router_may_choose_otherwise(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    matter, now = a_matter(cast), timezone.now()
    Matter.objects.filter(pk=matter.pk).update(category=cast.category("env-noise"))
    for unit, rank in (("market", Duty.Rank.LEAD), ("urban", Duty.Rank.ASSIST)):
        duties.assign(
            cast.nodes["town"],
            cast.category("env-noise").pk,
            cast.units[unit],
            rank=rank,
            by=actor("dispatcher"),
            now=now,
        )
    page = client_as("clerk").get(f"{at(matter)}?act=whistle").content.decode()
    for each in cast.units.values():
        assert f'name="units" value="{each.pk}" id="blow-units_' in page
    given = {"colour": "blue", "request": "看", "tried": ["visited"], "client_ref": "d"}
    client_as("secretary").post(at(matter, "whistle"), given)
    whistle = Whistle.objects.get(matter=matter)
    answer = client_as("dispatcher").get(there(whistle) + "?act=routing")
    form = next(each.form for each in answer.context["dialogs"] if each.door.act == "route")
    assert form.initial == {"lead": str(cast.units["market"].pk), "assists": [str(cast.units["urban"].pk)]}
    assert "职责清单" in answer.content.decode()
    assert 'href="#act-routing"' in answer.content.decode(), "the button opens the form that stands on the page"
    client_as("dispatcher").post(there(whistle, "routing"), {"lead": cast.units["urban"].pk})
    assert [each.unit.name for each in whistle.called.all()] == ["城管执法队"]


def test_the_ledger_has_a_line_for_each_unit_in_the_usual_columns(cast: Cast, client_as: ClientAs) -> None:
    whistle = routed(cast, client_as)
    urban = leg(whistle, cast, "urban")
    client_as("handler").post(there(whistle, "arrival", urban.pk), {"client_ref": "a"})
    client_as("handler").post(there(whistle, "result", urban.pk), {"measures": "立案查处"})
    page = client_as("dispatcher").get("/whistles/ledger/").content.decode()
    assert "钟可（科室负责人）" in page
    assert "立案查处" in page
    answer = client_as("dispatcher").get("/whistles/ledger.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue()))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "吹哨报到台账"
    assert rows[2][:4] == ["序号", "哨号", "级别", "吹哨单位"]
    assert [row[6] for row in rows[3:5]] == ["城管执法队", "市场监管所"]
    assert "未到" in str(rows[4][7])
    assert AuditEntry.objects.filter(kind="whistles.exported").exists()
    assert client_as("dispatcher").get("/whistles/ledger/?month=2026-13").status_code == 404
    assert "这个月没有吹哨" in client_as("dispatcher").get("/whistles/ledger/?month=2020-01").content.decode()


def test_a_place_has_its_own_levels_from_a_day_on(cast: Cast, client_as: ClientAs) -> None:
    street, today = client_as("dispatcher"), timezone.localdate()
    there = f"/rules/{cast.nodes['town'].pk}/whistles/"
    assert levels.at(cast.nodes["town"].path, today)["blue"].word == "普通哨"
    assert "普通哨 · 科室负责人" in street.get(there).content.decode()
    given = {"colour": "blue", "word": "日常哨", "rank": 2, "basis": "街道〔2026〕1号", "valid_from": f"{today}"}
    assert street.post(there, given).status_code == 302
    assert levels.at(cast.nodes["grid"].path, today)["blue"].word == "日常哨"
    assert levels.at(cast.nodes["county"].path, today)["blue"].word == "普通哨"
    assert street.post(there, given | {"valid_from": "2020-01-01"}).status_code == 422
    assert client_as("clerk").post(there, given).status_code == 404
    assert blown(cast, client_as).rank == 2


def test_every_limit_of_a_whistle_is_a_row_and_red_is_shorter(cast: Cast, client_as: ClientAs) -> None:
    kinds = set(Limit.objects.filter(profile="whistle").values_list("kind", flat=True))
    assert kinds | {lifecycle.DECIDE} == set(lifecycle.KINDS), "a decision has the day that the conference gave it"
    red = blown(cast, client_as, "secretary", colour="red")
    clock = Deadline.objects.get(dossier=red.matter_id, kind="route")
    assert clock.due_at - clock.started_at == timedelta(hours=1)
    page = client_as("dispatcher").get(f"/rules/{cast.nodes['town'].pk}/limits/").content.decode()
    assert "应哨期限 · 吹哨报到 · 红哨" in page


def test_the_flow_of_a_whistle_can_be_printed(client_as: ClientAs) -> None:
    page = client_as("dispatcher").get("/flows/whistle/").content.decode()
    assert "联合办结" in page
    assert "吹哨一级的负责人" in page


def test_party_members_are_asked_by_skill_and_nearness_and_may_say_no(cast: Cast, client_as: ClientAs) -> None:
    whistle, now = routed(cast, client_as), timezone.now()
    lifting = Skill.objects.get(name="搬运")
    for name, node, skills in (
        ("resident", "grid", [lifting]),
        ("building_head", "second_grid", [lifting]),
        ("other_worker", "other_grid", [lifting]),
        ("audit_admin", "grid", []),
    ):
        joining.join(cast.users[name], node=cast.nodes[node], kind="party", skills=skills, now=now)
    given = {
        "title": "帮忙清理楼道", "wanted": 1, "skill": lifting.pk, "within": 5, "starts_at": "2026-12-01T09:00",
        "place": "6 栋",
    }  # fmt: skip
    assert client_as("clerk").post(there(whistle, "members"), given).status_code == 302
    call = Call.objects.get()
    asked = [each.member.user.username for each in call.invitations.order_by("pk")]
    assert asked == ["resident", "building_head"], "the community's own who have the skill, the nearest first"
    member, phone = client_as("resident"), f"/volunteering/{call.pk}/"
    assert f'action="{phone}acceptance/"' in member.get("/").content.decode(), "one tap on the home"
    assert member.post(f"{phone}acceptance/").status_code == 302
    assert member.post(f"{phone}acceptance/").status_code == 302
    call.refresh_from_db()
    assert call.taken == 1
    full = client_as("building_head").post(f"{phone}acceptance/")
    assert full.status_code == 409
    assert "人已经够了" in full.content.decode()
    assert client_as("other_worker").get(phone).status_code == 404, "who was not asked sees nothing"
    assert member.get(at(whistle.matter)).status_code == 404, "and the case stays with its staff"
    member.post(f"{phone}refusal/")
    assert Invitation.objects.get(member__user=cast.users["resident"]).state == "withdrawn"
    assert client_as("building_head").post(f"{phone}acceptance/").status_code == 302
    client_as("secretary").post(there(whistle, "completion/despite"), {"result": "好", "despite": "另案"})
    assert "要 1 人，答应 1 人" in client_as("clerk").get(there(whistle)).content.decode()


def test_a_month_is_a_month_of_china_time() -> None:
    form = Period({"month": "2026-12"})
    assert form.is_valid()
    first, last = form.span()
    assert (first.date(), last.date()) == (date(2026, 12, 1), date(2027, 1, 1))
