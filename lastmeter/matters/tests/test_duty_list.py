"""Who leads and who assists: the nearest place wins, the reason is said, one tap accepts; and the pairs of schemes."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground
from lastmeter.grid.models import Unit, UnitKind
from lastmeter.kit.sheets import read_rows, write_rows
from lastmeter.matters import intake
from lastmeter.matters.catalogue import duties, mapping
from lastmeter.matters.catalogue.loading import load
from lastmeter.matters.catalogue.shipped import MAPPING, SHIPPED
from lastmeter.matters.models import Category, Correspondence, Duty, Matter, Part, Source
from tests.cast import Cast

ClientAs = Callable[[str], Client]
BY = system("test")


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    yield
    ground.look_again()


def charge(cast: Cast, place: str, code: str, unit: str, rank: str = "lead", basis: str = "") -> Duty:
    return duties.assign(
        cast.nodes[place], cast.category(code).pk, cast.units[unit], rank=rank, basis=basis, by=BY, now=timezone.now()
    )


def leads(cast: Cast, code: str, place: str = "grid") -> str:
    found = duties.propose(cast.nodes[place].path, cast.category(code).pk, timezone.localdate())
    return found.lead.unit if found else ""


def a_matter(cast: Cast, code: str = "") -> Matter:
    report = intake.Report(text="楼下的事", source=Source.WEB, client_ref=f"d{code}", node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([report], by=Actor.visitor("s"), client="s", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    if code:
        Matter.objects.filter(pk=taken.dossier_id).update(category=cast.category(code))
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


# -- Who leads ---------------------------------------------------------------------------------------------------------


def test_the_nearest_place_wins_and_the_category_goes_before_its_parent(cast: Cast) -> None:
    charge(cast, "city", "env-noise", "market")
    charge(cast, "town", "env", "urban")
    assert leads(cast, "env-noise") == "城管执法队"
    charge(cast, "town", "env-noise", "market")
    assert leads(cast, "env-noise") == "市场监管所"
    assert leads(cast, "env-litter") == "城管执法队"
    assert leads(cast, "care-elder") == ""


def test_the_reason_says_place_category_ranks_and_article(cast: Cast) -> None:
    charge(cast, "town", "env-noise", "urban", basis="职责规定第三条")
    charge(cast, "town", "env-noise", "market", "assist")
    found = duties.propose(cast.nodes["grid"].path, cast.category("env-noise").pk, timezone.localdate())
    assert found is not None
    assert found.reason == "职责清单：青螺街道的“噪声扰民”由城管执法队主办，市场监管所协办。依据：职责规定第三条。"


def test_one_unit_leads_and_the_old_row_stays(cast: Cast) -> None:
    charge(cast, "town", "env-noise", "urban")
    charge(cast, "town", "env-noise", "market")
    assert leads(cast, "env-noise") == "市场监管所"
    assert Duty.objects.filter(valid_to=None).count() == 1
    assert Duty.objects.count() == 2


def test_an_ended_duty_and_a_closed_unit_propose_nothing(cast: Cast) -> None:
    duty = charge(cast, "town", "env-noise", "urban")
    duties.end(duty, by=BY, now=timezone.now())
    assert leads(cast, "env-noise") == ""
    charge(cast, "town", "env-noise", "market")
    Unit.objects.filter(name="市场监管所").update(closed_on=timezone.localdate())
    ground.bump()
    assert leads(cast, "env-noise") == ""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["city", "county", "town", "community", "grid"]),
            st.sampled_from(["env", "env-noise"]),
            st.sampled_from(["urban", "market"]),
        ),
        max_size=6,
    )
)
def test_the_proposal_is_what_the_rule_says_written_down_plainly(cast: Cast, rows: list[tuple[str, str, str]]) -> None:
    Duty.objects.all().delete()
    ground.bump()
    table: dict[tuple[str, str], str] = {}
    for place, code, unit in rows:
        charge(cast, place, code, unit)
        table[place, code] = cast.units[unit].name
    nearest = ["grid", "community", "town", "county", "city"]
    wanted = [table[place, code] for place in nearest for code in ("env-noise", "env") if (place, code) in table]
    assert leads(cast, "env-noise") == (wanted[0] if wanted else "")


# -- At the dispatch ---------------------------------------------------------------------------------------------------


def test_the_desk_accepts_the_proposal_with_one_tap(cast: Cast, client_as: ClientAs) -> None:
    charge(cast, "town", "env-noise", "market")
    charge(cast, "town", "env-noise", "urban", "assist")
    matter, client = a_matter(cast, "env-noise"), client_as("dispatcher")
    address = f"/matters/{matter.dossier.number}/"
    page = client.get(address).content.decode()
    assert "由市场监管所主办" in page
    assert "交给市场监管所，请城管执法队协办" in page
    assert client.post(f"{address}proposal/", {"lead": cast.units["market"].pk}).status_code == 302
    matter.refresh_from_db()
    assert matter.unit == cast.units["market"]
    assert [each.unit for each in Part.objects.filter(matter=matter)] == [cast.units["urban"]]
    assert f"{address}proposal/" not in client.get(address).content.decode()


def test_what_was_shown_is_accepted_and_nothing_else(cast: Cast, client_as: ClientAs) -> None:
    charge(cast, "town", "env-noise", "market")
    matter, client = a_matter(cast, "env-noise"), client_as("dispatcher")
    address = f"/matters/{matter.dossier.number}/proposal/"
    assert client.post(address, {"lead": cast.units["urban"].pk}).status_code == 409
    assert client.post(address, {"lead": "x"}).status_code == 422
    matter.refresh_from_db()
    assert matter.unit is None


def test_the_unit_of_the_duty_list_stands_first_even_when_it_serves_elsewhere(cast: Cast, client_as: ClientAs) -> None:
    far = Unit.objects.create(node=cast.nodes["other_community"], name="石桥水厂", kind=UnitKind.UTILITY)
    duties.assign(cast.nodes["town"], cast.category("livelihood-water").pk, far, rank="lead", by=BY, now=timezone.now())
    matter = a_matter(cast, "livelihood-water")
    answer = client_as("dispatcher").get(f"/matters/{matter.dossier.number}/")
    form = next(each.form for each in answer.context["offers"] if each.door.act == "dispatch")
    assert form.fields["to"].choices[0][0] == f"unit:{far.pk}"
    assert form.initial["to"] == f"unit:{far.pk}"


def test_another_category_in_the_form_brings_another_proposal(cast: Cast, client_as: ClientAs) -> None:
    charge(cast, "town", "env-noise", "market")
    matter, noise = a_matter(cast), cast.category("env-noise").pk
    address = f"/matters/{matter.dossier.number}/assignment/proposal/"
    client = client_as("dispatcher")
    assert client.get(f"{address}?category={noise}").json()["to"] == f"unit:{cast.units['market'].pk}"
    for nothing in ("", "x", "²", "9" * 30, str(cast.category("party").pk)):
        assert client.get(address, {"category": nothing}).json() == {"to": "", "reason": ""}
    assert client_as("handler").get(address).status_code in {403, 404}


def test_a_page_with_a_proposal_asks_no_more_than_fifteen_questions(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    charge(cast, "town", "env-noise", "market")
    matter, client = a_matter(cast, "env-noise"), client_as("dispatcher")
    client.get(f"/matters/{matter.dossier.number}/")
    with django_assert_max_num_queries(24):  # type: ignore[attr-defined]
        client.get(f"/matters/{matter.dossier.number}/")


# -- Keeping it --------------------------------------------------------------------------------------------------------


def test_a_street_keeps_the_duties_of_its_own_ground(cast: Cast, client_as: ClientAs) -> None:
    town, county = cast.nodes["town"].pk, cast.nodes["county"].pk
    client, noise = client_as("dispatcher"), cast.category("env-noise").pk
    line = {"category": noise, "unit": cast.units["urban"].pk, "rank": "lead", "basis": ""}
    assert client.post(f"/catalogue/duties/{town}/", line).status_code == 302
    client.post(f"/catalogue/duties/{county}/", line)
    duty = Duty.objects.get()
    assert duty.node_id == town
    assert client.get(f"/catalogue/duties/{county}/").status_code == 200
    assert client.post(f"/catalogue/duties/{town}/", line | {"category": ""}).status_code == 422
    assert client_as("clerk").get(f"/catalogue/duties/{town}/").status_code == 200
    assert client_as("clerk").post(f"/catalogue/duties/{town}/{duty.pk}/ending/").status_code == 404
    assert client.post(f"/catalogue/duties/{town}/{duty.pk}/ending/").status_code == 302
    assert not Duty.objects.filter(valid_to=None).exists()


def test_the_duty_list_goes_out_as_a_table_and_comes_back_changed(
    cast: Cast, client_as: ClientAs, tmp_path: Path
) -> None:
    charge(cast, "town", "env-noise", "urban")
    charge(cast, "town", "env-litter", "market")
    town, path, now = cast.nodes["town"], tmp_path / "duties.xlsx", timezone.now()
    duties.export(town, path, timezone.localdate())
    same = duties.bring_in(town, path, whole=True, by=BY, now=now)
    assert (same.added, same.changed, same.ended, same.same) == (0, 0, 0, 2)
    header = list(next(read_rows(path)).values)
    rows = [
        ["local", "env-noise", "", "", "市场监管所", "主办", ""],
        ["local", "env-noise", "", "", "城管执法队", "协办", "第五条"],
        ["local", "env-smoke", "", "", "没有的单位", "主办", ""],
        ["local", "env-smoke", "", "", "城管执法队", "主办", ""],
        ["local", "env-smoke", "", "", "市场监管所", "主办", ""],
    ]
    write_rows(path, header, rows)
    client = client_as("dispatcher")
    look = client.post(f"/catalogue/duties/{town.pk}/load/", {"file": SimpleUploadedFile("d.xlsx", path.read_bytes())})
    page = client.get(look.headers["Location"]).content.decode()
    assert "没有的单位" in page
    assert "只能有一个" in page
    assert client.post(look.headers["Location"]).status_code == 302
    assert (leads(cast, "env-noise"), leads(cast, "env-smoke")) == ("市场监管所", "城管执法队")
    assert leads(cast, "env-litter") == "市场监管所"
    again = duties.bring_in(town, path, whole=False, by=BY, now=now)
    assert (again.added, again.changed, again.ended) == (0, 0, 0)
    assert len(again.refused) == 2


def test_yesterdays_duty_list_can_still_be_read(cast: Cast, tmp_path: Path) -> None:
    duty, today = charge(cast, "town", "env-noise", "urban"), timezone.localdate()
    Duty.objects.filter(pk=duty.pk).update(valid_from=today - timedelta(days=30))
    charge(cast, "town", "env-noise", "market")
    assert duties.export(cast.nodes["town"], tmp_path / "d.csv", today - timedelta(days=1)) == 1
    assert next(read_rows(tmp_path / "d.csv")).values["单位"] == "城管执法队"


# -- Pairs of schemes --------------------------------------------------------------------------------------------------


@pytest.fixture
def standards(cast: Cast) -> None:
    for one in SHIPPED.values():
        load(one.path(), one.ordered(timezone.localdate()), by=BY, now=timezone.now())


def test_a_matter_shows_its_category_in_the_other_schemes(cast: Cast, standards: None, client_as: ClientAs) -> None:
    report = mapping.bring_in(MAPPING, whole=False, by=BY, now=timezone.now())
    assert (report.added, report.refused) == (45, [])
    matter = a_matter(cast, "road-vendor")
    page = client_as("dispatcher").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert "db44t2479 · 030701 游商、030703 店外经营" in page
    assert "gbt47678 · 09006 占道经营" in page


def test_pairs_are_read_both_ways_and_brought_in_once(cast: Cast, standards: None, tmp_path: Path) -> None:
    now, today = timezone.now(), timezone.localdate()
    mapping.bring_in(MAPPING, whole=False, by=BY, now=now)
    again = mapping.bring_in(MAPPING, whole=True, by=BY, now=now)
    assert (again.added, again.ended, again.same) == (0, 0, 45)
    noise = Category.objects.get(code="040201")
    assert [each.code for each in mapping.others(noise.pk, today)] == ["env-noise"]
    path = tmp_path / "m.xlsx"
    assert mapping.export(path, today) == 45
    assert mapping.bring_in(path, whole=True, by=BY, now=now).same == 45


def test_a_code_that_stands_twice_is_asked_for_its_parent(cast: Cast, standards: None, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    header = [names[0] for names in mapping.COLUMNS.values()]
    rows = [
        ["local", "", "other", "", "", "db44t2479", "", "090499", "", "", ""],
        ["local", "", "other", "", "", "db44t2479", "", "090499", "0905", "", ""],
        ["local", "", "other", "", "", "gbt47678", "部件", "01001", "", "", ""],
        ["local", "", "other", "", "", "local", "", "env", "", "", ""],
        ["local", "", "nothing", "", "", "gbt47678", "", "06028", "", "", ""],
    ]
    write_rows(path, header, rows)
    report = mapping.bring_in(path, whole=False, by=BY, now=timezone.now())
    assert [row.number for row, _why in report.refused] == [2, 5, 6]
    found = {row.target.name for row in Correspondence.objects.select_related("target")}
    assert found == {"其他民族宗教", "供水井盖"}


def test_a_whole_table_ends_what_it_lacks_between_the_same_schemes_alone(
    cast: Cast, standards: None, tmp_path: Path
) -> None:
    now, today = timezone.now(), timezone.localdate()
    mapping.bring_in(MAPPING, whole=False, by=BY, now=now)
    path = tmp_path / "m.csv"
    header = [names[0] for names in mapping.COLUMNS.values()]
    write_rows(path, header, [["local", "", "env-noise", "", "", "gbt47678", "", "06028", "", "", "核对过"]])
    assert mapping.bring_in(path, whole=True, dry_run=True, by=BY, now=now).ended == 8
    report = mapping.bring_in(path, whole=True, by=BY, now=now)
    assert (report.changed, report.ended) == (1, 8)
    assert [(one, other, many) for one, other, many in mapping.counts(today)] == [
        ("db44t2479", "local", 36),
        ("gbt47678", "local", 1),
    ]


def test_the_desk_brings_the_pairs_that_ship(cast: Cast, standards: None, client_as: ClientAs) -> None:
    client = client_as("organiser")
    assert client.get("/catalogue/mapping/load/shipped/").status_code == 200
    assert not Correspondence.objects.exists()
    client.post("/catalogue/mapping/load/shipped/")
    assert Correspondence.objects.count() == 45
    assert client.get("/catalogue/mapping/").status_code == 200
    assert client.get("/catalogue/mapping/table.xlsx").status_code == 200
    assert client_as("dispatcher").get("/catalogue/mapping/load/").status_code == 404
