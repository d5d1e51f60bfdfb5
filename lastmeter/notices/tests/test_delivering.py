"""The outbox against a real mail server and a real gateway: sent once, tried again, put aside, never lost."""

import hashlib
import hmac
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.db import connection, connections, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import system
from lastmeter.notices import delivering, outbox, rules
from lastmeter.notices.models import Delivery
from lastmeter.notices.tests.conftest import GATEWAY_KEY, Gateway, MailServer


def mail(now: datetime, address: str = "lin@example.org", key: str = "k", *, urgent: bool = False) -> Delivery:
    with transaction.atomic():
        outbox.send_to("email", address, "织𬕂镇的事项", "请在今天办理。", key=key, urgent=urgent, now=now)
    return Delivery.objects.get(key=key)


def text(now: datetime, key: str = "k") -> Delivery:
    with transaction.atomic():
        outbox.send_to("sms", "19900000123", "", "您的事项已办结。", key=key, urgent=True, now=now)
    return Delivery.objects.get(key=key)


@pytest.mark.django_db
def test_a_mail_arrives_whole_and_once(mail_server: MailServer, now: datetime) -> None:
    delivery = mail(now)
    mail(now)
    assert delivering.deliver(now) == 1
    assert delivering.deliver(now) == 0
    [letter] = mail_server.letters
    parsed = message_from_bytes(letter, policy=policy.default)
    assert parsed["Subject"] == "织𬕂镇的事项"
    assert parsed["Message-ID"] == f"<delivery-{delivery.pk}@localhost>"
    assert "请在今天办理。" in parsed.get_content()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.sent_at, delivery.tries) == ("sent", now, 1)


@pytest.mark.django_db
def test_an_address_refused_for_good_is_put_aside_and_the_others_still_go(
    mail_server: MailServer, now: datetime
) -> None:
    mail_server.refuses = {"gone@example.org": "550 no such user", "full@example.org": "452 mailbox full"}
    gone, full = mail(now, "gone@example.org", "1"), mail(now, "full@example.org", "2")
    mail(now, "lin@example.org", "3")
    assert delivering.deliver(now) == 1
    gone.refresh_from_db()
    full.refresh_from_db()
    assert (gone.state, full.state) == ("dead", "waiting")
    assert "550" in gone.error
    assert timedelta(seconds=8) <= full.due_at - now <= timedelta(seconds=12)


@pytest.mark.django_db
def test_a_text_is_signed_and_keeps_its_id(gateway: Gateway, now: datetime) -> None:
    delivery = text(now)
    gateway.status = 503
    assert delivering.deliver(now) == 0
    gateway.status = 200
    assert delivering.deliver(now + timedelta(seconds=13)) == 1
    [body] = gateway.bodies
    assert json.loads(body) == {"to": "19900000123", "text": "您的事项已办结。", "id": str(delivery.pk)}
    assert gateway.signatures == ["sha256=" + hmac.new(GATEWAY_KEY.encode(), body, hashlib.sha256).hexdigest()]


@pytest.mark.django_db
def test_eight_failures_make_a_dead_letter_that_can_be_sent_again(gateway: Gateway, now: datetime) -> None:
    delivery = text(now)
    gateway.status = 500
    at = now
    for tries in range(1, 9):
        delivering.deliver(at)
        delivery.refresh_from_db()
        assert delivery.tries == tries
        at += timedelta(hours=2)
    assert delivery.state == "dead"
    assert "500" in delivery.error
    gateway.status = 200
    assert delivering.deliver(at) == 0
    assert delivering.resend(delivery, by=system("test"), now=at)
    assert not delivering.resend(delivery, by=system("test"), now=at)
    assert delivering.deliver(at) == 1


@pytest.mark.django_db
def test_a_number_the_gateway_refuses_is_not_tried_again(gateway: Gateway, now: datetime) -> None:
    delivery = text(now)
    gateway.status = 422
    delivering.deliver(now)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("dead", 1)


@pytest.mark.django_db
def test_quiet_hours_hold_back_what_is_not_urgent(mail_server: MailServer) -> None:
    night = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 23:00 in China
    mail(night, key="calm")
    mail(night, key="urgent", urgent=True)
    assert delivering.deliver(night) == 1
    assert delivering.deliver(night + timedelta(hours=7, minutes=59)) == 0
    assert delivering.deliver(night + timedelta(hours=8)) == 1


@pytest.mark.django_db
def test_address_and_words_are_not_readable_in_the_database(mail_server: MailServer, now: datetime) -> None:
    mail(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, words FROM notices_delivery")
        [row] = cursor.fetchall()
    assert b"lin" not in bytes(row[0])
    assert "请在".encode() not in bytes(row[1])


@pytest.mark.race
@pytest.mark.usefixtures("own_database")
def test_four_workers_send_each_message_once(gateway: Gateway, now: datetime) -> None:
    for number in range(40):
        text(now, f"k{number}")

    def work(worker: int) -> int:
        try:
            return delivering.deliver(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 40
    assert len({json.loads(body)["id"] for body in gateway.bodies}) == len(gateway.bodies) == 40


WORKER = """
import django; django.setup()
from datetime import datetime
from lastmeter.notices import delivering
delivering.deliver(datetime.fromisoformat({now!r}))
"""


@pytest.mark.race
@pytest.mark.usefixtures("own_database")
def test_a_worker_killed_between_claim_and_send_loses_nothing(gateway: Gateway, now: datetime) -> None:
    delivery = text(now)
    gateway.let_go.clear()
    worker = subprocess.Popen([sys.executable, "-c", WORKER.format(now=now.isoformat())], env=_environment(gateway))
    try:
        assert gateway.asked.wait(30)
        delivery.refresh_from_db()
        assert delivery.state == "sending"
    finally:
        worker.kill()
        worker.wait()
    gateway.let_go.set()
    assert delivering.deliver(now + timedelta(minutes=1)) == 0
    assert delivering.deliver(now + delivering.LEASE + timedelta(seconds=1)) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("sent", 2)


def _environment(gateway: Gateway) -> dict[str, str]:
    """What the worker's process needs to use this test's database, keys and gateway."""
    config = connections.settings["default"]
    address = f"sqlite:///{config['NAME']}"
    if connection.vendor == "postgresql":
        password = f":{config['PASSWORD']}" if config["PASSWORD"] else ""
        host = f"{config['HOST']}:{config['PORT'] or 5432}"
        address = f"postgresql://{config['USER']}{password}@{host}/{config['NAME']}"
    return {
        "PYTHONPATH": str(django_settings.ROOT),
        "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings",
        "LASTMETER_DATABASE_URL": address,
        "LASTMETER_VAR": str(django_settings.VAR),
        "LASTMETER_SMS_GATEWAY": gateway.url,
        "LASTMETER_SMS_KEY": GATEWAY_KEY,
    }


def test_a_gateway_without_encryption_stops_the_start(settings: Settings) -> None:
    def found() -> set[str | None]:
        return {message.id for message in run_checks()} & {"notices.E001"}

    settings.SMS_GATEWAY = "http://gateway.example/send"
    assert found() == {"notices.E001"}
    for fine in ("https://gateway.example/send", "http://127.0.0.1:9/", ""):
        settings.SMS_GATEWAY = fine
        assert not found()


@given(st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_waiting_grows_up_to_an_hour(tries: int, chance: float) -> None:
    wait = rules.wait_after(tries, chance).total_seconds()
    assert 8 <= wait <= 4320
    assert wait <= min(2**tries * 5, 3600) * 1.2


@given(st.text(max_size=50), st.integers(1, 20))
def test_clipping_never_exceeds_the_limit(words: str, limit: int) -> None:
    clipped = rules.clip(words, limit)
    assert len(clipped) <= limit
    assert clipped == words or clipped.endswith("…")
