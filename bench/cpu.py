"""Processor time of a measurement, ours and the database's: on a busy machine the wall clock says little."""

import os
import time
from collections.abc import Callable

from django.db import connection

TICKS = os.sysconf("SC_CLK_TCK")


def timed(call: Callable[[], int]) -> tuple[int, str]:
    """What the call returned, and "12.3 s (CPU: 4.1 s Python, 3.9 s PostgreSQL; load 2.0)"."""
    begun, ours, theirs = time.perf_counter(), time.process_time(), _server()
    done = call()
    wall, used = time.perf_counter() - begun, time.process_time() - ours
    database = f", {_server() - theirs:.1f} s PostgreSQL" if connection.vendor == "postgresql" else ""
    return done, f"{wall:.1f} s (CPU: {used:.1f} s Python{database}; load {os.getloadavg()[0]:.1f})"


def spent(call: Callable[[], object]) -> float:
    """Milliseconds of processor time of a call, ours and that of the server process of our connection."""
    pid = _process()
    ours, theirs = time.process_time(), _running(pid)
    call()
    return (time.process_time() - ours) * 1000 + _running(pid) - theirs


def gather() -> None:
    """Have the database count its rows, so that it plans with what is there."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def _process() -> int:
    """The server process of our connection; 0 where there is none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone() or (0,)
    return int(pid)


def _running(pid: int) -> float:
    """Milliseconds a process has run so far; 0 where it is not on this machine."""
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6
    except OSError:
        return 0.0


def _server() -> float:
    """Seconds that the server process of our connection has used so far; 0 where it is not on this machine."""
    try:
        with open(f"/proc/{_process()}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
