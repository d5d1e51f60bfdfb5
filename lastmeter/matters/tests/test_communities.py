"""What a community may be asked: the list, its approval, and a dispatch against it, which nobody gets through."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground
from lastmeter.grid.models import Node, Unit, UnitKind
from lastmeter.kit.sheets import read_rows, write_rows
from lastmeter.matters import dispatch, intake
from lastmeter.matters.catalogue import community, items, mapping
from lastmeter.matters.catalogue.community import NotAsked
from lastmeter.matters.catalogue.items import CannotChange
from lastmeter.matters.catalogue.loading import load
from lastmeter.matters.catalogue.shipped import MAPPING, SHIPPED
from lastmeter.matters.models import Category, Item, ItemList, Matter, Part, Source
from lastmeter.matters.together import parts
from tests.cast import Cast

ClientAs = Callable[[str], Client]
ActorOf = Callable[[str], Actor]
ARTICLE = "《某省条例》第十七条"


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    yield
    ground.look_again()


def in_force(node: Node, **asked: tuple[str, bool]) -> ItemList:
    """A list of the place with these lines (code with _ for -: what, and whether grids may), approved yesterday."""
    by, now = system("test"), timezone.now()
    one = items.draft(node, by=by, now=now)
    one.items.all().delete()
    for code, (what, grid) in asked.items():
        category = Category.objects.get(scheme__code="local", code=code.replace("_", "-"))
        items.put(one, Item(category=category, asked=what, grid=grid, owner="城管执法队"), by=by, now=now)
    items.rename(one, name="海陵区社区清单", rule=ARTICLE, by=by, now=now)
    since = timezone.localdate() - timedelta(days=1)
    items.approve(one, body="海陵区准入会议", document="1 号", valid_from=since, by=by, now=now)
    one.refresh_from_db()
    return one


@pytest.fixture
def listed(cast: Cast) -> ItemList:
    """Care is the community's own, noise it assists with, lifts it is never given; nothing else is on the list."""
    return in_force(
        cast.nodes["county"],
        care=("own", True),
        care_aid=("own", False),
        env_noise=("assist", True),
        property_lift=("never", False),
    )


def a_matter(cast: Cast, code: str = "") -> Matter:
    report = intake.Report(text="楼下的事", source=Source.WEB, client_ref=f"c{code}", node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([report], by=Actor.visitor("s"), client="s", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    if code:
        Matter.objects.filter(pk=taken.dossier_id).update(category=cast.category(code))
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def office(cast: Cast, kind: UnitKind = UnitKind.OFFICE) -> Unit:
    return Unit.objects.create(node=cast.nodes["community"], name=f"望海社区{kind}", kind=kind)


def why(cast: Cast, code: str, by: Actor, **to: object) -> str:
    category = cast.category(code).pk if code else None
    path, today = cast.nodes["grid"].path, timezone.localdate()
    return community.why_not(path=path, category_id=category, by=by, today=today, **to)  # type: ignore[arg-type]


# -- The block ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["property-lift", "road-lamp", "livelihood-wage", "env-noise"])
@pytest.mark.parametrize("name", ["dispatcher", "clerk", "secretary"])
def test_nobody_gives_a_community_what_is_not_its_own(
    cast: Cast, listed: ItemList, actor: ActorOf, code: str, name: str
) -> None:
    matter = a_matter(cast, code)
    for to in ({"user": cast.users["worker"]}, {"unit": office(cast)}):
        with pytest.raises(NotAsked, match=ARTICLE):
            dispatch.dispatch(matter, **to, by=actor(name), now=timezone.now())
    matter.refresh_from_db()
    assert (matter.unit_id, matter.handler_id) == (None, None)


def test_even_the_system_does_not_get_through(cast: Cast, listed: ItemList) -> None:
    with pytest.raises(NotAsked):
        dispatch.dispatch(a_matter(cast, "road-lamp"), unit=office(cast), by=system("import"), now=timezone.now())


def test_the_refusal_names_the_article_the_list_and_who_is_responsible(
    cast: Cast, listed: ItemList, actor: ActorOf
) -> None:
    said = why(cast, "env-noise", actor("dispatcher"), user=cast.users["worker"])
    assert ARTICLE in said
    assert "海陵区社区清单" in said
    assert "城管执法队" in said


def test_the_communitys_own_work_and_departments_are_not_stopped(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    by = actor("dispatcher")
    assert why(cast, "care-elder", by, user=cast.users["worker"]) == ""  # the parent's line speaks for it
    assert why(cast, "care-elder", by, unit=office(cast)) == ""
    for code in ("property-lift", "road-lamp", ""):
        assert why(cast, code, by, unit=cast.units["urban"]) == ""
        assert why(cast, code, by, unit=office(cast, UnitKind.PROPERTY)) == "" or code == ""
        Unit.objects.filter(name__startswith="望海社区").delete()


def test_what_a_community_only_assists_with_it_may_assist_with(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    by, unit = actor("dispatcher"), office(cast)
    assert "只是协助" in why(cast, "env-noise", by, unit=unit)
    assert why(cast, "env-noise", by, unit=unit, assisting=True) == ""
    assert why(cast, "property-lift", by, unit=unit, assisting=True) != ""


def test_what_a_community_does_is_not_always_for_the_grid_worker(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    assert "不是网格员的事" in why(cast, "care-aid", actor("clerk"), user=cast.users["worker"])
    assert why(cast, "care-aid", actor("clerk"), unit=office(cast)) == ""


def test_from_above_a_category_is_named_first(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    assert ARTICLE in why(cast, "", actor("dispatcher"), user=cast.users["worker"])
    assert why(cast, "", actor("clerk"), user=cast.users["worker"]) == ""


def test_the_new_category_of_the_dispatch_counts_and_not_the_old_one(
    cast: Cast, listed: ItemList, actor: ActorOf
) -> None:
    matter, by, now = a_matter(cast, "road-lamp"), actor("dispatcher"), timezone.now()
    with pytest.raises(NotAsked):
        dispatch.dispatch(
            a_matter(cast, "care-elder"), user=cast.users["worker"], category=cast.category("road-lamp"), by=by, now=now
        )
    care = cast.category("care-elder")
    assert dispatch.dispatch(matter, user=cast.users["worker"], category=care, by=by, now=now)


@pytest.mark.parametrize(("code", "allowed"), [("road-lamp", False), ("property-lift", False), ("env-noise", True)])
def test_a_department_hands_nothing_down_as_help_or_as_a_small_task(
    cast: Cast, listed: ItemList, actor: ActorOf, code: str, allowed: bool
) -> None:
    matter, now, hall = a_matter(cast, code), timezone.now(), office(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("dispatcher"), now=now)
    dispatch.sign(matter, by=actor("handler"), now=now)
    asked = nullcontext() if allowed else pytest.raises(NotAsked)
    with asked:
        parts.call_in(matter, unit=hall, request="协助", by=actor("dispatcher"), now=now)
    with asked:
        task = {"request": "去看看", "due_at": now + timedelta(days=2), "user": cast.users["worker"]}
        parts.give_task(matter, **task, by=actor("handler"), now=now)  # type: ignore[arg-type]
    assert Part.objects.filter(matter=matter).count() == (2 if allowed else 0)


def test_a_worker_may_still_take_a_matter_of_their_own_will(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    assert dispatch.take(a_matter(cast, "road-lamp"), by=actor("worker"), now=timezone.now())


def test_without_a_list_in_force_nothing_is_stopped(cast: Cast, actor: ActorOf) -> None:
    items.draft(cast.nodes["county"], by=system("test"), now=timezone.now())
    assert why(cast, "property-lift", actor("dispatcher"), user=cast.users["worker"]) == ""


def test_the_nearest_list_governs_alone(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    in_force(cast.nodes["town"], road_lamp=("own", True))
    by = actor("dispatcher")
    assert why(cast, "road-lamp", by, user=cast.users["worker"]) == ""
    assert why(cast, "care-elder", by, user=cast.users["worker"]) != ""


def test_a_category_of_another_scheme_is_measured_by_its_counterpart(
    cast: Cast, listed: ItemList, actor: ActorOf
) -> None:
    now = timezone.now()
    for one in SHIPPED.values():
        load(one.path(), one.ordered(timezone.localdate()), by=system("test"), now=now)
    mapping.bring_in(MAPPING, whole=False, by=system("test"), now=now)
    elder, noise = Category.objects.get(code="090101"), Category.objects.get(code="040201")
    path, today, by = cast.nodes["grid"].path, timezone.localdate(), actor("dispatcher")
    allowed = {"path": path, "user": cast.users["worker"], "by": by, "today": today}
    assert community.why_not(category_id=elder.pk, **allowed) == ""  # type: ignore[arg-type]
    assert "只是协助" in community.why_not(category_id=noise.pk, **allowed)  # type: ignore[arg-type]


def test_a_dispatch_asks_the_database_nothing_more_than_who_the_person_is(
    cast: Cast, listed: ItemList, actor: ActorOf, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    by, unit = actor("dispatcher"), Unit.objects.select_related("node").get(pk=office(cast).pk)
    why(cast, "care-elder", by, unit=unit)
    with django_assert_max_num_queries(2):  # type: ignore[attr-defined]
        why(cast, "care-elder", by, unit=unit)


def test_the_desk_reads_the_article_beside_the_choice(cast: Cast, listed: ItemList, client_as: ClientAs) -> None:
    matter = a_matter(cast, "road-lamp")
    values = {"to": f"user:{cast.users['worker'].pk}", "urgency": "normal"}
    answer = client_as("dispatcher").post(f"/matters/{matter.dossier.number}/assignment/", values)
    assert answer.status_code == 422
    assert ARTICLE in answer.content.decode()
    matter.refresh_from_db()
    assert matter.handler is None


# -- The list ----------------------------------------------------------------------------------------------------------


def test_a_first_draft_is_the_customary_one_and_does_nothing_yet(cast: Cast, actor: ActorOf) -> None:
    one = items.draft(cast.nodes["county"], by=actor("organiser"), now=timezone.now())
    assert one.items.count() == 32
    assert not one.items.exclude(basis="").exists()
    assert items.in_force(cast.nodes["grid"].path, timezone.localdate()) is None


def test_a_place_has_one_draft(cast: Cast, actor: ActorOf, client_as: ClientAs) -> None:
    items.draft(cast.nodes["county"], by=actor("organiser"), now=timezone.now())
    again = client_as("organiser").post("/catalogue/lists/", {"node": cast.nodes["county"].pk})
    assert again.status_code == 422
    assert "已有一份草稿" in again.content.decode()


def test_an_approved_list_cannot_be_edited_and_the_next_one_starts_from_it(cast: Cast, listed: ItemList) -> None:
    by, now = system("test"), timezone.now()
    line = listed.items.first()
    assert line is not None
    for attempt in (
        lambda: items.put(listed, line, by=by, now=now),
        lambda: items.take_out(line, by=by, now=now),
        lambda: items.rename(listed, name="x", rule="y", by=by, now=now),
        lambda: items.discard(listed, by=by, now=now),
    ):
        with pytest.raises(CannotChange):
            attempt()
    following = items.draft(cast.nodes["county"], by=by, now=now)
    assert (following.items.count(), following.rule) == (4, ARTICLE)


def test_the_next_list_takes_over_on_its_day_and_not_before(cast: Cast, listed: ItemList) -> None:
    by, now, today = system("test"), timezone.now(), timezone.localdate()
    path = cast.nodes["grid"].path
    following = items.draft(cast.nodes["county"], by=by, now=now)
    begin = today + timedelta(days=10)
    items.approve(following, body="海陵区准入会议", document="2 号", valid_from=begin, by=by, now=now)
    ids = [one.id if (one := items.in_force(path, day)) else None for day in (today, begin - timedelta(days=1), begin)]
    assert ids == [listed.pk, listed.pk, following.pk]
    listed.refresh_from_db()
    assert (listed.status, listed.valid_to) == ("retired", begin)


def test_a_list_is_not_approved_empty_or_before_the_one_it_follows(cast: Cast, listed: ItemList) -> None:
    by, now = system("test"), timezone.now()
    following = items.draft(cast.nodes["county"], by=by, now=now)
    with pytest.raises(CannotChange):
        items.approve(following, body="会议", document="", valid_from=listed.valid_from, by=by, now=now)  # type: ignore[arg-type]
    following.items.all().delete()
    with pytest.raises(CannotChange):
        items.approve(following, body="会议", document="", valid_from=timezone.localdate(), by=by, now=now)


def test_a_retired_list_without_successor_stops_nothing(cast: Cast, listed: ItemList, actor: ActorOf) -> None:
    items.retire(listed, valid_to=timezone.localdate(), by=system("test"), now=timezone.now())
    assert why(cast, "road-lamp", actor("dispatcher"), user=cast.users["worker"]) == ""


def test_the_county_drafts_and_approves_on_the_desk_and_a_street_does_not(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("organiser")
    made = client.post("/catalogue/lists/", {"node": cast.nodes["county"].pk})
    one = ItemList.objects.get()
    assert made.headers["Location"] == f"/catalogue/lists/{one.pk}/"
    street = client_as("dispatcher")
    assert street.get(f"/catalogue/lists/{one.pk}/").status_code == 404
    assert (
        street.post(f"/catalogue/lists/{one.pk}/approval/", {"body": "我", "valid_from": "2026-01-01"}).status_code
        == 404
    )
    bus = cast.category("livelihood-bus")
    line = {"category": bus.pk, "asked": "never", "grid": "on", "owner": "交通局"}
    assert client.post(f"/catalogue/lists/{one.pk}/line/", line).status_code == 422
    del line["grid"]
    assert client.post(f"/catalogue/lists/{one.pk}/line/", line).status_code == 302
    item = one.items.get(category=bus)
    again = client.get(f"/catalogue/lists/{one.pk}/?line={item.pk}")
    assert again.context["item_form"].initial["owner"] == "交通局"
    assert client.get(f"/catalogue/lists/{one.pk}/?line=²").status_code == 200
    assert client.post(f"/catalogue/lists/{one.pk}/removal/", {"item": "x"}).status_code == 404
    assert client.post(f"/catalogue/lists/{one.pk}/line/", line | {"category": ""}).status_code == 422
    assert client.post(f"/catalogue/lists/{one.pk}/removal/", {"item": item.pk}).status_code == 302
    assert not one.items.filter(category=bus).exists()
    assert client.post(f"/catalogue/lists/{one.pk}/naming/", {"name": "新名", "rule": ARTICLE}).status_code == 302
    approval = {"body": "海陵区准入会议", "document": "3 号", "valid_from": timezone.localdate().isoformat()}
    assert client.post(f"/catalogue/lists/{one.pk}/approval/", {"body": ""}).status_code == 422
    assert client.post(f"/catalogue/lists/{one.pk}/approval/", approval).status_code == 302
    assert "新名" in street.get("/catalogue/lists/").content.decode()
    assert "海陵区准入会议" in street.get(f"/catalogue/lists/{one.pk}/").content.decode()
    late = client.post(f"/catalogue/lists/{one.pk}/line/", line, follow=True)
    assert "已经批准" in late.content.decode()


def test_everybody_reads_the_list_of_their_place_and_takes_it_along(
    cast: Cast, listed: ItemList, tmp_path: Path
) -> None:
    code = "999902006001001"
    page = Client().get(f"/items/?at={code}").content.decode()
    assert ARTICLE in page
    assert "噪声扰民" in page
    assert "海陵区准入会议" in page
    answer = Client().get(f"/items.xlsx?at={code}")
    file = tmp_path / "items.xlsx"
    file.write_bytes(answer.content)
    assert len(list(read_rows(file))) == 4
    assert "海陵区" in Client().get("/items/").content.decode()
    assert f"/items/?at={code}" in Client().get(f"/g/{code}/").content.decode()
    assert Client().get("/items/?at=nowhere").status_code == 200


def test_a_draft_goes_out_as_a_table_and_comes_back_edited(
    cast: Cast, actor: ActorOf, client_as: ClientAs, tmp_path: Path
) -> None:
    now = timezone.now()
    one = items.draft(cast.nodes["county"], by=actor("organiser"), now=now)
    path = tmp_path / "list.xlsx"
    items.export(one, path)
    same = items.bring_in(one, path, whole=True, by=actor("organiser"), now=now)
    assert (same.added, same.changed, same.ended, same.same, same.refused) == (0, 0, 0, 32, [])
    rows = [list(row.values.values()) for row in read_rows(path)]
    header = list(next(read_rows(path)).values)
    rows[0][header.index("依据")] = "第一条"
    rows[1][header.index("对社区")] = "随便"
    rows[2][header.index("代码")] = "no-such"
    write_rows(path, header, rows[:10])
    client = client_as("organiser")
    file = SimpleUploadedFile("list.xlsx", path.read_bytes())
    look = client.post(f"/catalogue/lists/{one.pk}/load/", {"file": file})
    page = client.get(look.headers["Location"]).content.decode()
    assert "no-such" in page
    assert "社区职责、社区协助、不得交给社区" in page
    assert one.items.filter(basis="第一条").count() == 0
    assert client.get(look.headers["Location"] + "?refused").status_code == 200
    assert client.post(look.headers["Location"], {"whole": "on"}).status_code == 302
    assert one.items.filter(basis="第一条").count() == 1
    assert one.items.count() == 8
