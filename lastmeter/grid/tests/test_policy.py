"""Rules as dated rows: the nearest place's holds, a change begins on its day, nothing is edited in place."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.grid import policy, rules, tree
from lastmeter.grid.models import Level, Node, Role, Staffing, Tenure, TermWarning
from lastmeter.grid.staff import expiring, requirements, terms
from lastmeter.grid.staff.terms import WarningRule
from tests.cast import FOUNDED, Cast

ClientAs = Callable[[str], Client]
ActorOf = Callable[[str], Actor]
DAY = timedelta(days=1)
PATHS = st.text(alphabet="01", max_size=4)


def today() -> date:
    return timezone.localdate()


@given(st.lists(PATHS, unique=True), PATHS)
def test_the_nearest_rule_holds_where_no_closer_one_takes_over(paths: list[str], place: str) -> None:
    known = [WarningRule(number, path, number) for number, path in enumerate(paths)]
    found = rules.nearest(known, place)
    holding = [
        rule
        for rule in known
        if place.startswith(rule.path) and not any(place.startswith(path) for path in rules.closer(rule, known))
    ]
    assert holding == ([found] if found else [])


def test_a_new_tree_starts_with_the_customary_rules_and_a_planted_root_gets_them(cast: Cast) -> None:
    assert terms.days_at(cast.nodes["grid"].path, today()) == 30
    assert (Role.SECRETARY,) in requirements.needs_at(cast.nodes["community"].path, Level.COMMUNITY, today())
    tree.plant(parent=None, level=Level.CITY, name="另一座城", today=FOUNDED)
    assert TermWarning.objects.filter(node__name="另一座城").count() == 1


def test_a_street_asks_for_less_from_a_day_on_and_until_then_the_old_rule_holds(cast: Cast, actor: ActorOf) -> None:
    town, by, now = cast.nodes["town"], actor("dispatcher"), timezone.now()
    asked = requirements.require(
        town, Level.GRID, [(Role.INSTRUCTOR,)], since=today() + 10 * DAY, basis="甲", by=by, now=now
    )
    path = cast.nodes["grid"].path
    assert Role.GRID_WORKER in requirements.needs_at(path, Level.GRID, today() + 9 * DAY)[0]
    assert requirements.needs_at(path, Level.GRID, today() + 10 * DAY) == ((Role.INSTRUCTOR,),)
    requirements.require(town, Level.GRID, [], since=today() + 20 * DAY, by=by, now=now)
    asked.refresh_from_db()
    assert asked.valid_to == today() + 20 * DAY
    assert requirements.needs_at(path, Level.GRID, today() + 20 * DAY) == ()


def test_a_rule_put_in_before_a_planned_one_lasts_until_that_one_begins(cast: Cast, actor: ActorOf) -> None:
    town, by, now = cast.nodes["town"], actor("dispatcher"), timezone.now()
    later = terms.warn_ahead(town, 60, since=today() + 20 * DAY, by=by, now=now)
    sooner = terms.warn_ahead(town, 10, since=today(), by=by, now=now)
    assert (sooner.valid_to, later.valid_to) == (later.valid_from, None)
    assert terms.days_at(town.path, today()) == 10
    terms.follow_above(town, by=by, now=now)
    assert [terms.days_at(town.path, today() + days * DAY) for days in (0, 30)] == [30, 30]
    assert TermWarning.objects.filter(node=town).count() == 2


def test_no_rule_begins_in_the_past_and_a_place_has_one_open_rule(cast: Cast, actor: ActorOf) -> None:
    town, now = cast.nodes["town"], timezone.now()
    with pytest.raises(policy.TooLate):
        terms.warn_ahead(town, 10, since=today() - DAY, by=actor("dispatcher"), now=now)
    terms.warn_ahead(town, 10, since=today(), by=actor("dispatcher"), now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        TermWarning.objects.create(node=town, days=5, valid_from=today())


def test_terms_are_told_as_early_as_their_place_says(cast: Cast, actor: ActorOf) -> None:
    Tenure.objects.filter(user__in=[cast.users["worker"], cast.users["other_worker"]]).update(until=today() + 50 * DAY)
    assert expiring.warn(timezone.now()) == 0
    terms.warn_ahead(cast.nodes["community"], 50, since=today(), by=actor("dispatcher"), now=timezone.now())
    assert expiring.warn(timezone.now()) == 1


def test_rules_are_changed_on_the_page_and_coverage_follows(cast: Cast, client_as: ClientAs) -> None:
    client, town = client_as("dispatcher"), cast.nodes["town"]
    assert client.get("/posts/rules/")["Location"] == f"/posts/rules/{town.pk}/"
    there = f"/posts/rules/{town.pk}/staffing/6/"
    assert "第二网格" in client.get("/coverage/").content.decode()
    given = {"need_0": ["legal_adviser"], "since": today(), "basis": "街道办〔2026〕1 号"}
    assert client.post(there, given | {"since": today() - DAY}).status_code == 422
    assert client.post(there, given | {"need_1": ["legal_adviser"]}).status_code == 422
    assert client.post(there, given).status_code == 302
    page = client.get(f"/posts/rules/{town.pk}/").content.decode()
    assert "挂点律师" in page
    assert "街道办〔2026〕1 号" in page
    assert "缺挂点律师" in client.get("/coverage/").content.decode()
    client.post(there, {"since": today(), "basis": "不再要求"})
    assert "网格 · " not in client.get("/coverage/?gap=people-grid").content.decode()
    client.post(f"{there}ending/")
    assert "第二网格" in client.get("/coverage/").content.decode()
    assert Staffing.objects.filter(node=town).count() == 2


def test_a_community_sees_the_rules_and_does_not_make_them(cast: Cast, client_as: ClientAs) -> None:
    client, community = client_as("clerk"), cast.nodes["community"]
    page = client.get(f"/posts/rules/{community.pk}/").content.decode()
    assert "螺洲市" in page
    assert "从某天起改" not in page
    assert client.post(f"/posts/rules/{community.pk}/warning/", {"days": 1, "since": today()}).status_code == 404
    assert client.get(f"/posts/rules/{cast.nodes['other_community'].pk}/").status_code == 404
    assert client_as("dispatcher").get(f"/posts/rules/{community.pk}/staffing/2/").status_code == 404


def test_where_two_places_become_one_the_rule_of_the_new_place_stays(cast: Cast, actor: ActorOf) -> None:
    by, now = actor("dispatcher"), timezone.now()
    one, other = cast.nodes["grid"], cast.nodes["second_grid"]
    for node, days in ((one, 5), (other, 9)):
        terms.warn_ahead(node, days, since=today(), by=by, now=now)
    follower = policy.follower(TermWarning, "")
    assert follower.put(TermWarning.objects.values("pk"), one.pk, other.pk) == 0
    assert follower.put(TermWarning.objects.values("pk"), one.pk, cast.nodes["last_grid"].pk) == 1
    assert Node.objects.get(pk=TermWarning.objects.get(days=5).node_id).name == "第四网格"
