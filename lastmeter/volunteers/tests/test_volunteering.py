"""党员和志愿者报到: offered, asked, answered, left — and taken along or erased."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Level
from lastmeter.notices.models import Notice
from lastmeter.volunteers import holdings, inviting, joining
from lastmeter.volunteers.models import Call, Invitation, Member, Skill
from tests.cast import Cast
from tests.test_seams import a_matter

ClientAs = Callable[[str], Client]


def a_call(cast: Cast, wanted: int = 2) -> Call:
    dossier = Dossier.objects.get(pk=a_matter(cast).pk)
    now = timezone.now()
    return inviting.call(
        dossier, title="帮忙发通知", starts_at=now, wanted=wanted, by=Actor.of(cast.users["clerk"]), now=now
    )


def test_a_member_reports_in_where_they_live(cast: Cast, client_as: ClientAs) -> None:
    phone = client_as("resident")
    assert "先选住在哪里" in phone.get("/volunteering/").content.decode()
    skill = Skill.objects.get(name="法律")
    given = {"kind": "party", "works_at": "市图书馆", "skills": [skill.pk], "place": cast.nodes["grid"].pk}
    assert phone.post("/volunteering/", given).status_code == 302
    member = Member.objects.get()
    assert (member.node, member.kind, list(member.skills.all())) == (cast.nodes["grid"], "party", [skill])
    page = phone.get("/volunteering/").content.decode()
    assert "第一网格" in page
    assert "市图书馆" in page


def test_whoever_reported_in_is_asked_and_told_once(cast: Cast) -> None:
    now = timezone.now()
    joining.join(cast.users["resident"], node=cast.nodes["grid"], kind="volunteer", now=now)
    call = a_call(cast)
    assert inviting.invite(call, within=Level.COMMUNITY, by=Actor.of(cast.users["clerk"]), now=now) == 0
    assert Notice.objects.filter(user=cast.users["resident"], kind="volunteers.called").count() == 1


def test_whoever_left_is_asked_no_more(cast: Cast, client_as: ClientAs) -> None:
    joining.join(cast.users["resident"], node=cast.nodes["grid"], kind="party", now=timezone.now())
    call = a_call(cast)
    assert client_as("resident").post("/volunteering/leaving/").status_code == 302
    assert Invitation.objects.get(call=call).state == "declined"
    assert inviting.nearest(call, Level.TOWN, 10) == []
    assert client_as("resident").get("/volunteering/").status_code == 200


def test_a_refusal_frees_the_seat_and_asks_no_reason(cast: Cast, client_as: ClientAs) -> None:
    joining.join(cast.users["resident"], node=cast.nodes["grid"], kind="party", now=timezone.now())
    call, phone = a_call(cast), client_as("resident")
    there = f"/volunteering/{call.pk}/"
    for noun, taken in (("acceptance", 1), ("acceptance", 1), ("refusal", 0), ("refusal", 0), ("acceptance", 1)):
        assert phone.post(f"{there}{noun}/").status_code == 302
        call.refresh_from_db()
        assert call.taken == taken
    assert phone.get(there).status_code == 200


def test_when_it_is_over_whoever_would_come_is_told(cast: Cast, client_as: ClientAs) -> None:
    joining.join(cast.users["resident"], node=cast.nodes["grid"], kind="party", now=timezone.now())
    call = a_call(cast)
    Call.objects.filter(pk=call.pk).update(starts_at=timezone.now() + timedelta(days=1))
    client_as("resident").post(f"/volunteering/{call.pk}/acceptance/")
    inviting.end(call.dossier_id, now=timezone.now())
    assert Notice.objects.filter(user=cast.users["resident"], kind="volunteers.call_ended").count() == 1
    assert client_as("resident").post(f"/volunteering/{call.pk}/refusal/").status_code == 302


def test_a_member_takes_along_and_has_erased_what_is_held(cast: Cast) -> None:
    user = cast.users["resident"]
    assert holdings.show(user) == []
    assert holdings.export(user) == {}
    joining.join(user, node=cast.nodes["grid"], kind="party", works_at="图书馆", now=timezone.now())
    a_call(cast)
    assert "图书馆" in holdings.show(user)[0].value
    assert holdings.export(user)["calls"][0]["answer"] == "asked"
    assert holdings.erase(user, system(), timezone.now()) == 1
    assert not Invitation.objects.exists()


def test_the_nearest_are_asked_first_and_never_from_beyond_the_place(cast: Cast) -> None:
    now, homes = timezone.now(), ("other_grid", "second_grid", "grid")
    for name, home in zip(("audit_admin", "building_head", "resident"), homes, strict=True):
        joining.join(cast.users[name], node=cast.nodes[home], kind="party", now=now)
    call = a_call(cast)
    Invitation.objects.all().delete()

    def asked(level: int, most: int) -> list[str]:
        return [each.user.username for each in inviting.nearest(call, level, most)]

    assert asked(Level.GRID, 10) == ["resident"]
    assert asked(Level.COMMUNITY, 10) == ["resident", "building_head"]
    assert asked(Level.TOWN, 10)[:2] == ["resident", "building_head"]
    assert asked(Level.TOWN, 1) == ["resident"]
