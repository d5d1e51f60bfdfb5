"""The work list: who sees what in it, its filters, its paging, and how much it asks of the database."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.matters import dispatch, intake
from lastmeter.matters.models import Matter, Source
from tests.cast import Cast

ClientAs = Callable[[str], Client]
MOST_QUERIES = 15


def report(cast: Cast, count: int, node: str = "grid", text: str = "路口窨井盖松动") -> list[Matter]:
    reports = [
        intake.Report(
            text=f"{text}，第 {n} 处。",
            source=Source.WEB,
            client_ref=f"{node}{text}{n}",
            node_id=cast.nodes[node].pk,
        )
        for n in range(count)
    ]
    taken = intake.take_in(reports, by=Actor.visitor("b"), client="b", now=timezone.now(), quiet=True)
    numbers = [each.number for each in taken if isinstance(each, intake.Taken)]
    return list(Matter.objects.select_related("dossier").filter(dossier__number__in=numbers).order_by("pk"))


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("who", ["clerk", "dispatcher", "worker"])
def test_a_hundred_rows_ask_no_more_of_the_database_than_one(cast: Cast, client_as: ClientAs, who: str) -> None:
    client = client_as(who)
    client.get("/desk/")
    report(cast, 1)
    one = queries(client, "/queue/")
    report(cast, 99, text="楼道灯不亮")
    hundred = queries(client, "/queue/")
    assert hundred <= one <= MOST_QUERIES


def test_the_list_holds_the_own_scope_and_what_was_given_to_the_own_unit(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    [mine] = report(cast, 1)
    [other] = report(cast, 1, "other_grid", "垃圾桶满了")
    assert mine.dossier.title in client_as("clerk").get("/queue/").content.decode()
    assert other.dossier.title not in client_as("clerk").get("/queue/").content.decode()
    assert mine.dossier.title not in client_as("handler").get("/queue/?step=handling").content.decode()
    dispatch.dispatch(mine, unit=cast.units["urban"], by=actor("clerk"), now=timezone.now())
    assert mine.dossier.title in client_as("handler").get("/queue/?step=handling").content.decode()
    assert mine.dossier.title not in client_as("other_handler").get("/queue/?step=handling").content.decode()


def test_pages_follow_each_other_without_gap_or_repetition(cast: Cast, client_as: ClientAs) -> None:
    expected = {each.dossier.number for each in report(cast, 120)}
    client, address, seen = client_as("clerk"), "/queue/", []
    while address:
        context = client.get(address).context
        seen += [each.number for each in context["page"].items]
        address = context["pages"]["next"]
    assert len(seen) == 120
    assert set(seen) == expected


def test_filters_stand_in_the_address_and_narrow_the_list(cast: Cast, client_as: ClientAs) -> None:
    report(cast, 2)
    report(cast, 1, "second_grid", "楼下夜市噪音")
    client = client_as("clerk")

    def shown(query: str) -> int:
        return len(client.get(f"/queue/{query}").context["page"].items)

    assert shown("") == 3
    assert shown(f"?node={cast.nodes['second_grid'].pk}") == 1
    assert shown("?q=夜市 噪音") == 1
    assert shown("?source=phone") == 0
    assert shown("?handler=nobody") == 3
    assert shown("?handler=returned") == 0
    assert shown("?due=over") == 0


@pytest.mark.parametrize(
    "query",
    [
        "?cursor=%00",
        "?cursor=abc.def",
        "?node=99999999999999999999",
        "?node=-1",
        "?source=%00",
        "?q=%00%ED%A0%80",
        "?step=x",
        "?unit=123456789012345678",
        "?desk=99999999",
        "?q=" + "长" * 5000,
        "?category=９",
    ],
)
def test_a_broken_address_is_a_list_and_never_an_error(cast: Cast, client_as: ClientAs, query: str) -> None:
    # A NUL is refused for every address before any view sees it, with a page that says so.
    assert client_as("clerk").get(f"/queue/{query}").status_code == (400 if "%00" in query else 200)


def test_a_number_in_the_search_box_opens_its_matter_and_only_in_scope(cast: Cast, client_as: ClientAs) -> None:
    [matter] = report(cast, 1)
    number = matter.dossier.number
    typed = f"{number[:3]}-{number[3:6]}-{number[6:]}".lower()
    found = client_as("clerk").get("/queue/", {"q": typed})
    assert found.headers["Location"] == f"/matters/{number}/"
    assert client_as("other_clerk").get("/queue/", {"q": typed}).status_code == 200


def test_the_desk_home_counts_and_lists_what_is_due(cast: Cast, client_as: ClientAs) -> None:
    [matter] = report(cast, 1)
    page = client_as("clerk").get("/desk/").content.decode()
    assert matter.dossier.title in page
    assert "/queue/?step=waiting" in page
    assert matter.dossier.title not in client_as("other_clerk").get("/desk/").content.decode()


def test_a_units_list_begins_with_what_was_given_to_it(client_as: ClientAs) -> None:
    assert client_as("handler").get("/queue/").headers["Location"] == "/queue/?step=handling"


def test_somebody_without_a_post_has_no_list(client_as: ClientAs) -> None:
    assert client_as("resident").get("/queue/").status_code == 404
    assert Client().get("/queue/").headers["Location"].startswith("/sign-in/")
