"""The sweep of 100,000 overdue matters: each rings, climbs and is told of; a second sweep finds nothing to do."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone

from bench import ground

MATTERS = 100_000
AT_ONCE = 1000
SPREAD = timedelta(seconds=0.03)  # they did not all come at the same moment


def run() -> list[ground.Row]:
    """On PostgreSQL, and a fifth as many on SQLite beside."""
    return [*measure(MATTERS), *_beside(MATTERS // 5)]


def measure(matters: int) -> list[ground.Row]:
    """Take matters in, let them fall overdue by a month, sweep twice."""
    ground.prepare()
    from bench import cpu
    from lastmeter.accounts.actors import Actor
    from lastmeter.clocks import sweep
    from lastmeter.matters import intake
    from lastmeter.matters.models import Source
    from tests import cast

    node, now = int(cast.load().nodes["grid"].pk), timezone.now()
    for first in range(0, matters, AT_ONCE):
        reports = [
            intake.Report(text="路灯不亮", source=Source.IMPORT, client_ref=str(number), node_id=node)
            for number in range(first, first + AT_ONCE)
        ]
        intake.take_in(reports, by=Actor.visitor("bench"), client="bench", now=now - SPREAD * first, quiet=True)
    rows: list[ground.Row] = []
    for days, what, asked in (
        (0.9, "turn yellow for the answer", "beside"),
        (2, "pass their answer date", "≤ 20 s"),
        (7, "fall due", "≤ 20 s"),
        (40, "climb three steps each", "≤ 20 s a step"),
        (40, "have climbed already", "nothing to do"),
    ):
        rung, took = cpu.timed(partial(sweep.sweep, now + timedelta(days=days)))
        rows.append({"name": f"sweep of {matters:,} that {what}", "ours": f"{took}, {rung:,} bells", "asked": asked})
    return rows


def _beside(matters: int) -> list[ground.Row]:
    file = Path(os.environ["LASTMETER_VAR"]) / "ladder.sqlite3"
    file.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.run(
        [sys.executable, "-c", f"import json, bench.ladder as it; print(json.dumps(it.measure({matters})))"],
        env=os.environ | {"LASTMETER_DATABASE_URL": f"sqlite:///{file}"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    rows: list[ground.Row] = json.loads(process.stdout.splitlines()[-1])
    return [row | {"name": f"{row['name']}, SQLite", "asked": "beside"} for row in rows]
