"""The three seams: every model with a node, every sealed field and every kind of dossier has named itself."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from lastmeter.accounts import keepers
from lastmeter.accounts.actors import Actor, system
from lastmeter.clocks import bells
from lastmeter.dossiers import jobs
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.grid import followers
from lastmeter.grid.history import following
from lastmeter.grid.models import Code, Node, NodeName, Part, SearchName, Shape, Source
from lastmeter.kit.fields import SealedText
from lastmeter.matters import holdings, intake, settling
from lastmeter.matters.models import Matter, Requester
from lastmeter.matters.models import Source as Channel
from tests.cast import Cast

OURS = [each for each in apps.get_app_configs() if each.name.startswith("lastmeter.")]


# What makes up the ground itself is redrawn with it; everything else, the grid's own rosters too, follows.
GROUND = {Code, Shape, SearchName, Source, Part, NodeName, *following.OWN}


def test_whatever_hangs_on_a_node_follows_when_the_ground_is_redrawn() -> None:
    hanging = {
        model
        for config in OURS
        for model in config.get_models()
        if model not in GROUND
        for field in model._meta.concrete_fields
        if field.name == "node" and field.related_model is Node
    }
    assert hanging == set(followers.registered())


def test_whatever_keeps_a_private_field_says_so_to_the_person() -> None:
    keeping = {
        config.label
        for config in OURS
        for model in config.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedText)
    }
    assert keeping <= set(keepers.registered())


def test_every_kind_of_dossier_has_its_bells() -> None:
    assert set(DossierKind.values) == bells.registered()


def a_matter(cast: Cast, ref: str = "r") -> Matter:
    report = intake.Report(
        text="路灯不亮",
        source=Channel.WEB,
        client_ref=ref,
        node_id=cast.nodes["grid"].pk,
        name="李",
        phone="19900000101",
    )
    by = Actor.of(cast.users["resident"])
    [taken] = intake.take_in([report], by=by, client="user:1", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def test_dossiers_move_with_all_their_columns_and_keep_the_place_of_their_day(cast: Cast) -> None:
    matter = a_matter(cast)
    follower = followers.registered()[Dossier]
    old, new = cast.nodes["grid"], cast.nodes["other_grid"]
    assert follower.count([old.pk]) == {old.pk: 1}
    assert [row.row for row in follower.lying([old.pk])] == [matter.pk]
    assert follower.put(Dossier.objects.values("pk"), old.pk, new.pk) == 1
    moved = Dossier.objects.get(pk=matter.pk)
    assert (moved.path, moved.grid_id, moved.community_id) == (new.path, new.pk, cast.nodes["other_community"].pk)
    assert moved.node_then_id == old.pk


def test_name_and_phone_go_when_their_term_is_over_and_not_before(cast: Cast) -> None:
    matter, running = a_matter(cast), a_matter(cast, "s")
    settling.settle(matter, result="修好了", by=Actor.of(cast.users["worker"]), now=timezone.now())
    assert holdings.erase_old(timezone.now()) == 0
    assert holdings.erase_old(timezone.now() + timedelta(days=800)) == 1
    assert Requester.objects.get(matter=matter).phone is None
    assert Requester.objects.get(matter=running).phone == "19900000101"


def test_a_resident_sees_takes_along_and_has_erased_what_is_held(cast: Cast) -> None:
    matter = a_matter(cast)
    resident = cast.users["resident"]
    assert [each.value for each in holdings.show(resident)] == ["路灯不亮"]
    assert holdings.export(resident)[0]["phone"] == "19900000101"
    settling.settle(matter, result="修好了", by=Actor.of(cast.users["worker"]), now=timezone.now())
    assert holdings.erase(resident, system(), timezone.now()) == 1
    assert holdings.export(resident) == []


def test_files_that_no_row_names_are_swept_after_two_days(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    orphan = tmp_path / "ab" / "cd" / f"{'a' * 64}.jpg"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    assert jobs.sweep_files(timezone.now()) == 0
    assert jobs.sweep_files(timezone.now() + timedelta(days=3)) == 1
    assert not orphan.exists()
