"""The rows that choose flows and cap returns, kept by the street on their page; a flow as a table to print."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.matters import lifecycle, policy, profiles
from lastmeter.matters.models import Cap, Profile, ProfileRule
from lastmeter.matters.rulebook import setting
from tests.cast import Cast

from .test_desk import report as reported

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def there(cast: Cast, table: str = "flows", node: str = "town") -> str:
    return f"/rules/{cast.nodes[node].pk}/{table}/"


def written(**changes: object) -> dict[str, object]:
    given = {"source": "web", "profile": "hotline", "basis": "镇发〔2026〕1 号", "valid_from": timezone.localdate()}
    return given | changes


def test_the_street_writes_a_row_and_new_matters_follow_it(cast: Cast, client_as: ClientAs) -> None:
    before, dispatcher = reported(cast, "before"), client_as("dispatcher")
    assert dispatcher.post(there(cast), written()).status_code == 302
    assert (before.profile, reported(cast, "after").profile) == ("grid", "hotline")
    page = dispatcher.get(there(cast)).content.decode()
    assert "镇发〔2026〕1 号" in page
    assert AuditEntry.objects.filter(kind="policy.enact", object_kind="profilerule").count() == 1


def test_a_new_row_for_the_same_case_ends_the_old_one_and_keeps_it(cast: Cast, client_as: ClientAs) -> None:
    dispatcher = client_as("dispatcher")
    dispatcher.post(there(cast), written())
    dispatcher.post(there(cast), written(profile="petition"))
    assert reported(cast).profile == "petition"
    ended = ProfileRule.objects.get(profile="hotline")
    assert ended.valid_to == timezone.localdate()


def test_a_cap_of_the_street_goes_before_the_citys_until_it_is_given_up(cast: Cast, client_as: ClientAs) -> None:
    given = {"kind": "returns", "most": "1", "basis": "惯例", "valid_from": timezone.localdate()}
    dispatcher = client_as("dispatcher")
    assert dispatcher.post(there(cast, "caps"), given).status_code == 302
    matter = reported(cast)
    assert profiles.most(matter, Cap.Kind.RETURNS, now=timezone.now()) == 1
    own = Cap.objects.get(node=cast.nodes["town"])
    assert dispatcher.post(f"{there(cast, 'caps')}{own.pk}/ending/").status_code == 302
    assert profiles.most(matter, Cap.Kind.RETURNS, now=timezone.now()) == 2


def test_nobody_writes_rules_for_ground_that_is_not_theirs(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    assert client_as("worker").get(there(cast)).status_code == 404
    assert client_as("dispatcher").post(there(cast, node="city"), written()).status_code == 404
    row = ProfileRule(node=cast.nodes["city"], profile=Profile.CITY, valid_from=timezone.localdate())
    with pytest.raises(policy.NotAllowed):
        setting.put(row, by=actor("dispatcher"), now=timezone.now())


def test_a_community_reads_the_rules_of_flows_and_does_not_write_them(cast: Cast, client_as: ClientAs) -> None:
    secretary, there_below = client_as("secretary"), there(cast, "caps", "community")
    page = secretary.get(there_below).content.decode()
    assert "最多 2 次" in page
    assert "定一个次数" not in page
    assert secretary.post(there_below, {"kind": "returns", "most": "1"}).status_code == 404


def test_a_flow_is_a_table_that_every_post_can_print(client_as: ClientAs) -> None:
    for profile in lifecycle.PROFILES:
        page = client_as("handler").get(f"/flows/{profile.name}/")
        assert page.status_code == 200
        for row in lifecycle.TRANSITIONS:
            if profile.name in row.profiles:
                assert row.word in page.content.decode()
    assert client_as("handler").get("/flows/nonsense/").status_code == 404


def test_a_row_that_begins_tomorrow_does_not_hold_today_and_can_be_called_off(cast: Cast, client_as: ClientAs) -> None:
    now, path, dispatcher = timezone.now(), cast.nodes["grid"].path, client_as("dispatcher")
    tomorrow = now + timedelta(days=1)
    dispatcher.post(there(cast), written(source="", profile="city"))
    dispatcher.post(there(cast), written(source="", valid_from=timezone.localdate() + timedelta(days=1)))

    def chosen() -> list[str]:
        return [profiles.choose(path, source="web", category_id=None, now=moment) for moment in (now, tomorrow)]

    assert chosen() == [Profile.CITY, Profile.HOTLINE]
    planned = ProfileRule.objects.get(profile="hotline")
    dispatcher.post(f"{there(cast)}{planned.pk}/ending/")
    assert chosen() == [Profile.CITY, Profile.CITY]
