"""A fresh database with the cast's town in it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

Row = dict[str, Any]


def prepare() -> None:
    """Drop and create the measurement's database, migrate it and seed the town. Call before anything else."""
    address = urlsplit(settings.DATABASE_URL)
    if address.scheme == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(address.path.removeprefix("/") + suffix).unlink(missing_ok=True)
    else:
        name = address.path.lstrip("/")
        with psycopg.connect(address._replace(path="/postgres").geturl(), autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}"')
    import django  # the database has to exist before the apps ask for it

    django.setup()
    from django.core.management import call_command

    from tests import cast

    call_command("migrate", verbosity=0)
    cast.seed()


def p50(call: Callable[[], object], times: int) -> float:
    """Median milliseconds of a call."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)[len(taken) // 2]
