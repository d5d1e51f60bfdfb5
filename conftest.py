"""Fixtures of the whole suite: the cast is seeded once; a race gets a copy of the database for itself."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django.plugin import DjangoDbBlocker

from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground
from tests import cast as the_cast
from tests.cast import Cast


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """The database of this test process with the cast in it. Ours, because races use it without Django's fixtures."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        the_cast.seed()
        connections.close_all()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity=0)


@pytest.fixture
def cast(db: None) -> Cast:
    """The people and places of the small town."""
    ground.look_again()
    return the_cast.load()


@pytest.fixture
def client_as(cast: Cast) -> Callable[[str], Client]:
    """A browser signed in as one of the cast."""

    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(cast.users[username])
        return client

    return signed_in


@pytest.fixture
def actor(cast: Cast) -> Callable[[str], Actor]:
    """One of the cast as the actor of an act."""
    return lambda username: Actor.of(cast.users[username])


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[Cast]:
    """A copy of the seeded database in which threads and processes really commit; gone afterwards."""
    with django_db_blocker.unblock():
        config = connections.settings["default"]
        template = config["NAME"]
        connections.close_all()
        config["NAME"] = _copy(template, tmp_path)
        ground.look_again()
        try:
            yield the_cast.load()
        finally:
            connections.close_all()
            copy, config["NAME"] = config["NAME"], template
            ground.look_again()
            if connection.vendor == "postgresql":
                _on_server(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _copy(template: str, folder: Path) -> str:
    if connection.vendor == "sqlite":
        copy = folder / "own.sqlite3"
        for suffix in ("", "-wal"):
            if Path(f"{template}{suffix}").exists():
                shutil.copy(f"{template}{suffix}", f"{copy}{suffix}")
        return str(copy)
    copy_name = f"{template}_own"
    _on_server(f'DROP DATABASE IF EXISTS "{copy_name}" WITH (FORCE)')
    _on_server(f'CREATE DATABASE "{copy_name}" TEMPLATE "{template}"')
    return copy_name


def _on_server(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
