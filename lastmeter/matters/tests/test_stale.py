"""A form written on a page that is no longer how the matter is; and which matter comes next."""

import re
from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import screening
from lastmeter.matters.tests.test_queue import report
from tests.cast import Cast

ClientAs = Callable[[str], Client]


def seen_on(client: Client, address: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get(address).content.decode())
    assert found
    return found[1]


def test_a_stale_form_is_not_acted_on_and_both_sides_are_shown(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    [matter] = report(cast, 1)
    client, there = client_as("clerk"), f"/matters/{matter.dossier.number}/"
    seen = seen_on(client, there)
    screening.accept(matter, by=actor("secretary"), now=timezone.now())
    given = {"ground": "other", "reason": "不归我们管，请看第三条", "seen": seen}
    late = client.post(f"{there}rejection/", given)
    assert late.status_code == 409
    page = late.content.decode()
    assert "不归我们管，请看第三条" in page
    assert "您打开之后" in page
    assert "简思远" in page
    assert Dossier.objects.get(pk=matter.pk).step == "filed"
    again = client.post(f"{there}rejection/", given | {"seen": seen_on(client, there)})
    assert again.status_code == 302
    assert Dossier.objects.get(pk=matter.pk).step == "rejected"


def test_what_a_page_says_it_saw_may_be_anything(cast: Cast, client_as: ClientAs) -> None:
    [matter] = report(cast, 1)
    for seen in ("x", "9", "9 nan", "9 1e999", "-1 0", "٣ 1", "9 " + "1" * 55):
        answer = client_as("clerk").post(
            f"/matters/{matter.dossier.number}/acceptance/", {"seen": seen, "urgency": "?"}
        )
        assert answer.status_code in (302, 409, 422), seen


def test_after_an_act_the_next_one_is_the_row_that_came_after(cast: Cast, client_as: ClientAs) -> None:
    _first, second, third = report(cast, 3)
    client, query = client_as("clerk"), "?step=waiting&source=web"
    there = f"/matters/{second.dossier.number}/"
    assert client.get(there + query).context["following"] == f"/matters/{third.dossier.number}/{query}"
    number = client.get(there + query).context["next_number"]
    done = client.post(f"{there}rejection/{query}", {"ground": "other", "reason": "重复", "next": number})
    after = client.get(done.headers["Location"])
    assert after.context["following"] == f"/matters/{third.dossier.number}/{query}"
