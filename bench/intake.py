"""Intake over HTTP with everything the act does, beside the same rows and commits by psycopg alone, in one run.

Both sides: 8 clients, one report a transaction, fsync on. The SQLite figure stands beside, without a ratio asked.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import ground

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
SECONDS = 8.0
# A report's rows in the order they are written; ids of these tables come from their own sequences.
TABLES = {
    "dossiers_dossier": "id",
    "matters_matter": "dossier_id",
    "matters_requester": "matter_id",
    "dossiers_event": "dossier_id",
    "clocks_deadline": "dossier_id",
    "dossiers_searchtext": "dossier_id",
    "accounts_auditentry": "object_id",
}
OWN_ID = {"dossiers_dossier", "dossiers_event", "clocks_deadline", "accounts_auditentry", "notices_notice"}


def run() -> list[ground.Row]:
    """PostgreSQL both ways, then SQLite over HTTP."""
    ground.prepare()
    address = os.environ["LASTMETER_DATABASE_URL"]
    with _server(address, Path(os.environ["LASTMETER_VAR"])) as site:
        ours = _rate(lambda stop: _http_client(site, stop))
        memory = site.memory()
    theirs = _rate(_raw_clients(address))
    sqlite = _sqlite()
    return [
        {
            "name": f"intake over HTTP, {CLIENTS} clients, PostgreSQL",
            "ours": f"{ours:.0f}/s",
            "theirs": f"{theirs:.0f}/s psycopg alone",
            "ratio": f"{ours / theirs:.2f}",
            "asked": "≥ 0.25, 0.35 aimed at",
        },
        {"name": f"intake over HTTP, {CLIENTS} clients, SQLite", "ours": f"{sqlite:.0f}/s", "asked": "beside"},
        {"name": "a warm web worker", "ours": f"{memory:.0f} MB", "asked": "≤ 180 MB"},
    ]


def _rate(start: Callable[[threading.Event], Callable[[], int]]) -> float:
    """Reports a second of CLIENTS threads that run for SECONDS."""
    stop, done = threading.Event(), [0] * CLIENTS
    clients = [start(stop) for _ in range(CLIENTS)]

    def work(number: int) -> None:
        done[number] = clients[number]()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - begun)


class _Site:
    """A running server: its port and how much memory its worker holds."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.process, self.port = process, port

    def memory(self) -> float:
        """Resident MB of the largest worker."""
        parents = {self.process.pid}
        sizes = []
        for path in Path("/proc").glob("[0-9]*/status"):
            try:
                text = path.read_text()
            except OSError:
                continue
            if re.search(rf"^PPid:\s+({'|'.join(map(str, parents))})$", text, re.M) and "VmRSS" in text:
                sizes.append(int(re.findall(r"VmRSS:\s+(\d+)", text)[0]) / 1024)
        return max(sizes, default=0.0)


class _server:  # noqa: N801 - reads as a verb where it is used
    """`lastmeter serve` on a free port with two workers."""

    def __init__(self, address: str, var: Path) -> None:
        self.address, self.var = address, var

    def __enter__(self) -> _Site:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {
            "LASTMETER_DATABASE_URL": self.address,
            "LASTMETER_VAR": str(self.var),
            "LASTMETER_BIND": f"127.0.0.1:{port}",
            "LASTMETER_REPORTS_PER_HOUR": "100000000",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "lastmeter.project.cli", "serve", "--workers", "2", "--threads", "4"],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
                connection.request("GET", "/livez")
                if connection.getresponse().status == 200:
                    return _Site(self.process, port)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


def _http_client(site: _Site, stop: threading.Event) -> Callable[[], int]:
    """A browser: opens the form once, then sends reports with its cookies, one after the other."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port)
    connection.request("GET", "/report/")
    answer = connection.getresponse()
    page = answer.read().decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
    cookies = {
        each.split(";")[0].split("=")[0]: each.split(";")[0] for each in answer.headers.get_all("Set-Cookie") or []
    }
    node = _node()

    def work() -> int:
        sent = 0
        while not stop.is_set():
            body = urlencode(
                {
                    "csrfmiddlewaretoken": token,
                    "client_ref": uuid.uuid4().hex,
                    "text": "6 栋楼下夜市凌晨还在放音响，孩子睡不着，明天还要考试，请尽快处理。",
                    "node": node,
                    "place": "6 栋 2 单元门口",
                    "name": "李",
                    "phone": "19900000101",
                    "compared": "1",
                }
            )
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(cookies.values())}
            connection.request("POST", "/report/", body, headers)
            answer = connection.getresponse()
            answer.read()
            for each in answer.headers.get_all("Set-Cookie") or []:
                cookies[each.split("=")[0]] = each.split(";")[0]
            assert answer.status == 302, answer.status
            sent += 1
        return sent

    return work


def _node() -> int:
    from tests import cast

    return int(cast.load().nodes["grid"].pk)


def _raw_clients(address: str) -> Callable[[threading.Event], Callable[[], int]]:
    """Clients that insert copies of one report's rows, prepared, a transaction a report, and nothing else."""
    statements = _statements(address)

    def start(stop: threading.Event) -> Callable[[], int]:
        connection = psycopg.connect(address, prepare_threshold=0)

        def work() -> int:
            done = 0
            while not stop.is_set():
                reference, number = uuid.uuid4().hex, uuid.uuid4().hex[:10].upper()
                with connection.transaction(), connection.cursor() as cursor:
                    dossier = 0
                    for statement, row, changes in statements:
                        fresh = {"number": number, "client_ref": reference, "key": reference, "dossier": dossier}
                        values = [fresh[changes[at]] if at in changes else value for at, value in enumerate(row)]
                        cursor.execute(statement, values)
                        if statement.startswith('INSERT INTO "dossiers_dossier"'):
                            [dossier] = cursor.fetchone()  # type: ignore[misc]
                done += 1
            connection.close()
            return done

        return work

    return start


def _statements(address: str) -> list[tuple[str, list[Any], dict[int, str]]]:
    """For the newest report's rows: INSERT, its values, and which of them differ from report to report."""
    found = []
    with psycopg.connect(address) as connection:
        [[newest]] = connection.execute("SELECT max(matter_id) FROM matters_requester").fetchall()
        for table, key in {**TABLES, "notices_notice": ""}.items():
            where = f"{key} = {newest}" if key else f"key LIKE 'matter.reported:{newest}:%'"
            rows = connection.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY 1")
            names = [each.name for each in rows.description or []]
            skipped = {"lexemes", "xid", "put_at"} | ({"id"} if table in OWN_ID else set())
            kept = [at for at, name in enumerate(names) if name not in skipped]
            for row in rows.fetchall():
                columns = ", ".join(f'"{names[at]}"' for at in kept)
                marks = ", ".join(["%s"] * len(kept))
                ending = " RETURNING id" if table == "dossiers_dossier" else ""
                changes = {}
                for place, at in enumerate(kept):
                    if names[at] in ("number", "client_ref", "key"):
                        changes[place] = names[at]
                    elif names[at] == key and key != "id":
                        changes[place] = "dossier"
                statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks}){ending}'
                found.append((statement, [row[at] for at in kept], changes))
    return found


def _sqlite() -> float:
    folder = Path(tempfile.mkdtemp(prefix="lastmeter-bench-"))
    address = f"sqlite:///{folder / 'bench.sqlite3'}"
    environment = os.environ | {"LASTMETER_DATABASE_URL": address, "LASTMETER_VAR": str(folder)}
    subprocess.run([sys.executable, "-m", "tests.journeys.seed"], env=environment, cwd=ROOT, check=True)
    with _server(address, folder) as site:
        return _rate(lambda stop: _http_client(site, stop))
