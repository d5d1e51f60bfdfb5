"""The table of a list, lists under a name, and lists as files."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Dossier
from lastmeter.kit.sheets import read_rows
from lastmeter.matters import dispatch
from lastmeter.matters.lists import columns, exporting
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import SavedList
from lastmeter.matters.tests.test_queue import MOST_QUERIES, queries, report
from tests.cast import Cast, middle

ClientAs = Callable[[str], Client]


def test_columns_are_chosen_remembered_and_handed_out_as_they_stand(
    cast: Cast, client_as: ClientAs, tmp_path: Path
) -> None:
    report(cast, 3, text="6 栋门口井盖松动，电话 19900001234")
    report(cast, 1, "second_grid", "楼下夜市噪音")
    client, query = client_as("clerk"), f"?step=waiting&node={cast.nodes['grid'].pk}"
    client.get(f"/queue/table/{query}&cols=title&cols=number&cols=nothing")
    page = client.get(f"/queue/table/{query}")
    assert [column.name for column in page.context["columns"]] == ["title", "number"]
    sheet = client.get(f"/queue/table.xlsx{query}")
    path = tmp_path / "list.xlsx"
    path.write_bytes(BytesIO(b"".join(sheet)).getvalue())
    rows = [row.values for row in read_rows(path)]
    shown = [row.number for row in page.context["page"].items]
    assert [row["编号"].replace("-", "").replace(" ", "") for row in rows] == shown
    assert "19900001234" not in str(rows)
    assert list(rows[0]) == ["事项", "编号"]
    [entry] = AuditEntry.objects.filter(kind="matters.exported")
    assert entry.by_user == cast.users["clerk"].pk


def test_a_file_that_does_not_hold_the_whole_list_says_so_in_its_last_line(
    cast: Cast, actor: Callable[[str], Actor], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    report(cast, 3)
    path, chosen, given = tmp_path / "list.xlsx", columns.read("title"), (Filters(), timezone.now())
    for most, lines in ((3, 3), (2, 3)):
        monkeypatch.setattr(exporting, "MOST", most)
        assert exporting.write(path, given[0], chosen, by=actor("clerk"), now=given[1]) == lines
    assert "前 2 件" in list(read_rows(path))[-1].values["事项"]


def test_a_table_asks_no_more_of_the_database_for_many_rows(cast: Cast, client_as: ClientAs) -> None:
    client = client_as("clerk")
    client.get("/queue/table/")
    report(cast, 1)
    one = queries(client, "/queue/table/")
    report(cast, 60, text="楼道灯不亮")
    assert queries(client, "/queue/table/") <= one <= MOST_QUERIES


def test_a_list_is_kept_for_oneself_or_for_the_desk_and_counted(cast: Cast, client_as: ClientAs) -> None:
    report(cast, 2)
    clerk, desk = client_as("clerk"), f"node:{cast.nodes['community'].pk}"
    assert clerk.post("/queue/saved/?step=open&source=web", {"name": "网页来的", "owner": "me"}).status_code == 302
    assert clerk.post("/queue/saved/?step=open&handler=nobody", {"name": "没人办", "owner": desk}).status_code == 302
    lists = clerk.get("/queue/saved/").context["lists"]
    assert [(each["saved"].name, each["count"]) for each in lists] == [("网页来的", "2"), ("没人办", "2")]
    menu = clerk.get("/queue/saved/?step=open", headers={"HX-Request": "true"}).content.decode()
    assert "/queue/?step=open&amp;source=web" in menu
    secretary = client_as("secretary").get("/queue/saved/").context["lists"]
    assert [each["saved"].name for each in secretary] == ["没人办"]
    assert client_as("other_clerk").get("/queue/saved/").context["lists"] == []


def test_a_list_under_a_name_opens_with_its_columns_on_the_page_at_hand(cast: Cast, client_as: ClientAs) -> None:
    report(cast, 1)
    client = client_as("clerk")
    client.get("/queue/table/?step=open&cols=title&cols=due")
    client.post("/queue/saved/?step=open", {"name": "标题和期限", "owner": "me"})
    client.get("/queue/table/?step=open&cols=number")
    menu = client.get("/queue/saved/?step=open&at=queue-table", headers={"HX-Request": "true"}).context["lists"]
    assert menu[0]["href"] == "/queue/table/?step=open&cols=title%2Cdue"
    client.get(client.get("/queue/saved/").context["lists"][0]["href"])
    table = client.get("/queue/table/?step=open")
    assert [column.name for column in table.context["columns"]] == ["title", "due"]


def test_a_list_is_renamed_set_first_and_removed_and_a_stale_change_is_refused(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    clerk.post("/queue/saved/?step=open&source=phone", {"name": "来电", "owner": "me"})
    saved = SavedList.objects.get()
    there = f"/queue/saved/{saved.pk}/"
    assert clerk.post(there, {"name": "电话来的", "is_default": "on", "version": "1"}).status_code == 302
    assert clerk.get("/queue/").headers["Location"].startswith("/queue/?step=open&source=phone")
    assert clerk.get("/queue/?step=waiting").status_code == 200
    late = clerk.post(there, {"name": "别的", "version": "1"})
    assert late.status_code == 409
    assert "电话来的" in late.content.decode()
    assert "别的" in late.content.decode()
    twice = clerk.post("/queue/saved/?step=open", {"name": "电话来的", "owner": "me"})
    assert twice.status_code == 422
    assert client_as("other_clerk").post(f"{there}removal/").status_code == 404
    assert clerk.post(f"{there}removal/").status_code == 302
    assert not SavedList.objects.exists()


def test_nobody_keeps_a_list_for_a_desk_they_do_not_sit_at(cast: Cast, client_as: ClientAs) -> None:
    elsewhere = f"node:{cast.nodes['other_community'].pk}"
    answer = client_as("clerk").post("/queue/saved/?step=open", {"name": "别处", "owner": elsewhere})
    assert answer.status_code == 422
    assert not SavedList.objects.exists()


def test_one_matter_as_pdf_has_its_words_and_no_phone(cast: Cast, client_as: ClientAs) -> None:
    [matter] = report(cast, 1, text="井盖松动，请打 19900001234")
    answer = client_as("clerk").get(f"/matters/{matter.dossier.number}/file.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    content = answer.content
    assert content.startswith(b"%PDF")
    assert b"19900001234" not in content
    assert AuditEntry.objects.filter(kind="matter.exported", object_id=matter.pk).count() == 1


def test_the_map_counts_every_matter_of_the_list_once_and_goes_closer(cast: Cast, client_as: ClientAs) -> None:
    matters = report(cast, 6)
    spots = [middle(0, 0)] * 3 + [(middle(0, 0)[0] + 0.004, middle(0, 0)[1])] * 2 + [(None, None)]
    for matter, (lon, lat) in zip(matters, spots, strict=True):
        Dossier.objects.filter(pk=matter.pk).update(lon=lon, lat=lat)
    client = client_as("clerk")
    page = client.get("/queue/map/?step=waiting")
    assert sorted(spot.count for spot in page.context["spots"]) == [2, 3]
    assert (page.context["shown"], page.context["missing"]) == (5, 1)
    assert [(line.name, line.count, line.missing) for line in page.context["lines"]] == [("第一网格", 6, 1)]
    fullest = max(page.context["spots"], key=lambda spot: spot.count)
    near = client.get(fullest.href)
    assert (near.context["shown"], len(near.context["rows"])) == (3, 3)
    west, south, east, north = page.context["box"]
    answer = client.get(page.context["points"], {"step": "waiting", "box": f"{west},{south},{east},{north}"}).json()
    drawn = [(each["properties"]["count"], each["properties"]["href"]) for each in answer["features"]]
    assert drawn == [(spot.count, spot.href) for spot in page.context["spots"]]
    assert client.get("/queue/map.geojson?step=waiting").status_code == 404
    assert client_as("other_clerk").get("/queue/map/?step=waiting").context["box"] is None
    for box in ("x", "1,2,3", "nan,0,1,1", "113,22,112,23", "-999,0,1,1", "1,1,1,1"):
        assert client.get("/queue/map/", {"step": "waiting", "box": box}).status_code == 200


def test_what_an_actor_reaches_and_takes_part_in_is_on_the_map_once(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    [matter] = report(cast, 1)
    Dossier.objects.filter(pk=matter.pk).update(lon=113.965, lat=22.855)
    dispatch.take(matter, by=actor("worker"), now=timezone.now())
    assert client_as("worker").get("/queue/map/?step=handling").context["shown"] == 1
