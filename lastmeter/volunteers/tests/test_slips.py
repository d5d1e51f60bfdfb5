"""双报到: a unit's branch fills a slip, the community signs, its members come with it; the unit reads numbers only."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid.models import Unit
from lastmeter.notices.models import Notice
from lastmeter.volunteers import answering, inviting, slips
from lastmeter.volunteers.models import Invitation, Member, Slip
from tests.cast import Cast
from tests.test_seams import a_matter

ClientAs = Callable[[str], Client]


def given(cast: Cast, ref: str = "s") -> dict[str, object]:
    return {
        "node": cast.nodes["community"].pk,
        "branch": "城管执法队党支部",
        "people": 12,
        "work": "周末清理楼道，带手套",
        "client_ref": ref,
    }


def filled(cast: Cast, client_as: ClientAs) -> Slip:
    answer = client_as("handler").post("/volunteering/slips/new/", given(cast))
    assert answer.status_code == 302, answer.content.decode()[:400]
    return Slip.objects.get()


def at(slip: Slip, noun: str = "") -> str:
    return f"/volunteering/slips/{slip.pk}/{noun}"


def told(cast: Cast, name: str) -> list[str]:
    kinds = Notice.objects.filter(user=cast.users[name], kind__startswith="volunteers.slip_")
    return [each.removeprefix("volunteers.slip_") for each in kinds.order_by("pk").values_list("kind", flat=True)]


def test_a_branch_reports_in_and_has_its_receipt(cast: Cast, client_as: ClientAs) -> None:
    slip, clerk = filled(cast, client_as), client_as("clerk")
    assert told(cast, "clerk") == ["filled"]
    assert "城管执法队党支部" in clerk.get("/volunteering/slips/").content.decode()
    assert "待社区签收" in clerk.get(at(slip)).content.decode()
    assert clerk.post(at(slip, "signature/")).status_code == 302
    assert clerk.post(at(slip, "signature/")).status_code == 409
    assert told(cast, "handler") == ["signed"]
    assert "林知夏" in client_as("handler").get(at(slip)).content.decode()
    assert AuditEntry.objects.filter(kind="slip.signed", object_id=slip.pk).count() == 1


def test_a_slip_is_filled_once_and_a_unit_has_one_at_a_community(cast: Cast, client_as: ClientAs) -> None:
    filled(cast, client_as)
    handler = client_as("handler")
    assert handler.post("/volunteering/slips/new/", given(cast)).status_code == 302, "the same tap again"
    answer = handler.post("/volunteering/slips/new/", given(cast, "t"))
    assert answer.status_code == 422
    assert "已经有一张报到单" in answer.content.decode()
    assert "带手套" in answer.content.decode(), "what was written stands there still"
    assert Slip.objects.count() == 1


def test_nobody_signs_for_another_community_and_no_unit_reads_anothers_slip(cast: Cast, client_as: ClientAs) -> None:
    slip = filled(cast, client_as)
    for name in ("other_clerk", "other_handler", "worker", "resident"):
        for noun in ("signature/", "ending/"):
            assert client_as(name).post(at(slip, noun), {"reason": "不要"}).status_code == 404
        assert client_as(name).get(at(slip)).status_code == 404
    assert client_as("handler").post(at(slip, "signature/")).status_code == 403, "a unit does not sign its own"
    assert client_as("resident").get("/volunteering/slips/").status_code == 404
    assert client_as("clerk").get("/volunteering/slips/new/").status_code == 404


def test_it_is_sent_back_with_a_reason_and_can_be_filled_anew(cast: Cast, client_as: ClientAs) -> None:
    slip, clerk = filled(cast, client_as), client_as("clerk")
    assert clerk.post(at(slip, "ending/"), {"reason": ""}).status_code == 422
    assert clerk.post(at(slip, "ending/"), {"reason": "请写明哪天来"}).status_code == 302
    late = clerk.post(at(slip, "ending/"), {"reason": "再退一次，写了很多字"})
    assert late.status_code == 409
    assert "再退一次，写了很多字" in late.content.decode()
    assert "请写明哪天来" in client_as("handler").get(at(slip)).content.decode()
    again = client_as("handler").post("/volunteering/slips/new/", given(cast, "again"))
    assert again.status_code == 302


def test_members_come_with_a_signed_slip_and_the_unit_reads_how_many(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    slip, phone = filled(cast, client_as), client_as("resident")
    said = {"kind": "party", "place": cast.nodes["grid"].pk, "slip": slip.pk}
    home = f"/volunteering/?place={cast.nodes['grid'].pk}"
    assert "城管执法队党支部" not in phone.get(home).content.decode(), "not before it is signed"
    client_as("clerk").post(at(slip, "signature/"))
    assert "城管执法队党支部" in phone.get(home).content.decode()
    assert phone.post("/volunteering/", said).status_code == 302
    assert Member.objects.get().slip == slip
    matter, now = a_matter(cast), timezone.now()
    inviting.call(matter.dossier, title="清楼道", starts_at=now, wanted=1, by=actor("clerk"), now=now)
    answering.accept(Invitation.objects.get(), now=now)
    page = client_as("handler").get(at(slip)).content.decode()
    assert "1 名党员已报到，答应帮忙 1 次" in page
    assert cast.users["resident"].name not in page, "who came is not the unit's to read"


def test_a_unit_reports_in_where_it_serves(cast: Cast) -> None:
    urban = Unit.objects.select_related("node").get(pk=cast.units["urban"].pk)
    assert set(slips.communities(urban)) >= {cast.nodes["community"]}
    assert all(each.path.startswith(urban.node.path) for each in slips.communities(urban))
