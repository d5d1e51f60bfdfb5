"""期限与挂账: one page for what waits for a decision and for what stands on the ledger, as far as one sees it."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Pause, Suspension
from lastmeter.clocks.suspending import Explanation
from lastmeter.matters import dispatch, intake
from lastmeter.matters.models import Matter, Source
from lastmeter.matters.timing import extending, pausing, pressing, suspending
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
MOST_QUERIES = 15


def stand(cast: Cast, actor: Actors, ref: str) -> None:
    """Five matters of one grid, one for each shelf."""
    now = timezone.now()
    clerk, handler = actor("clerk"), actor("handler")

    def take(what: str) -> Matter:
        given = intake.Report(text=what, source=Source.WEB, client_ref=what + ref, node_id=cast.nodes["grid"].pk)
        [taken] = intake.take_in([given], by=Actor.visitor("b"), client="b", now=now, quiet=True)
        assert isinstance(taken, intake.Taken)
        matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
        dispatch.dispatch(matter, unit=cast.units["urban"], by=clerk, now=now)
        return matter

    why = Explanation(
        reason=Suspension.Reason.FUNDING,
        words="资金未到",
        responsible="城管执法队",
        next_step="等预算",
        condition="资金下达",
        review_on=timezone.localdate() + timedelta(days=30),
    )
    on_ledger = take("挂着的事")
    suspending.decide(on_ledger, suspending.ask(on_ledger, why, by=handler, now=now), approve=True, by=clerk, now=now)
    suspending.ask(take("想挂的事"), why, by=handler, now=now)
    extending.ask(take("想延的事"), amount=1, reason="等配件", by=handler, now=now)
    pausing.pause(take("停着的事"), reason=Pause.Reason.OPINION, until=now + timedelta(days=9), by=clerk, now=now)
    pressing.supervise(take("督着的事"), words="速办", by=actor("dispatcher"), now=now)


SHELVES = {
    "ledger": "挂着的事",
    "asked": "想挂的事",
    "extensions": "想延的事",
    "paused": "停着的事",
    "pressed": "督着的事",
}


def test_each_shelf_shows_its_own_and_the_counts_stand_beside_it(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    stand(cast, actor, "a")
    for username in ("clerk", "handler", "organiser"):
        for shelf, title in SHELVES.items():
            page = client_as(username).get(f"/ledger/?show={shelf}")
            assert [row.dossier.title for row in page.context["rows"]] == [title], (username, shelf)
            assert [count for _word, _href, _on, count in page.context["tabs"]] == [1] * 5


def test_nobody_sees_there_what_they_do_not_see_elsewhere(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    stand(cast, actor, "a")
    for shelf in SHELVES:
        assert client_as("other_clerk").get(f"/ledger/?show={shelf}").context["rows"] == []
    assert client_as("resident").get("/ledger/").status_code == 404


def test_more_matters_ask_no_more_of_the_database(cast: Cast, actor: Actors, client_as: ClientAs) -> None:
    clerk = client_as("clerk")

    def asked(shelf: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            clerk.get(f"/ledger/?show={shelf}")
        return len(captured)

    stand(cast, actor, "a")
    asked("ledger")
    few = {shelf: asked(shelf) for shelf in SHELVES}
    for ref in "bcd":
        stand(cast, actor, ref)
    assert {shelf: asked(shelf) for shelf in SHELVES} == few
    assert max(few.values()) <= MOST_QUERIES
