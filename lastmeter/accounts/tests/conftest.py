"""People of these tests, and the moment they happen at."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from lastmeter.accounts import administrators, people
from lastmeter.accounts.actors import system
from lastmeter.accounts.administrators import FirstLink
from lastmeter.accounts.models import Administrator, User

PASSWORD = "three plain words"
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """2026-11-24 16:30 in China."""
    return NOW


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Opens an account with a password."""

    def make(username: str = "lin", name: str = "林一舟", phone: str = "", email: str = "") -> User:
        user = people.open_account(username, name, phone=phone, email=email, by=system("test"), now=NOW)
        user.set_password(PASSWORD)
        user.save()
        return user

    return make


@pytest.fixture
def before_the_first_day(db: None) -> None:
    """An installation without administrators: the cast has its own."""
    Administrator.objects.all().delete()


@pytest.fixture
def first_day(before_the_first_day: None) -> list[FirstLink]:
    """System, security and audit administrator, each with an open link."""
    return administrators.first_administrators(NOW)
