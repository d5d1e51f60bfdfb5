"""The sweep of 100,000 overdue matters: each rings, climbs and is told of; a second sweep finds nothing to do."""

import time
from datetime import timedelta

from django.utils import timezone

from bench import ground

MATTERS = 100_000
AT_ONCE = 1000


def run() -> list[ground.Row]:
    """Take matters in, let them fall overdue by a month, sweep twice."""
    ground.prepare()
    from lastmeter.accounts.actors import Actor
    from lastmeter.clocks import sweep
    from lastmeter.matters import intake
    from lastmeter.matters.models import Source
    from tests import cast

    node, now = int(cast.load().nodes["grid"].pk), timezone.now()
    for first in range(0, MATTERS, AT_ONCE):
        reports = [
            intake.Report(text="路灯不亮", source=Source.IMPORT, client_ref=str(number), node_id=node)
            for number in range(first, first + AT_ONCE)
        ]
        intake.take_in(reports, by=Actor.visitor("bench"), client="bench", now=now, quiet=True)
    rows: list[ground.Row] = []
    for days, what, asked in (
        (2, "pass their answer date", "beside"),
        (7, "fall due", "≤ 20 s"),
        (40, "climb three steps each", "≤ 20 s a step"),
        (40, "have climbed already", "nothing to do"),
    ):
        begun = time.perf_counter()
        rung = sweep.sweep(now + timedelta(days=days))
        took = f"{time.perf_counter() - begun:.1f} s, {rung:,} bells"
        rows.append({"name": f"sweep of {MATTERS:,} that {what}", "ours": took, "asked": asked})
    return rows
