"""How long a matter takes to find its like as it arrives, in an installation that has many."""

import os
import time

from django.utils import timezone

from bench import ground

MATTERS, ARRIVING, AT_ONCE = 20_000, 300, 1000


def measure() -> list[ground.Row]:
    """Take real messages in (each time in another town), reckon them, then let new ones arrive one by one."""
    ground.prepare()
    from django.db import connection

    from bench import hot
    from lastmeter.accounts.actors import Actor
    from lastmeter.matters import intake
    from lastmeter.matters.events import finding
    from lastmeter.matters.models import HotIssue, Matter, Source, Voice
    from tests import cast

    node, now = int(cast.load().nodes["grid"].pk), timezone.now()
    texts = hot.many(hot.read(hot.DATA), MATTERS + ARRIVING)

    def take_in(first: int, last: int) -> None:
        reports = [
            intake.Report(text=f"{title}。{body}"[:1900], source=Source.IMPORT, client_ref=str(number), node_id=node)
            for number, (title, body) in enumerate(texts[first:last], start=first)
        ]
        intake.take_in(reports, by=Actor.visitor("bench"), client="bench", now=now, quiet=True)

    for first in range(0, MATTERS, AT_ONCE):
        take_in(first, first + AT_ONCE)
    began, used = time.perf_counter(), time.process_time()
    finding.rebuild(now)
    night = f"{time.perf_counter() - began:.0f} s (CPU {time.process_time() - used:.0f} s)"
    take_in(MATTERS, MATTERS + ARRIVING)
    taken, used_by_one, table = [], [], finding.vocabulary()
    assert table is not None
    fresh = Matter.objects.filter(voice=None).select_related("dossier__community", "requester").order_by("pk")
    for matter in list(fresh):
        began, used = time.perf_counter(), time.process_time()
        finding.take_in(matter, table, now=now)
        taken.append((time.perf_counter() - began) * 1000)
        used_by_one.append((time.process_time() - used) * 1000)
    taken.sort()
    used_by_one.sort()
    largest = max(HotIssue.objects.values_list("messages", flat=True))
    where = f"{connection.vendor}, {Voice.objects.count():,} matters, largest issue {largest}"
    load = f"load {os.getloadavg()[0]:.1f}"
    return [
        {"name": f"every night, all anew ({where})", "ours": f"{night}; {load}", "asked": "beside"},
        {
            "name": f"one arrives ({where})",
            "ours": f"p50 {taken[len(taken) // 2]:.1f} ms, p95 {taken[len(taken) * 95 // 100]:.1f} ms"
            f" (CPU {used_by_one[len(taken) // 2]:.1f} ms); {load}",
            "asked": "≤ 15 ms",
        },
    ]
