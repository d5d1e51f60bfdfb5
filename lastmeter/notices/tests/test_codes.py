"""A code proves a phone: sent by the gateway, shown in the demo, used once, guessed at most five times."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from lastmeter.accounts import limits
from lastmeter.accounts.models import Installation
from lastmeter.kit.crypto import BadPhone
from lastmeter.notices import codes, jobs
from lastmeter.notices.models import Delivery, PhoneCode
from lastmeter.notices.tests.conftest import Gateway

PHONE = "19900000123"


@pytest.fixture
def demo(db: None, settings: Settings) -> None:
    settings.DEMO = True
    Installation.objects.update_or_create(id=1, defaults={"demo": True})


def shown(now: datetime, phone: str = PHONE, client: str = "c") -> str:
    code = codes.send_code(phone, "report", client=client, now=now).shown
    assert code is not None
    return code


@pytest.mark.django_db
def test_without_a_channel_no_proof_is_offered(settings: Settings, now: datetime) -> None:
    assert not codes.phone_proof_offered()
    with pytest.raises(codes.NotOffered):
        codes.send_code(PHONE, "report", client="c", now=now)
    settings.DEMO = True  # but the database is no demo
    Installation.objects.update(demo=False)
    assert not codes.phone_proof_offered()


@pytest.mark.django_db
def test_a_code_goes_out_by_the_gateway_and_is_not_shown(gateway: Gateway, now: datetime) -> None:
    assert codes.send_code(PHONE, "report", client="c", now=now).shown is None
    assert jobs.deliver(now) == 1
    message = json.loads(gateway.bodies[0])
    code = next(part for part in message["text"].replace("，", " ").split() if part.isdigit() and len(part) == 6)
    assert codes.check_code("+86 199 0000 0123", f" {code} ", "report", now + timedelta(minutes=9))


@pytest.mark.usefixtures("demo")
def test_a_code_works_once_for_its_phone_and_purpose(now: datetime) -> None:
    code = shown(now)
    assert not codes.check_code("19900000124", code, "report", now)
    assert not codes.check_code(PHONE, code, "other", now)
    assert codes.check_code(PHONE, code, "report", now)
    assert not codes.check_code(PHONE, code, "report", now)
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("demo")
def test_a_code_ends_after_ten_minutes_and_with_the_next_one(now: datetime) -> None:
    late = shown(now)
    assert not codes.check_code(PHONE, late, "report", now + timedelta(minutes=10))
    first = shown(now + timedelta(minutes=11))
    second = shown(now + timedelta(minutes=12, seconds=1))
    if first != second:
        assert not codes.check_code(PHONE, first, "report", now + timedelta(minutes=13))
    assert codes.check_code(PHONE, second, "report", now + timedelta(minutes=13))


@pytest.mark.usefixtures("demo")
def test_the_sixth_try_is_refused_even_if_right(now: datetime) -> None:
    code = shown(now)
    for _ in range(5):
        assert not codes.check_code(PHONE, "x" + code, "other words", now)
        assert not codes.check_code(PHONE, f"{(int(code) + 1) % 10**6:06d}", "report", now)
    assert not codes.check_code(PHONE, code, "report", now)


@pytest.mark.usefixtures("demo")
def test_one_a_minute_five_an_hour_and_twenty_from_a_client(now: datetime) -> None:
    now = now.replace(second=58)
    shown(now)
    with pytest.raises(limits.TooMany) as refused:
        shown(now + timedelta(seconds=30))
    assert refused.value.retry_after == 30
    for minute in range(1, 5):
        shown(now + timedelta(minutes=minute))
    with pytest.raises(limits.TooMany):
        shown(now + timedelta(minutes=6))
    for number in range(14):  # with the six above, one of them refused
        shown(now + timedelta(minutes=7), f"199000002{number:02}")
    with pytest.raises(limits.TooMany):
        shown(now + timedelta(minutes=7), "19900000399")
    shown(now + timedelta(minutes=7), "19900000399", client="another")


@pytest.mark.usefixtures("demo")
def test_a_bad_phone_is_named_as_such(now: datetime) -> None:
    for bad in ("", "12345", "1990000012x", "²²²"):
        with pytest.raises(BadPhone):
            codes.send_code(bad, "report", client="c", now=now)
    shown(now)
    for bad in ("", "²²²", "١٢٣٤٥٦", "\x00", "9" * 50_000):
        assert not codes.check_code(PHONE, bad, "report", now)


@pytest.mark.usefixtures("demo")
def test_only_a_hash_is_kept_and_not_for_long(now: datetime) -> None:
    code = shown(now)
    row = PhoneCode.objects.get()
    assert code.encode() not in bytes(row.code_hash)
    assert jobs.purge(now + timedelta(hours=1)) == 0
    assert jobs.purge(now + timedelta(days=2)) == 1


@pytest.mark.race
@pytest.mark.usefixtures("own_database")
def test_of_eight_at_once_one_uses_the_code_up(settings: Settings, now: datetime) -> None:
    settings.DEMO = True
    Installation.objects.update_or_create(id=1, defaults={"demo": True})
    code = shown(now)

    def check(worker: int) -> bool:
        try:
            return codes.check_code(PHONE, code, "report", now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(check, range(8))) == 1
