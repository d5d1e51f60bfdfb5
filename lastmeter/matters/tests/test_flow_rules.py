"""The rows that choose flows and cap returns, kept by the street on their page; a flow as a table to print."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.matters import flow_rules, lifecycle, policy, profiles
from lastmeter.matters.models import Cap, Profile, ProfileRule
from tests.cast import Cast

from .test_desk import report as reported

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def written(cast: Cast, **changes: object) -> dict[str, object]:
    basis = "镇发〔2026〕1 号"
    given = {"node": cast.nodes["town"].pk, "source": "web", "profile": "hotline", "basis": basis} | changes
    return {"flow": "1"} | {f"flow-{name}": value for name, value in given.items()}


def test_the_street_writes_a_row_and_new_matters_follow_it(cast: Cast, client_as: ClientAs) -> None:
    before, dispatcher = reported(cast, "before"), client_as("dispatcher")
    assert dispatcher.post("/flow-rules/", written(cast)).status_code == 302
    assert (before.profile, reported(cast, "after").profile) == ("grid", "hotline")
    page = dispatcher.get("/flow-rules/").content.decode()
    assert "镇发〔2026〕1 号" in page
    assert AuditEntry.objects.filter(kind="matters.flow_rule").count() == 1


def test_a_new_row_for_the_same_case_ends_the_old_one_and_keeps_it(cast: Cast, client_as: ClientAs) -> None:
    dispatcher = client_as("dispatcher")
    dispatcher.post("/flow-rules/", written(cast))
    dispatcher.post("/flow-rules/", written(cast, profile="petition"))
    assert reported(cast).profile == "petition"
    ended = ProfileRule.objects.get(profile="hotline")
    assert ended.valid_to == timezone.localdate()


def test_a_cap_of_the_street_goes_before_the_citys(cast: Cast, client_as: ClientAs) -> None:
    given = {"cap-node": cast.nodes["town"].pk, "cap-kind": "returns", "cap-most": "1", "cap-basis": "惯例"}
    assert client_as("dispatcher").post("/flow-rules/", {"cap": "1"} | given).status_code == 302
    assert profiles.most(reported(cast), Cap.Kind.RETURNS, now=timezone.now()) == 1


def test_nobody_writes_rules_for_ground_that_is_not_theirs(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    assert client_as("clerk").get("/flow-rules/").status_code == 404
    assert client_as("dispatcher").post("/flow-rules/", written(cast, node=cast.nodes["city"].pk)).status_code == 422
    with pytest.raises(policy.NotAllowed):
        flow_rules.choose_flow(
            node=cast.nodes["city"],
            source="",
            category=None,
            profile=Profile.CITY,
            basis="",
            by=actor("dispatcher"),
            now=timezone.now(),
        )


def test_a_flow_is_a_table_that_every_post_can_print(client_as: ClientAs) -> None:
    for profile in lifecycle.PROFILES:
        page = client_as("handler").get(f"/flows/{profile.name}/")
        assert page.status_code == 200
        for row in lifecycle.TRANSITIONS:
            if profile.name in row.profiles:
                assert row.word in page.content.decode()
    assert client_as("handler").get("/flows/nonsense/").status_code == 404


def test_a_row_that_begins_tomorrow_does_not_hold_today(cast: Cast, actor: Actors) -> None:
    now = timezone.now()
    for days, profile in ((0, Profile.CITY), (1, Profile.HOTLINE)):
        flow_rules.choose_flow(
            node=cast.nodes["town"],
            source="",
            category=None,
            profile=profile,
            basis="",
            by=actor("dispatcher"),
            now=now + timedelta(days=days),
        )
    path = cast.nodes["grid"].path
    assert profiles.choose(path, source="web", category_id=None, now=now) == Profile.CITY
    assert profiles.choose(path, source="web", category_id=None, now=now + timedelta(days=1)) == Profile.HOTLINE
