"""Who is told when the ground changes: who holds a post there, keeps it, has in hand what moved; once, undone too."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from lastmeter.accounts.actors import Actor
from lastmeter.grid import jobs, tree
from lastmeter.grid.history import planning, redrawing
from lastmeter.grid.models import Change, Post
from lastmeter.matters import dispatch
from lastmeter.matters.models import Matter
from lastmeter.notices.models import Notice
from tests.cast import Cast
from tests.redrawn import NOW, TODAY, a_matter, halves, when

ActorOf = Callable[[str], Actor]


def post_of(cast: Cast, username: str) -> Post:
    return Post.objects.select_related("node").get(tenures__user=cast.users[username])


def told(kind: str = "ground.applied") -> dict[str, Notice]:
    notices = Notice.objects.filter(kind=kind).select_related("user")
    found = {notice.user.username: notice for notice in notices}
    assert len(found) == notices.count()
    return found


def taken_up(cast: Cast, by: Actor, ref: str) -> None:
    matter = Matter.objects.select_related("dossier").get(pk=a_matter(cast, "grid", ref=ref).pk)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=Actor.of(cast.users["clerk"]), now=NOW)
    dispatch.begin(matter, by=by, now=NOW)


def split(cast: Cast, by: Actor) -> Change:
    return redrawing.confirm(halves(cast.nodes["grid"]), by=by, now=NOW)


def test_those_at_the_place_those_who_keep_it_and_those_whose_matters_moved_are_told(
    cast: Cast, actor: ActorOf
) -> None:
    for ref in ("one", "two"):
        taken_up(cast, actor("handler"), ref)
    change = split(cast, actor("dispatcher"))
    notices = told()
    assert notices.keys() == {"worker", "building_head", "clerk", "secretary", "handler", "unit_head"}
    worker, clerk, handler = notices["worker"], notices["clerk"], notices["handler"]
    assert worker.title == "青螺街道的网格调整已生效：拆分"
    assert "“第一网格”现在是：西网格、东网格" in worker.words
    assert "街道会议纪要" in worker.words
    place = post_of(cast, "worker").node
    assert place is not None
    assert worker.link == f"/g/{tree.code_of(place)}/"
    assert "2 件事" in handler.words
    assert "件事" not in clerk.words
    assert clerk.link == f"/grid/changes/{change.pk}/"


def test_the_pages_that_are_named_open_for_whoever_is_told(
    cast: Cast, actor: ActorOf, client_as: Callable[[str], Client]
) -> None:
    split(cast, actor("dispatcher"))
    for username, notice in told().items():
        assert client_as(username).get(notice.link).status_code == 200, username


def test_a_change_is_told_once_on_its_day_and_once_more_when_it_is_undone(cast: Cast, actor: ActorOf) -> None:
    day = TODAY + timedelta(days=3)
    change = redrawing.confirm(halves(cast.nodes["grid"], day), by=actor("dispatcher"), now=NOW)
    assert told() == {}
    for _ in range(2):
        jobs.apply_due(NOW + timedelta(days=3))
    assert told().keys() == {"worker", "building_head", "clerk", "secretary", "dispatcher"}
    redrawing.undo(change, by=actor("clerk"), now=NOW + timedelta(days=3))
    again = told("ground.undone")
    assert again.keys() == {"worker", "building_head", "secretary", "dispatcher"}
    assert "“第一网格”恢复调整以前的样子" in again["worker"].words
    assert again["worker"].link == "/g/999902006001001/"


def test_a_change_that_never_took_effect_is_withdrawn_in_silence(cast: Cast, actor: ActorOf) -> None:
    change = halves(cast.nodes["grid"], TODAY + timedelta(days=3))
    redrawing.confirm(change, by=actor("dispatcher"), now=NOW)
    redrawing.undo(change, by=actor("dispatcher"), now=NOW)
    assert not Notice.objects.filter(kind__startswith="ground.").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_told_is_in_the_citys_language_whoever_acts(cast: Cast, actor: ActorOf, language: str) -> None:
    change = planning.rename(cast.nodes["grid"], "灯塔网格", when())
    with translation.override(language):
        redrawing.confirm(change, by=actor("dispatcher"), now=NOW)
    notice = told()["worker"]
    assert notice.title == "青螺街道的网格调整已生效：更名"
    assert "“第一网格”改名为“灯塔网格”" in notice.words
    assert timezone.localdate(notice.at) == TODAY


def test_of_many_changed_places_each_person_reads_of_their_own(cast: Cast, actor: ActorOf) -> None:
    grids = [cast.nodes["grid"], cast.nodes["second_grid"]]
    change = planning.merge(grids, planning.NewPlace(name="望海网格", code="999902006001009"), when())
    redrawing.confirm(change, by=actor("dispatcher"), now=NOW)
    assert "“第一网格”现在是：望海网格" in told()["worker"].words
