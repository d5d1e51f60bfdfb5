"""Through the front door: signing in and out, links, passwords, sessions."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts import holdings, links, people, sessions
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.administrators import FirstLink
from lastmeter.accounts.models import AuditEntry, OneTimeLink, Session, User
from lastmeter.accounts.rules import device_word
from lastmeter.accounts.tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
Person = Callable[..., User]
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"


def sign_in(identifier: str = "lin", password: str = PASSWORD, **extra: str) -> Client:
    client = Client(headers={"user-agent": EDGE})
    client.post("/sign-in/", {"identifier": identifier, "password": password, **extra})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize("identifier", ["lin", " LIN ", "19900000123", "199 0000 0123", "+86 199-0000-0123"])
def test_a_login_name_or_a_phone_in_any_writing_signs_in(person: Person, identifier: str) -> None:
    user = person(phone="19900000123")
    assert is_in(sign_in(identifier))
    row = Session.objects.get()
    assert (row.user, row.device) == (user, "Edge · Windows")
    assert timedelta(days=13) < row.expire_date - timezone.now() <= timedelta(days=14)


def test_five_wrong_passwords_close_the_account_to_this_address_for_a_while(person: Person) -> None:
    person()
    answers = [Client().post("/sign-in/", {"identifier": "lin", "password": "wrong"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 6
    assert "再试一次" in answers[4].content.decode()
    assert "之后再试" in answers[5].content.decode()
    assert not is_in(sign_in())
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    elsewhere.post("/sign-in/", {"identifier": "lin", "password": PASSWORD})
    assert is_in(elsewhere)


def test_a_right_password_forgets_the_wrong_ones(person: Person) -> None:
    person()
    for _ in range(3):
        for _ in range(4):
            sign_in(password="wrong")
        assert is_in(sign_in())


def test_an_unknown_name_gets_the_same_answer_and_the_same_hashing(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person()
    hashed: list[str] = []
    original = MD5PasswordHasher.encode

    def encode(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return original(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
    known = Client().post("/sign-in/", {"identifier": "lin", "password": "wrong one"})
    unknown = Client().post("/sign-in/", {"identifier": "nil", "password": "wrong one"})
    assert hashed == ["wrong one", "wrong one"]
    sentence = "登录名（手机号）或密码不对"
    assert sentence in known.content.decode()
    assert sentence in unknown.content.decode()


def test_a_session_planted_before_signing_in_is_worth_nothing(person: Person) -> None:
    person()
    client = Client()
    planted = client.session
    planted["visitor"] = True
    planted.save()
    client.cookies["lm"] = str(planted.session_key)
    client.post("/sign-in/", {"identifier": "lin", "password": PASSWORD})
    assert client.cookies["lm"].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


@pytest.mark.parametrize(
    ("target", "lands"),
    [("/notices/", "/notices/"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("javascript:alert(1)", "/")],
)
def test_signing_in_leads_back_only_to_this_site(person: Person, target: str, lands: str) -> None:
    person()
    answer = Client().post("/sign-in/", {"identifier": "lin", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (302, lands)


def test_a_visitor_is_sent_to_sign_in_and_back(client: Client) -> None:
    answer = client.get("/sessions/")
    assert answer.headers["Location"] == "/sign-in/?next=/sessions/"


def test_signing_out_ends_the_session(person: Person) -> None:
    person()
    client = sign_in()
    assert client.get("/sign-out/").status_code == 200
    client.post("/sign-out/")
    assert not is_in(client)
    assert not Session.objects.filter(user__isnull=False).exists()


def test_eight_idle_hours_end_a_session(person: Person) -> None:
    person()
    client = sign_in()
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=7, minutes=59))
    assert is_in(client)
    assert Session.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    Session.objects.update(seen_at=timezone.now() - timedelta(hours=8, minutes=1))
    assert not is_in(client)


def test_one_sees_and_ends_only_ones_own_sessions(person: Person) -> None:
    person()
    person("mo", "莫小满")
    mine, other, foreign = sign_in(), sign_in(), sign_in("mo")
    assert mine.get("/sessions/").content.decode().count("Edge · Windows") == 2
    theirs = sessions.session_reference(str(foreign.session.session_key))
    mine.post(f"/sessions/{theirs}/end/")
    assert is_in(foreign)
    mine.post(f"/sessions/{sessions.session_reference(str(other.session.session_key))}/end/")
    assert not is_in(other)
    assert is_in(mine)


def test_a_new_password_ends_the_other_sessions(person: Person) -> None:
    person()
    here, there = sign_in(), sign_in()
    fields = {"old": PASSWORD, "new": "quite another phrase", "again": "quite another phrase"}
    assert here.post("/password/", {**fields, "old": "wrong"}).status_code == 422
    assert here.post("/password/", {**fields, "again": "different"}).status_code == 422
    assert here.post("/password/", {**fields, "new": "short", "again": "short"}).status_code == 422
    assert here.post("/password/", fields).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert is_in(sign_in(password="quite another phrase"))


def test_the_old_password_cannot_be_guessed_from_an_open_session(person: Person) -> None:
    person()
    browser = sign_in()
    fields = {"old": "wrong", "new": "quite another phrase", "again": "quite another phrase"}
    pages = [browser.post("/password/", fields).content.decode() for _ in range(6)]
    assert "原来的密码不对" in pages[4]
    assert "之后再试" in pages[5]
    assert browser.post("/password/", {**fields, "old": PASSWORD}).status_code == 422


def test_a_link_sets_the_first_password_once(person: Person) -> None:
    now = timezone.now()
    user = people.open_account("new", "韦新", by=system("test"), now=now)
    assert not is_in(sign_in("new", ""))
    path = links.make_link(user, OneTimeLink.Purpose.FIRST, by=system("test"), now=now)
    client = Client()
    assert "韦新" in client.get(path).content.decode()
    fields = {"new": "quite another phrase", "again": "quite another phrase"}
    assert client.post(path, {"new": "12345678", "again": "12345678"}).status_code == 422
    assert client.post(path, fields).status_code == 302
    assert is_in(client)
    again = Client().post(path, fields)
    assert again.status_code == 410
    assert "已经用过" in again.content.decode()


def test_a_later_link_or_time_makes_a_link_void(person: Person) -> None:
    now = timezone.now()
    user = person()
    first = links.make_link(user, OneTimeLink.Purpose.RESET, by=system("test"), now=now)
    second = links.make_link(user, OneTimeLink.Purpose.RESET, by=system("test"), now=now)
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    OneTimeLink.objects.update(expires_at=now - timedelta(seconds=1))
    assert Client().get(second).status_code == 410
    assert Client().get("/welcome/0000000000/").status_code == 410


def test_a_closed_account_neither_signs_in_nor_stays_in(person: Person) -> None:
    user = person()
    client = sign_in()
    assert people.close_account(user, by=system("test"), now=timezone.now())
    assert not is_in(client)
    assert not is_in(sign_in())


def test_the_security_administrator_ends_the_sessions_of_a_lost_phone(
    person: Person, first_day: list[FirstLink]
) -> None:
    [_system, security, _audit] = first_day
    user = person(phone="19900000123")
    link = links.make_link(user, OneTimeLink.Purpose.RESET, by=system("test"), now=timezone.now())
    client = sign_in()
    officer = Client()
    officer.force_login(User.objects.get(username=security.username))
    assert client.get("/people/lost-phone/").status_code == 404
    assert officer.post("/people/lost-phone/", {"identifier": "nobody"}).status_code == 422
    assert officer.post("/people/lost-phone/", {"identifier": "19900000123"}).status_code == 302
    assert not is_in(client)
    assert Client().get(link).status_code == 410
    entry = AuditEntry.objects.get(kind="phone.lost")
    assert (entry.object_id, entry.by_user) == (user.pk, User.objects.get(username=security.username).pk)


def test_the_security_administrator_gives_links_but_not_to_administrators(
    person: Person, first_day: list[FirstLink]
) -> None:
    [_system, security, audit] = first_day
    user = person()
    officer = Client()
    officer.force_login(User.objects.get(username=security.username))
    page = officer.post("/people/link/", {"identifier": "lin"}).content.decode()
    assert "http://testserver/welcome/" in page
    assert OneTimeLink.objects.filter(user=user).count() == 1
    assert officer.post("/people/link/", {"identifier": audit.username}).status_code == 422


def test_a_page_that_asks_for_nobody_asks_the_database_nothing(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/sign-in/").status_code == 200
    assert [query["sql"] for query in queries if "accounts_" in query["sql"]] == []


def test_my_data_shows_corrects_and_exports(person: Person) -> None:
    person(phone="19900000123", email="lin@example.org")
    client = sign_in()
    page = client.get("/mine/data/").content.decode()
    assert "199****0123" in page
    assert "19900000123" not in page
    assert client.post("/mine/data/", {"name": "林一帆", "email": "not an address"}).status_code == 422
    client.post("/mine/data/", {"name": "林一帆", "email": ""})
    held = client.get("/mine/data.json").json()
    assert held["accounts"]["name"] == "林一帆"
    assert held["accounts"]["phone"] == "19900000123"
    assert held["notices"] == []


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("", ""),
        (EDGE, "Edge · Windows"),
        (
            "Mozilla/5.0 (Linux; Android 10; HMA-AL00) Chrome/86.0 Mobile Safari/537.36 MicroMessenger/8.0",
            "微信 · Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
    ],
)
def test_a_device_is_called_by_a_plain_word(agent: str, word: str) -> None:
    assert device_word(agent) == word


def test_an_emptied_account_keeps_no_name_and_its_acts_stay(person: Person) -> None:
    now = timezone.now()
    user = person(phone="19900000123", email="lin@example.org")
    people.close_account(user, by=Actor.of(user), now=now - timedelta(days=4 * 365))
    assert holdings.erase_long_closed(now) == 1
    user.refresh_from_db()
    assert (user.name, user.email, user.phone) == ("已注销", "", None)
    assert AuditEntry.objects.filter(object_id=user.pk).count() > 2
