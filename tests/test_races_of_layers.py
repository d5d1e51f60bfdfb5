"""Real connections at once: of two who adopt a draft, give a cell or keep a layer one wins, nothing is there twice."""

from pathlib import Path

import pytest
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid.history.planning import When
from lastmeter.grid.layers import loading
from lastmeter.grid.layers.tests.test_loading import NAMED, geojson, load
from lastmeter.grid.models import Cell, Change, Layer, Proposal
from lastmeter.grid.proposals import adopting, proposing
from tests.cast import Cast
from tests.test_adopting import COLUMNS, drafted, planted
from tests.test_races import at_once

pytestmark = pytest.mark.race
TURNS = 4
TWO = ("clerk", "secretary")


def test_of_two_who_adopt_one_draft_one_makes_the_change(own_database: Cast) -> None:
    cast = own_database
    planted(cast)
    for _turn in range(TURNS):
        proposal, now = drafted(cast, COLUMNS), timezone.now()

        def adopt(who: str, pk: int = proposal.pk, version: int = proposal.version) -> Change:
            day = When(effective_on=timezone.localdate(), by=Actor.of(cast.users[who]), now=timezone.now())
            return adopting.adopt(Proposal.objects.select_related("street").get(pk=pk), version=version, when=day)

        answers = at_once([lambda who=who: adopt(who) for who in TWO])  # type: ignore[misc]
        assert sorted(type(each).__name__ for each in answers) == ["Change", "Overtaken"], answers
        [change] = [each for each in answers if isinstance(each, Change)]
        proposal.refresh_from_db()
        assert (proposal.change, proposal.state) == (change, Proposal.State.ADOPTED)
        assert Change.objects.filter(proposed_at__gte=now).count() == 1
        assert AuditEntry.objects.filter(kind="proposal.adopt", object_id=proposal.pk).count() == 1


def test_of_two_who_give_one_cell_one_is_told(own_database: Cast) -> None:
    cast = own_database
    planted(cast)
    for _turn in range(TURNS):
        proposal = drafted(cast, {})
        cell = proposal.cells.select_related("grid").get(place__name="东0")
        to = proposal.grids.get(name="第二网格")

        def give(who: str, pk: int = proposal.pk, cell_id: int = cell.pk, goal: int = to.pk) -> str:
            found = Proposal.objects.get(pk=pk)
            one = found.cells.select_related("grid", "place").get(pk=cell_id)
            by, now = Actor.of(cast.users[who]), timezone.now()
            proposing.give(found, one, found.grids.get(pk=goal), version=1, by=by, now=now)
            return "given"

        answers = at_once([lambda who=who: give(who) for who in TWO])  # type: ignore[misc]
        assert sorted(each if isinstance(each, str) else type(each).__name__ for each in answers) == [
            "Overtaken",
            "given",
        ], answers
        proposal.refresh_from_db()
        cell.refresh_from_db()
        assert (proposal.version, cell.grid) == (2, to)
        Proposal.objects.filter(pk=proposal.pk).delete()


def test_a_preview_kept_by_two_is_kept_once_and_of_two_of_one_file_one_is_kept(
    own_database: Cast, tmp_path: Path
) -> None:
    cast = own_database

    def keep(layer: int, who: str) -> Layer:
        by = Actor.of(cast.users[who])
        return loading.keep(Layer.objects.get(pk=layer), by=by, now=timezone.now())

    for turn in range(TURNS):
        one = load(cast, geojson(tmp_path / f"one-{turn}.geojson", *NAMED, 轮=turn))
        answers = at_once([lambda who=who: keep(one.pk, who) for who in ("dispatcher", "organiser")])  # type: ignore[misc] # noqa: B023
        assert [type(each).__name__ for each in answers] == ["Layer", "Layer"], answers
        assert len({(each.kept_at, each.loaded_by_id) for each in answers if isinstance(each, Layer)}) == 1
        file = geojson(tmp_path / f"two-{turn}.geojson", NAMED[turn])
        same = [load(cast, file).pk for _time in range(2)]
        answers = at_once([lambda pk=pk: keep(pk, "dispatcher") for pk in same])  # type: ignore[misc]
        assert sorted(type(each).__name__ for each in answers) == ["AlreadyKept", "Layer"], answers
        assert Layer.objects.filter(pk__in=same).exclude(kept_at=None).count() == 1
        assert Cell.objects.filter(layer__in=same).count() == 2


def test_two_who_ask_for_one_street_get_the_same_proposal(own_database: Cast) -> None:
    cast = own_database
    for turn in range(TURNS):

        def ask(who: str) -> int:
            by, band = Actor.of(cast.users[who]), (10, 90)
            street = cast.nodes["community"]
            return proposing.ask(street=street, urban=band, rural=band, by=by, now=timezone.now()).pk

        answers = at_once([lambda who=who: ask(who) for who in TWO])  # type: ignore[misc]
        assert len(set(answers)) == 1, answers
        assert Proposal.objects.count() == turn + 1
        Proposal.objects.update(state=Proposal.State.FAILED)
