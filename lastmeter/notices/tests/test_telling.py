"""Who is told gets one notice and, with an address, one mail; nobody is told of what was rolled back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from lastmeter.accounts.models import User
from lastmeter.notices import inbox, jobs, outbox
from lastmeter.notices.models import Delivery, Notice
from lastmeter.notices.tests.conftest import MailServer

pytestmark = pytest.mark.django_db
Person = Callable[..., User]


def tell(users: list[User], now: datetime, **more: Any) -> int:
    return outbox.tell(users, **{"kind": "matter.new", "title": "新的事项", "key": "m1", "now": now, **more})


def test_the_same_key_tells_the_same_person_once(person: Person, mail_server: MailServer, now: datetime) -> None:
    lin, mo = person(email="lin@example.org"), person("mo")
    assert tell([lin, mo, lin], now) == 2
    assert tell([lin], now) == 1
    assert tell([lin], now, key="m2") == 1
    assert Notice.objects.count() == 3
    assert Delivery.objects.count() == 2


def test_many_are_told_in_three_statements(
    person: Person, mail_server: MailServer, now: datetime, django_assert_num_queries: Any
) -> None:
    users = [person(f"p{n}", email=f"p{n}@example.org") for n in range(20)]
    with django_assert_num_queries(3):
        tell(users, now)
    with django_assert_num_queries(0):
        tell([], now)


def test_without_a_mail_server_there_is_one_statement_and_no_delivery(
    person: Person, now: datetime, django_assert_num_queries: Any
) -> None:
    user = person(email="lin@example.org")
    with django_assert_num_queries(1):
        tell([user], now)
    assert not outbox.send_to("email", "a@example.org", "主题", "内容", key="k", now=now)
    assert not Delivery.objects.exists()


def test_nobody_is_told_of_what_was_rolled_back(person: Person, mail_server: MailServer, now: datetime) -> None:
    user = person(email="lin@example.org")
    with pytest.raises(RuntimeError), transaction.atomic():
        _tell_and_fail(user, now)
    assert not Notice.objects.exists()
    assert not Delivery.objects.exists()


def _tell_and_fail(user: User, now: datetime) -> None:
    tell([user], now)
    raise RuntimeError


def test_a_long_title_is_cut_and_rare_characters_stay(person: Person, now: datetime) -> None:
    tell([person()], now, title="织𬕂镇" * 100)
    title = Notice.objects.get().title
    assert title.startswith("织𬕂镇")
    assert (len(title), title[-1]) == (200, "…")


def test_one_reads_ones_own_notices_by_page(person: Person, now: datetime) -> None:
    lin, mo = person(), person("mo")
    for number in range(31):
        tell([lin], now, title=f"第 {number} 件", key=f"m{number}", link="/today/" if number else "")
    tell([mo], now, title="别人的事")
    assert inbox.unread_count(lin) == 31
    browser = Client()
    browser.force_login(lin)
    page = browser.get("/notices/").content.decode()
    assert "第 30 件" in page
    assert "第 0 件" not in page
    assert "别人的事" not in page
    linked, plain = Notice.objects.get(title="第 1 件"), Notice.objects.get(title="第 0 件")
    assert browser.get(f"/notices/{linked.pk}/").headers["Location"] == "/today/"
    assert "第 0 件" in browser.get(f"/notices/{plain.pk}/").content.decode()
    assert inbox.unread_count(lin) == 29
    assert browser.get(f"/notices/{Notice.objects.get(user=mo).pk}/").status_code == 404
    browser.post("/notices/read/")
    assert (inbox.unread_count(lin), inbox.unread_count(mo)) == (0, 1)


def test_an_empty_list_says_what_will_stand_there(person: Person) -> None:
    browser = Client()
    browser.force_login(person())
    assert "还没有通知" in browser.get("/notices/").content.decode()


def test_what_is_past_its_term_is_deleted(person: Person, now: datetime) -> None:
    tell([person()], now)
    assert jobs.purge(now + timedelta(days=364)) == 0
    assert jobs.purge(now + timedelta(days=366)) == 1


def test_a_thousand_occasions_at_once_are_told_once_each(person: Person, now: datetime) -> None:
    lin = person()
    messages = [outbox.Message(user_id=lin.pk, kind="matter.new", title=f"第 {n} 件", key=f"m{n}") for n in range(1000)]
    with transaction.atomic():
        outbox.tell_many(messages[::2], now=now)
        outbox.tell_many(messages, now=now)
    assert Notice.objects.count() == 1000
    assert Notice.objects.get(key="m7").title == "第 7 件"
