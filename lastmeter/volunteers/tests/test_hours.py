"""服务时长: recorded by the community, doubted by the volunteer, corrected, certified, and checked by anybody."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Dossier
from lastmeter.volunteers import answering, holdings, hours, inviting, joining
from lastmeter.volunteers.models import Certificate, Invitation, Stint
from tests.cast import Cast
from tests.test_seams import a_matter

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
DESK = "/volunteering/hours/desk/"
AGO = timedelta(hours=6)


def came(cast: Cast, title: str = "清楼道", name: str = "resident") -> Invitation:
    """Somebody of the first grid who agreed to a call that began six hours ago."""
    now = timezone.now()
    joining.join(cast.users[name], node=cast.nodes["grid"], kind="party", now=now)
    dossier = Dossier.objects.get(pk=a_matter(cast, title).pk)
    call = inviting.call(
        dossier, title=title, starts_at=now - AGO, wanted=3, by=Actor.of(cast.users["clerk"]), now=now - AGO
    )
    invitation = Invitation.objects.get(call=call, member__user=cast.users[name])
    answering.accept(invitation, now=now)
    return invitation


def said(who: str, begin: float, end: float) -> dict[str, str]:
    """The form: from so many to so many hours ago, China time."""
    local = timezone.localtime()
    moments = [local - timedelta(hours=each) for each in (begin, end)]
    return {"who": who, "starts_at": f"{moments[0]:%Y-%m-%dT%H:%M}", "ends_at": f"{moments[1]:%Y-%m-%dT%H:%M}"}


def test_the_community_records_and_the_volunteer_reads_it(cast: Cast, client_as: ClientAs) -> None:
    invitation, clerk = came(cast), client_as("clerk")
    assert "清楼道" in clerk.get(DESK).content.decode()
    assert clerk.post(DESK, said(f"new:{invitation.pk}", 2, 5)).status_code == 422, "it ends after it begins"
    assert clerk.post(DESK, said(f"new:{invitation.pk}", 5, 2)).status_code == 302
    assert clerk.post(DESK, said(f"new:{invitation.pk}", 5, 2)).status_code == 422, "once"
    assert "3 小时" in client_as("resident").get("/volunteering/hours/").content.decode()
    assert client_as("resident").get(DESK).status_code == 404
    assert "清楼道" not in client_as("other_clerk").get(DESK).content.decode()


def test_the_same_hour_at_two_calls_counts_once(cast: Cast, actor: Actors) -> None:
    now, by = timezone.now(), actor("clerk")
    for title, begin, end in (("清楼道", 5, 3), ("发通知", 4, 2), ("问路", 4, 3)):
        start, until = now - timedelta(hours=begin), now - timedelta(hours=end)
        hours.record(came(cast, title), starts_at=start, ends_at=until, by=by, now=now)
    assert sorted(Stint.objects.values_list("halves", flat=True)) == [0, 2, 4]
    assert hours.total(cast.users["resident"]) == 6


def test_nobody_records_for_themselves_or_for_another_place(cast: Cast, actor: Actors) -> None:
    now = timezone.now()
    mine = came(cast, "自己", name="clerk")
    span = {"starts_at": now - timedelta(hours=2), "ends_at": now - timedelta(hours=1)}
    with pytest.raises(PermissionDenied):
        hours.record(mine, **span, by=actor("clerk"), now=now)
    with pytest.raises(PermissionDenied):
        hours.record(came(cast), **span, by=actor("other_clerk"), now=now)
    assert not Stint.objects.exists()


def test_a_doubt_is_answered_by_a_new_record_and_the_old_one_stays_void(cast: Cast, client_as: ClientAs) -> None:
    invitation, clerk, phone = came(cast), client_as("clerk"), client_as("resident")
    clerk.post(DESK, said(f"new:{invitation.pk}", 5, 4))
    old = Stint.objects.get()
    assert phone.post(f"/volunteering/hours/{old.pk}/doubting/", {"doubt": ""}).status_code == 422
    assert phone.post(f"/volunteering/hours/{old.pk}/doubting/", {"doubt": "少记了一个半小时"}).status_code == 302
    assert client_as("building_head").post(f"/volunteering/hours/{old.pk}/doubting/", {"doubt": "x"}).status_code == 404
    assert "少记了一个半小时" in clerk.get(DESK).content.decode()
    assert clerk.post(DESK, said(f"old:{old.pk}", 5, 2.5)).status_code == 302
    old.refresh_from_db()
    assert old.corrected_by is not None
    assert old.corrected_by.halves == 5
    assert "少记了一个半小时" not in clerk.get(DESK).content.decode()
    assert AuditEntry.objects.filter(kind="stint.corrected", object_id=old.pk).exists()
    assert hours.total(cast.users["resident"]) == 5


def test_a_certificate_can_be_checked_by_anybody_until_it_no_longer_holds(cast: Cast, client_as: ClientAs) -> None:
    invitation, clerk, phone = came(cast), client_as("clerk"), client_as("resident")
    assert phone.post("/volunteering/hours/certificate/").status_code == 302, "nothing is recorded yet"
    clerk.post(DESK, said(f"new:{invitation.pk}", 5, 2))
    answer = phone.post("/volunteering/hours/certificate/")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    phone.post("/volunteering/hours/certificate/")
    made = Certificate.objects.get()
    page = Client().get(f"/c/{made.number}/").content.decode()
    assert "证明有效" in page
    assert "3 小时" in page
    assert made.name not in page, "the name is shown masked"
    assert clerk.post(DESK, said(f"old:{Stint.objects.get().pk}", 5, 4)).status_code == 422, "nobody doubts it"
    Stint.objects.update(doubt="多记了")
    clerk.post(DESK, said(f"old:{Stint.objects.get(void_at=None).pk}", 5, 4))
    assert "已经不作数" in Client().get(f"/c/{made.number}/").content.decode()
    for wrong in ("AAAAAAAAAA", "x", "%00"):
        assert Client().get(f"/c/{wrong}/").status_code in (400, 404)


def test_whoever_is_erased_leaves_a_number_without_a_name(cast: Cast, client_as: ClientAs) -> None:
    invitation, user = came(cast), cast.users["resident"]
    client_as("clerk").post(DESK, said(f"new:{invitation.pk}", 5, 2))
    client_as("resident").post("/volunteering/hours/certificate/")
    assert holdings.export(user)["hours"][0]["hours"] == "3"
    assert holdings.erase(user, system(), timezone.now()) == 1
    made = Certificate.objects.get()
    assert (made.name, made.member) == ("", None)
    assert "已经不作数" in Client().get(f"/c/{made.number}/").content.decode()
