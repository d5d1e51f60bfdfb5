"""bin/bench [name…]: run the named measurements (all by default), print a table, write var/bench.json."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    *("intake", "queue", "lists", "locate", "importing", "ladder", "tree", "tiles", "addresses", "merging", "coverage"),
    *("catalogue", "clocks", "redraw", "venues", "signups", "hot", "callup"),
)
ALIASES = {"import": "importing"}
RUN = "import json, bench.{name} as it; print('BENCH ' + json.dumps(it.run()))"


def measure(name: str, server: str) -> list[dict[str, Any]]:
    """Run one measurement in a process of its own with a new database `bench_<name>`; returns its rows."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "LASTMETER_DATABASE_URL": f"{server.rsplit('/', 1)[0]}/bench_{name}",
        "LASTMETER_VAR": str(ROOT / "var" / "bench" / name),
    }
    process = subprocess.run(
        [sys.executable, "-c", RUN.format(name=name)],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    [line] = [each for each in process.stdout.splitlines() if each.startswith("BENCH ")]
    rows: list[dict[str, Any]] = json.loads(line.removeprefix("BENCH "))
    return rows


def settle(name: str, server: str) -> None:
    """Drop the measurement's database and write everything out, so that the next one does not pay for this one."""
    with psycopg.connect(f"{server.rsplit('/', 1)[0]}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
        connection.execute("CHECKPOINT")


def show(rows: list[dict[str, Any]]) -> None:
    """Print rows as a table: what, ours, the other, their ratio, what was asked."""
    header = ("name", "ours", "theirs", "ratio", "asked")
    lines = [[str(row.get(key, "")) for key in header] for row in rows]
    widths = [max(len(line[at]) for line in [list(header), *lines]) for at in range(len(header))]
    for line in [list(header), *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def main() -> None:
    """Entry point of bin/bench."""
    names = [ALIASES.get(name, name) for name in sys.argv[1:]] or list(NAMES)
    if unknown := set(names) - set(NAMES):
        sys.exit(f"bin/bench: unknown {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    server = subprocess.run(
        ["bin/pg", "start", "durable"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    results = {}
    for name in names:
        results[name] = measure(name, server)
        settle(name, server)
    for rows in results.values():
        show(rows)
    target = ROOT / "var" / "bench.json"
    known = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    known |= {name: {"at": stamp, "rows": rows} for name, rows in results.items()}
    target.write_text(json.dumps(known, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
