"""A resident reports and follows it, through the front door and without account."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.people import phone_hash
from lastmeter.dossiers.models import Attachment, Dossier
from lastmeter.grid.models import Plate
from lastmeter.kit.uploads import check_photo
from lastmeter.matters import handling, settling
from lastmeter.matters.models import Category, Matter, Rating, Requester, Source
from lastmeter.matters.talking import asking
from lastmeter.notices.channels import screen
from tests.cast import Cast, middle

Actors = Callable[[str], Actor]
TEXT = "6 栋楼下夜市凌晨放音响，孩子睡不着"


def picture(
    color: str = "red", size: tuple[int, int] = (64, 48), position: tuple[float, float] | None = None
) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    exif = Image.Exif()
    if position:
        lon, lat = position
        gps = exif.get_ifd(0x8825)
        gps[1], gps[3] = "N", "E"
        gps[2] = (int(lat), 0.0, (lat - int(lat)) * 3600)
        gps[4] = (int(lon), 0.0, (lon - int(lon)) * 3600)
    Image.new("RGB", size, color).save(buffer, "JPEG", exif=exif)
    return SimpleUploadedFile(f"{color}.jpg", buffer.getvalue(), "image/jpeg")


def send(client: Client, cast: Cast, ref: object = "ref-1", **values: object) -> object:
    data: dict[str, object] = {"client_ref": ref, "text": TEXT, "node": cast.nodes["grid"].pk, "compared": "1"}
    return client.post("/report/", {name: value for name, value in (data | values).items() if value is not None})


def filed() -> Matter:
    return Matter.objects.select_related("dossier").latest("pk")


def code_on(client: Client, matter: Matter) -> str:
    page = client.get(f"/report/{matter.dossier.number}/").content.decode()
    return str(re.findall(r'<p class="big num">([0-9A-Z]{8})</p>', page)[0])


def test_a_report_without_account_gives_a_number_a_code_and_a_date(cast: Cast, client: Client) -> None:
    answer = send(client, cast, phone="199 0000 1234", name="李")
    matter = filed()
    assert answer.headers["Location"].startswith(f"/report/{matter.dossier.number}/")  # type: ignore[attr-defined]
    page = client.get(f"/report/{matter.dossier.number}/").content.decode()
    assert "办结期限" in page
    assert "19900001234" not in page
    assert Requester.objects.get(matter=matter).phone == "19900001234"


def test_a_double_tap_gives_the_same_number_and_the_same_code(cast: Cast, client: Client) -> None:
    first = send(client, cast)
    code = code_on(client, filed())
    again = send(client, cast)
    assert again.headers["Location"] == first.headers["Location"]  # type: ignore[attr-defined]
    assert code_on(client, filed()) == code
    assert Dossier.objects.count() == 1


def test_the_code_opens_the_progress_page_on_another_phone_and_a_wrong_one_does_not(cast: Cast, client: Client) -> None:
    send(client, cast)
    matter, code, other = filed(), code_on(client, filed()), Client()
    address = f"/m/{matter.dossier.number}/"
    assert TEXT not in other.get(address).content.decode()
    assert other.post(address, {"code": "AAAAAAAA"}).status_code == 422
    assert other.post("/m/", {"number": matter.dossier.number.lower(), "code": code.lower()}).status_code == 302
    assert TEXT in other.get(address).content.decode()


def test_guessing_codes_ends_after_ten_tries_with_a_sentence(cast: Cast, client: Client) -> None:
    send(client, cast)
    address, stranger = f"/m/{filed().dossier.number}/", Client()
    for _ in range(10):
        stranger.post(address, {"code": "AAAAAAAA"})
    assert "再试" in stranger.post(address, {"code": code_on(client, filed())}).content.decode()


@pytest.mark.parametrize("number", ["CYY5T7RY7F", "nonsense", "０" * 40, "织𬕂"])
def test_a_number_that_is_none_asks_for_a_code_like_any_other(cast: Cast, client: Client, number: str) -> None:
    assert client.get(f"/m/{number}/").status_code == 200


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"text": "字" * 50_000}, "最多 5000 个字"),
        ({"text": "  \x00 "}, "请写一句话"),
        ({"node": None}, "请选一下地点"),
        ({"node": None, "lon": "112.5", "lat": "20.0"}, "不在网格范围内"),
        ({"node": "999999999"}, "请选一下地点"),
        ({"phone": "12"}, "手机"),
        ({"photos": SimpleUploadedFile("a.jpg", b"PK\x03\x04" + b"0" * 200)}, "a.jpg"),
        ({"lon": "nan", "lat": "1e999", "node": None}, ""),
    ],
)
def test_wrong_input_gets_a_sentence_and_nothing_typed_is_lost(
    cast: Cast, client: Client, values: dict[str, object], says: str
) -> None:
    answer = send(client, cast, place="3 栋门口", **values)
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert says in page
    assert "3 栋门口" in page
    assert Dossier.objects.count() == 0


def test_rare_characters_survive_and_lone_surrogates_do_no_harm(cast: Cast, client: Client) -> None:
    body = urlencode({"client_ref": "r", "node": cast.nodes["grid"].pk, "text": "织𬕂镇的灯坏了"}) + "%ED%A0%80"
    client.post("/report/", body, content_type="application/x-www-form-urlencoded")
    assert "织𬕂镇" in filed().text


def test_a_zip_named_jpg_and_a_photo_of_20_mb_are_refused_and_the_good_photo_is_kept(
    cast: Cast, client: Client
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x", "y")
    bad = SimpleUploadedFile("照片.jpg", buffer.getvalue(), "image/jpeg")
    huge = SimpleUploadedFile("大.jpg", b"\xff\xd8\xff\xe0" + b"0" * (20 * 1024 * 1024), "image/jpeg")
    for wrong in (bad, huge):
        answer = send(client, cast, photos=[picture(), wrong])
        assert answer.status_code == 422  # type: ignore[attr-defined]
    missing = send(client, cast, photos=[picture("blue")], text="")
    kept = re.findall(r'name="kept"[^>]*value="([^"]+)"', missing.content.decode())  # type: ignore[attr-defined]
    send(client, cast, kept=kept[0])
    assert Attachment.objects.filter(dossier=filed().pk).count() == 1


def test_a_photo_offers_its_place_and_keeps_no_position(cast: Cast, client: Client) -> None:
    where = middle(1, 1)
    offered = send(client, cast, node=None, photos=[picture(position=where)])
    page = offered.content.decode()  # type: ignore[attr-defined]
    assert "第四网格" in page
    hidden = dict(re.findall(r'name="(kept|lon|lat)"[^>]*value="([^"]+)"', page))
    send(client, cast, node=None, **hidden)
    matter = filed()
    assert matter.dossier.grid_id == cast.nodes["last_grid"].pk
    photo = Attachment.objects.get(dossier=matter.pk)
    stored = client.get(f"/m/{matter.dossier.number}/photos/{photo.sha256}/")
    content = b"".join(stored.streaming_content)  # type: ignore[attr-defined]
    assert not Image.open(io.BytesIO(content)).getexif()


def test_danger_words_stop_once_with_a_number_to_call_and_lose_nothing(cast: Cast, client: Client) -> None:
    stopped = send(client, cast, text="楼下着火了！")
    page = stopped.content.decode()  # type: ignore[attr-defined]
    assert "tel:119" in page
    assert "楼下着火了" in page
    send(client, cast, text="楼下着火了！", calmed="1")
    assert Dossier.objects.count() == 1


def test_similar_matters_nearby_are_shown_before_sending(cast: Cast, client: Client) -> None:
    send(client, cast)
    hinted = send(Client(), cast, ref="ref-2", text="夜市凌晨放音响，睡不着", compared=None)
    assert "附近有相似的事" in hinted.content.decode()  # type: ignore[attr-defined]
    assert Dossier.objects.count() == 1


def test_picking_a_place_keeps_what_was_typed_but_not_the_phone(cast: Cast, client: Client) -> None:
    send(client, cast, node=None, phone="19900001234", pick="1")
    page = client.get("/report/?place=1").content.decode()
    assert TEXT in page
    assert "19900001234" not in page


def test_a_requester_answers_rates_once_and_reopens(cast: Cast, client: Client, actor: Actors) -> None:
    send(client, cast)
    matter = filed()
    address = f"/m/{matter.dossier.number}/"
    now = timezone.now()
    asking.ask(matter, question="哪一栋？", by=actor("clerk"), now=now)
    assert "哪一栋" in client.get(address).content.decode()
    assert client.post(f"{address}answer/", {"text": "6 栋", "photos": [picture()]}).status_code == 302
    settling.settle(matter, result="关了", by=actor("worker"), now=now)
    assert client.post(f"{address}rating/", {"score": "1", "solved": "no", "words": "又响了"}).status_code == 302
    assert client.post(f"{address}rating/", {"score": "3", "solved": "yes"}).status_code == 409
    assert Rating.objects.get(matter=matter).score == 1
    assert client.post(f"{address}reopening/", {"reason": ""}).status_code == 302  # unfolded, sent: two taps


def test_photos_of_an_internal_note_stay_inside(cast: Cast, client: Client, actor: Actors) -> None:
    send(client, cast)
    matter = filed()
    file = picture("green")
    photo = check_photo(file, "x.jpg", file.size or 0)
    handling.note(matter, text="店主姓名", photos=[photo], by=actor("clerk"), now=timezone.now())
    assert client.get(f"/m/{matter.dossier.number}/photos/{photo.sha256}/").status_code == 404


@pytest.mark.parametrize("path", ["answer/", "rating/", "reopening/", "withdrawal/"])
def test_a_stranger_can_do_nothing_with_a_number(cast: Cast, client: Client, path: str) -> None:
    send(client, cast)
    assert Client().post(f"/m/{filed().dossier.number}/{path}", {"text": "x", "reason": "x"}).status_code == 404


def test_a_wrong_code_says_how_many_tries_are_left(cast: Cast, client: Client) -> None:
    send(client, cast)
    page = Client().post(f"/m/{filed().dossier.number}/", {"code": "AAAAAAAA"}).content.decode()
    assert "还可以试 9 次" in page


@pytest.mark.parametrize("node", ["²", "9" * 5000, "-1", "\x00", "织𬕂"])
def test_a_place_that_is_no_number_is_asked_for_again(cast: Cast, client: Client, node: str) -> None:
    assert send(client, cast, node=node).status_code == 422  # type: ignore[attr-defined]


def test_nine_photos_are_taken_and_a_tenth_is_not(cast: Cast, client: Client) -> None:
    colors = ["red", "green", "blue", "white", "black", "gray", "pink", "gold", "teal"]
    refused = send(client, cast, photos=[picture(color) for color in [*colors, "navy"]])
    assert refused.status_code == 422  # type: ignore[attr-defined]
    send(client, cast, photos=[picture(color) for color in colors])
    assert Attachment.objects.filter(dossier=filed().pk).count() == 9


def test_somebody_who_knows_the_kind_may_say_it(cast: Cast, client: Client) -> None:
    noise = Category.objects.get(scheme__code="local", code="env-noise", valid_to=None)
    send(client, cast, category=noise.pk)
    assert filed().category == noise


@pytest.mark.parametrize("category", ["x", "999999999", "1' OR 1"])
def test_a_kind_that_is_none_is_said_beside_the_field(cast: Cast, client: Client, category: str) -> None:
    answer = send(client, cast, category=category, pick=None)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert send(client, cast, category=category, pick="1").status_code == 302  # type: ignore[attr-defined]
    assert TEXT in client.get("/report/").content.decode()


def test_a_scanned_plate_is_the_source_and_a_picked_place_is_not(cast: Cast, client: Client) -> None:
    grid = cast.nodes["grid"]
    client.get(f"/places/?pick={grid.pk}&next=/report/")
    send(client, cast)
    assert filed().source == Source.WEB
    plate = Plate.objects.create(node=grid, token="t0ken")
    client.get(f"/q/{plate.token}/")
    send(client, cast, ref="ref-2")
    assert filed().source == Source.PLATE


def test_a_code_proves_the_phone_and_is_shown_to_its_own_report_alone(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "available", lambda: True)
    send(client, cast, phone="19900001234")
    first = f"/report/{filed().dossier.number}/phone/"
    client.post(f"{first}code/")
    [code] = re.findall(r'<b class="num">(\d{6})</b>', client.get(first).content.decode())
    send(client, cast, ref="ref-2", phone="19900005678")
    assert code not in client.get(f"/report/{filed().dossier.number}/phone/").content.decode()
    assert client.post(first, {"code": "abc"}).status_code == 422
    assert client.post(first, {"code": code}).status_code == 302
    assert Requester.objects.get(phone_hash=phone_hash("19900001234")).phone_verified_at is not None


def test_an_account_sees_what_its_proved_phone_reported_and_no_unproved_one(
    cast: Cast, client: Client, client_as: Callable[[str], Client]
) -> None:
    resident = cast.users["resident"]
    type(resident).objects.filter(pk=resident.pk).update(phone="19900004321", phone_hash=phone_hash("19900004321"))
    send(client, cast, phone="19900004321")
    address = f"/m/{filed().dossier.number}/"
    assert TEXT not in client_as("resident").get(address).content.decode()
    Requester.objects.update(phone_verified_at=timezone.now())
    assert TEXT in client_as("resident").get(address).content.decode()
    assert filed().dossier.title in client_as("resident").get("/mine/").content.decode()
    assert TEXT not in client_as("other_clerk").get(address).content.decode()


def test_after_the_window_nobody_reopens_and_the_page_no_longer_offers_it(
    cast: Cast, client: Client, actor: Actors
) -> None:
    send(client, cast)
    matter = filed()
    address = f"/m/{matter.dossier.number}/"
    settling.settle(matter, result="关了", by=actor("worker"), now=timezone.now())
    assert "要求重办" in client.get(address).content.decode()
    Matter.objects.filter(pk=matter.pk).update(reopen_until=timezone.now() - timedelta(seconds=1))
    assert "要求重办" not in client.get(address).content.decode()
    late = client.post(f"{address}reopening/", {"reason": "又响了"})
    assert late.status_code == 409
    assert "已过重开期限" in late.content.decode()


def test_an_answer_after_the_question_lapsed_still_reaches_the_desk(cast: Cast, client: Client, actor: Actors) -> None:
    send(client, cast)
    matter = filed()
    asked = asking.ask(matter, question="哪一栋？", by=actor("clerk"), now=timezone.now())
    asking.lapse(asked.lapses_at)
    assert client.post(f"/m/{matter.dossier.number}/answer/", {"text": "是 6 栋"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answer == ""
    assert "是 6 栋" in client.get(f"/m/{matter.dossier.number}/").content.decode()
