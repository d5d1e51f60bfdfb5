"""The counter: on somebody's behalf, with consent noted, answered with a receipt."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.test import Client

from lastmeter.matters import intake, tracking
from lastmeter.matters.models import Matter
from tests.cast import Cast

ClientAs = Callable[[str], Client]
SAID = {
    "client_ref": "c1",
    "source": "phone",
    "text": "六栋二单元楼道灯不亮",
    "node": "望海社区 第一网格",
    "urgency": "normal",
}


def test_a_call_becomes_a_matter_with_a_receipt_that_can_be_read_out(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    sent = clerk.post(
        "/matters/new/", SAID | {"name": "王阿姨", "phone": "199 0000 1111", "consent": "on", "place": "6 栋"}
    )
    matter = Matter.objects.select_related("dossier", "requester").get()
    assert sent.headers["Location"] == f"/matters/{matter.dossier.number}/receipt/"
    assert matter.requester.on_behalf
    assert matter.requester.phone == "19900001111"
    assert matter.requester.consent == f"{intake.CONSENT_VERSION}/oral"
    receipt = clerk.get(sent.headers["Location"])
    code = receipt.context["code"]
    assert tracking.tracking_hash(code, matter.dossier.number) == bytes(matter.tracking_hash or b"")
    assert "<svg" in receipt.content.decode()


def test_the_receipt_is_only_for_whoever_wrote_it_down(cast: Cast, client_as: ClientAs) -> None:
    address = client_as("clerk").post("/matters/new/", SAID).headers["Location"]
    assert client_as("dispatcher").get(address).status_code == 404
    assert client_as("clerk").get(address).status_code == 200


def test_a_double_tap_gives_the_same_number(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    first, second = (clerk.post("/matters/new/", SAID).headers["Location"] for _ in range(2))
    assert first == second
    assert Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "长" * 50_000}, "text"),
        ({"phone": "12345", "consent": "on"}, "phone"),
        ({"name": "王阿姨"}, "consent"),
        ({"node": "石桥社区 第三网格"}, "node"),
        ({"node": "网格"}, "node"),
        ({"node": "\ud800"}, "node"),
        ({"category": "999999"}, "category"),
        ({"source": "web"}, "source"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_all_words_stay(
    cast: Cast, client_as: ClientAs, changed: dict[str, str], field: str
) -> None:
    said = SAID | {"place": "六栋门口"} | changed
    body = urlencode(said, errors="surrogatepass")
    answer = client_as("clerk").post("/matters/new/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "六栋门口" in answer.content.decode()
    assert Matter.objects.count() == 0


def test_somebody_who_keeps_their_name_to_themselves_needs_no_consent(cast: Cast, client_as: ClientAs) -> None:
    assert client_as("clerk").post("/matters/new/", SAID).status_code == 302
    assert not hasattr(Matter.objects.get(), "requester")


def test_what_may_be_the_same_is_hinted_while_typing(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    clerk.post("/matters/new/", SAID)
    hint = clerk.post("/matters/new/suggestions/", {"text": "六栋楼道灯不亮", "node": "望海社区 第一网格"})
    assert "楼道灯不亮" in hint.content.decode()
    assert (
        "楼道灯不亮"
        not in client_as("other_clerk")
        .post("/matters/new/suggestions/", {"text": "六栋楼道灯不亮", "node": "望海社区 第一网格"})
        .content.decode()
    )


def test_the_last_place_is_offered_for_the_next_call(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    clerk.post("/matters/new/", SAID)
    assert clerk.get("/matters/new/").context["form"]["node"].value() == "望海社区 第一网格"


def test_the_counter_is_for_posts_that_take_reports(client_as: ClientAs) -> None:
    for outsider in ("resident", "handler", "system_admin"):
        assert client_as(outsider).get("/matters/new/").status_code == 404
