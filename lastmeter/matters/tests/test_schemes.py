"""Schemes: what a file holds, what is odd in it, what a newer edition changes, how one of hundreds is found."""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor, system
from lastmeter.grid import ground
from lastmeter.kit.sheets import BadSheet, read_rows
from lastmeter.matters import intake
from lastmeter.matters.catalogue import finding, loading
from lastmeter.matters.catalogue.cli import import_categories
from lastmeter.matters.catalogue.comparing import Known, compare
from lastmeter.matters.catalogue.loading import CannotLoad, Order
from lastmeter.matters.catalogue.reading import Entry, read
from lastmeter.matters.catalogue.shipped import SHIPPED
from lastmeter.matters.models import Anomaly, Category, Difference, Edition, Matter, Scheme, Source
from tests.cast import Cast

DATA = Path(os.environ.get("LASTMETER_TEST_DATA", Path(__file__).parents[3] / "../shared/data"))
WHOLE = DATA / "db44t2479_taxonomy/db44t2479-2024-appendix-a.csv"
TODAY = date(2026, 11, 25)
What = Difference.What
ClientAs = Callable[[str], Client]


@pytest.fixture(autouse=True)
def uploads(settings: object, tmp_path: Path) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    yield
    ground.look_again()


def table(folder: Path, *lines: str, header: str = "代码,上级代码,名称") -> Path:
    path = folder / "list.csv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    return path


def order(**changes: object) -> Order:
    values = {"scheme": "town", "edition": "第一版", "valid_from": timezone.localdate(), "name": "镇里的清单"}
    return Order(**{**values, **changes})  # type: ignore[arg-type]


def load(path: Path, **changes: object) -> Edition | None:
    return loading.load(path, order(**changes), by=system("test"), now=timezone.now())


def reported(cast: Cast) -> Matter:
    """楼道灯不亮 in 第一网格, by a resident without an account."""
    report = intake.Report(text="楼道灯不亮", source=Source.WEB, client_ref="s", node_id=cast.nodes["grid"].pk)
    [taken] = intake.take_in([report], by=Actor.visitor("s"), client="s", now=timezone.now())
    assert isinstance(taken, intake.Taken)
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def shipped(key: str) -> Edition | None:
    one = SHIPPED[key]
    return loading.load(one.path(), one.ordered(TODAY), by=system("test"), now=timezone.now())


# -- Reading -----------------------------------------------------------------------------------------------------------


def test_the_hotline_scheme_has_three_levels_of_14_99_and_515() -> None:
    entries = read(SHIPPED["db44t2479"].path()).entries
    lengths = [len(each.code) for each in entries]
    assert [lengths.count(long) for long in (2, 4, 6)] == [14, 99, 515]


def test_what_is_odd_in_the_standard_is_kept_and_reported() -> None:
    content = read(SHIPPED["db44t2479"].path())
    odd = [(each.what, each.code) for each in content.oddities]
    assert odd.count((Anomaly.What.TWICE, "090499")) == 1
    assert odd.count((Anomaly.What.STRAY, "090499")) == 1
    assert sum(what == Anomaly.What.NAMELESS for what, _code in odd) == 13
    twice = [(each.parent_code, each.name) for each in content.entries if each.code == "090499"]
    assert twice == [("0904", "其他生活服务"), ("0905", "其他民族宗教")]
    nameless = next(each for each in content.entries if each.code == "120300")
    assert (nameless.printed, nameless.name) == ("", "监狱管理")


def test_the_city_scheme_says_which_codes_its_source_lacks() -> None:
    content = read(SHIPPED["gbt47678"].path())
    kinds = [each.kind for each in content.entries if each.parent_code]
    assert (kinds.count("component"), kinds.count("matter")) == (153, 250)
    gaps = {each.code for each in content.oddities if each.what == Anomaly.What.GAP}
    assert gaps == {"01016", "05001", "05004–05008", "06031", "07005", "09007"}


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole appendix is not shipped")
def test_the_whole_appendix_adds_its_texts_to_what_ships(cast: Cast) -> None:
    assert shipped("db44t2479") is not None
    planned = loading.plan(WHOLE, order(scheme="db44t2479"))
    assert (len(planned.changes), len(planned.of(What.REWORDED))) == (514, 514)
    assert [each.code for each in planned.content.oddities if each.what == Anomaly.What.SCOPELESS] == ["040302"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["1,,甲", "1,,乙"], "同一个代码"),
        (["1,9,甲"], "不在表里"),
        (["1,2,甲", "2,1,乙"], "绕了一圈"),
        ([",,甲"], "没有代码"),
    ],
)
def test_a_file_that_cannot_be_a_scheme_is_refused_with_the_row(tmp_path: Path, lines: list[str], says: str) -> None:
    with pytest.raises(BadSheet, match=says):
        read(table(tmp_path, *lines))


def test_parents_may_stand_below_their_children(tmp_path: Path) -> None:
    assert [each.code for each in read(table(tmp_path, "11,1,井盖", "1,,设施")).entries] == ["1", "11"]


# -- Comparing ---------------------------------------------------------------------------------------------------------


def entry(code: str, parent: str, name: str) -> Entry:
    return Entry(2, "matter", code, parent, name, name)


entries = st.lists(
    st.builds(entry, st.sampled_from("123"), st.sampled_from(["", "8", "9"]), st.sampled_from("甲乙丙")),
    unique_by=lambda each: (each.code, each.parent_code),
    max_size=6,
)


def as_known(rows: list[Entry]) -> list[Known]:
    return [
        Known(number, each.kind, each.code, each.parent_code, each.name, each.borrowed)
        for number, each in enumerate(rows, start=1)
    ]


@given(entries)
def test_a_file_held_against_itself_changes_nothing(rows: list[Entry]) -> None:
    assert compare(as_known(rows), rows) == []


@given(entries, entries)
def test_the_changes_lead_from_the_old_scheme_to_the_file(old: list[Entry], new: list[Entry]) -> None:
    standing = {each.id: [each.code, each.parent_code, each.name] for each in as_known(old)}
    added = []
    for change in compare(as_known(old), new):
        if change.what == What.ADDED and change.entry:
            added.append([change.entry.code, change.entry.parent_code, change.entry.name])
        elif change.what == What.ENDED and change.known:
            del standing[change.known.id]
        elif change.known and change.what == What.MOVED:
            standing[change.known.id][1] = change.after
        elif change.known and change.what == What.RENAMED:
            standing[change.known.id][2] = change.after
    assert sorted([*standing.values(), *added]) == sorted([e.code, e.parent_code, e.name] for e in new)


# -- Loading -----------------------------------------------------------------------------------------------------------


def test_two_standards_stand_beside_the_local_list_and_share_codes(cast: Cast) -> None:
    shipped("db44t2479")
    shipped("gbt47678")
    assert Category.objects.filter(scheme__code="gbt47678", code="01017").count() == 2
    assert Category.objects.filter(scheme__code="db44t2479", code="090499").count() == 2
    assert Scheme.objects.get(code="gbt47678").unchecked
    assert Category.objects.get(scheme__code="db44t2479", code="040201").parent == Category.objects.get(code="0402")


def test_the_same_file_again_changes_nothing(cast: Cast) -> None:
    assert shipped("db44t2479") is not None
    assert shipped("db44t2479") is None
    assert Edition.objects.count() == 1


def test_a_newer_edition_keeps_what_it_ends_for_old_matters(cast: Cast, tmp_path: Path) -> None:
    load(table(tmp_path, "1,,设施", "2,,环境", "11,1,路灯", "12,1,井盖", "13,1,电话亭"))
    booth = Category.objects.get(scheme__code="town", code="13")
    newer = table(tmp_path, "1,,设施", "2,,环境", "11,1,照明", "12,2,井盖", "14,1,充电桩")
    edition = load(newer, edition="第二版")
    assert edition is not None
    found = {row.what: (row.code, row.before, row.after) for row in edition.differences.all()}
    assert found == {
        "renamed": ("11", "路灯", "照明"),
        "moved": ("12", "1", "2"),
        "added": ("14", "", "充电桩"),
        "ended": ("13", "电话亭", ""),
    }
    booth.refresh_from_db()
    assert booth.valid_to == timezone.localdate()
    assert Category.objects.get(scheme__code="town", code="12").parent == Category.objects.get(code="2")
    assert booth.pk not in [each.id for each in finding.offered()]


def test_other_texts_are_shown_and_a_text_left_out_stays(cast: Cast, tmp_path: Path) -> None:
    header = "代码,上级代码,名称,说明,提示词,先请注意"
    load(table(tmp_path, "1,,燃气,管道,煤气,先关阀", header=header))
    assert load(table(tmp_path, "1,,燃气")) is None
    edition = load(table(tmp_path, "1,,燃气,,煤气 漏气,", header=header))
    assert edition is not None
    change = edition.differences.get()
    assert (change.what, change.before, change.after) == ("reworded", "煤气", "煤气 漏气")
    gas = Category.objects.get(scheme__code="town")
    assert (gas.scope, gas.words, gas.advice) == ("管道", "煤气 漏气", "先关阀")
    assert "燃气" in names("漏气")


def test_an_edition_of_next_month_waits_for_its_day_and_can_be_taken_back(cast: Cast, tmp_path: Path) -> None:
    load(table(tmp_path, "1,,设施"))
    day, now = timezone.localdate() + timedelta(days=30), timezone.now()
    waiting = load(table(tmp_path, "1,,公共设施"), valid_from=day)
    assert waiting is not None
    assert Category.objects.get(scheme__code="town").name == "设施"
    with pytest.raises(CannotLoad):
        load(table(tmp_path, "1,,别的"))
    assert loading.apply_due(now) == 0
    assert loading.apply_due(now + timedelta(days=31)) == 1
    assert loading.apply_due(now + timedelta(days=31)) == 0
    assert Category.objects.get(scheme__code="town").name == "公共设施"
    with pytest.raises(CannotLoad):
        loading.withdraw(waiting, by=system("test"), now=now)
    again = load(table(tmp_path, "1,,设施"), valid_from=day)
    assert again is not None
    loading.withdraw(again, by=system("test"), now=now)
    assert not Edition.objects.filter(applied_at=None).exists()


def test_a_category_that_came_to_an_end_can_come_back(cast: Cast, tmp_path: Path) -> None:
    load(table(tmp_path, "1,,设施", "2,,环境"))
    load(table(tmp_path, "1,,设施"))
    load(table(tmp_path, "1,,设施", "2,,环境"))
    assert Category.objects.filter(scheme__code="town", code="2").count() == 2
    assert Category.objects.filter(scheme__code="town", code="2", valid_to=None).count() == 1


def test_the_command_shows_the_differences_and_loads_what_ships(cast: Cast, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    look = CliRunner().invoke(import_categories, ["db44t2479", "--dry-run", "--report", str(report)])
    assert "新增 628" in look.output
    assert "090499" in look.output
    assert not Scheme.objects.filter(code="db44t2479").exists()
    assert sum(row.values["种类"].startswith("异常") for row in read_rows(report)) == 17
    done = CliRunner().invoke(import_categories, ["db44t2479", "--yes", "--not-offered", "--language", "en"])
    assert done.exit_code == 0, done.output
    assert not Scheme.objects.get(code="db44t2479").offered
    missing = CliRunner().invoke(import_categories, [str(tmp_path / "none.csv"), "--scheme", "x"])
    assert missing.exit_code == 1


# -- Finding -----------------------------------------------------------------------------------------------------------


def names(text: str) -> list[str]:
    return [each.name for each in finding.find(text, finding.offered())]


def test_one_of_hundreds_is_found_by_two_characters_or_two_letters(cast: Cast) -> None:
    shipped("db44t2479")
    assert names("噪声")[:2] == ["噪声扰民", "噪声污染"]
    assert "噪声污染" in names("zs")
    assert names("tqkk")[0] == "拖欠、克扣工资"
    assert names("040201") == ["噪声污染"]
    assert "拖欠、克扣工资" in names("劳动 工资")
    assert names("没有这种事") == []


def test_the_picker_asks_for_the_index_once(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("clerk")
    first = client.get("/catalogue/index.json")
    assert ["路灯与楼道灯", "道路与设施"] in [row[2:4] for row in first.json()]
    again = client.get("/catalogue/index.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert client_as("resident").get("/catalogue/index.json").status_code == 404


def test_a_large_scheme_does_not_swell_the_forms(cast: Cast, client_as: ClientAs) -> None:
    shipped("db44t2479")
    desk = client_as("clerk").get("/matters/new/").content.decode()
    assert "污染防治" in desk
    assert "噪声污染" not in desk
    assert "污染防治" not in Client().get("/report/").content.decode()


def test_what_was_found_by_typing_can_be_sent_and_nonsense_cannot(cast: Cast, client_as: ClientAs) -> None:
    shipped("db44t2479")
    deep, matter = Category.objects.get(code="040201"), reported(cast)
    client, address = client_as("clerk"), f"/matters/{matter.dossier.number}/acceptance/"
    for wrong in ("0", "99999999", "x", str(Category.objects.filter(scheme__code="db44t2479").last().pk) + "0"):  # type: ignore[union-attr]
        assert client.post(address, {"category": wrong, "urgency": "normal"}).status_code == 422
    assert client.post(address, {"category": deep.pk, "urgency": "normal"}).status_code == 302
    matter.refresh_from_db()
    assert matter.category == deep


# -- Pages -------------------------------------------------------------------------------------------------------------


def test_an_organiser_of_the_county_loads_a_scheme_after_seeing_what_it_changes(
    cast: Cast, client_as: ClientAs, tmp_path: Path
) -> None:
    client = client_as("organiser")
    file = SimpleUploadedFile("a.csv", table(tmp_path, "1,,设施", "13,1,电话亭").read_bytes())
    values = {
        "scheme": "town",
        "name": "镇里的清单",
        "edition": "第一版",
        "valid_from": timezone.localdate().isoformat(),
    }
    look = client.post("/catalogue/load/", values | {"file": file, "offered": "on"})
    assert look.status_code == 302
    page = client.get(look.headers["Location"])
    assert "新增 2" in page.content.decode()
    assert not Scheme.objects.filter(code="town").exists()
    done = client.post(look.headers["Location"], follow=True)
    assert "电话亭" in done.content.decode()
    assert client.get("/catalogue/schemes/town/").status_code == 200
    edition = Edition.objects.get(scheme__code="town")
    assert client.get(f"/catalogue/editions/{edition.pk}/report.xlsx").status_code == 200


def test_a_street_does_not_change_the_schemes_of_the_city(cast: Cast, client_as: ClientAs) -> None:
    for name in ("dispatcher", "clerk", "handler"):
        assert client_as(name).get("/catalogue/").status_code == 200
        assert client_as(name).get("/catalogue/load/").status_code == 404
        assert client_as(name).post("/catalogue/schemes/local/use/").status_code == 404
    assert client_as("system_admin").get("/catalogue/load/").status_code == 200
    assert client_as("audit_admin").get("/catalogue/").status_code == 404


def test_the_pages_of_a_scheme_ask_few_questions(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    shipped("db44t2479")
    client = client_as("organiser")
    pk = Category.objects.get(code="040201").pk
    for address in ("/catalogue/", "/catalogue/?q=zs", "/catalogue/schemes/db44t2479/", f"/catalogue/categories/{pk}/"):
        client.get(address)
        with django_assert_max_num_queries(15):  # type: ignore[attr-defined]
            assert client.get(address).status_code == 200


def test_who_keeps_the_schemes_says_how_a_category_is_found_and_whether_it_is_public(
    cast: Cast, client_as: ClientAs
) -> None:
    lamp = cast.category("road-lamp")
    address = f"/catalogue/categories/{lamp.pk}/"
    client_as("organiser").post(address, {"words": "黑漆漆", "advice": "", "public": "on"})
    assert names("黑漆")[0] == "路灯与楼道灯"
    assert cast.category("road-lamp").public
    assert client_as("dispatcher").post(address, {"words": "x"}).status_code == 404


def test_only_the_last_word_of_the_owner_makes_a_scheme_checked(cast: Cast, client_as: ClientAs) -> None:
    shipped("gbt47678")
    assert "未经核对" in client_as("clerk").get("/catalogue/schemes/gbt47678/").content.decode()
    client_as("organiser").post("/catalogue/schemes/gbt47678/use/", {"checked": "on"})
    assert "未经核对" not in client_as("clerk").get("/catalogue/schemes/gbt47678/").content.decode()
    assert "噪声扰民异常" not in names("噪声")
