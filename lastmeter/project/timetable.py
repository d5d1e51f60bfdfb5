"""What runs when, in one readable table; `lastmeter work` walks it."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import close_old_connections
from django.utils import timezone

from lastmeter.accounts import jobs as accounts
from lastmeter.clocks import jobs as clocks
from lastmeter.dossiers import jobs as dossiers
from lastmeter.grid import jobs as grid
from lastmeter.grid.proposals import jobs as proposals
from lastmeter.insight import jobs as insight
from lastmeter.matters import jobs as matters
from lastmeter.notices import jobs as notices
from lastmeter.occasions import jobs as occasions
from lastmeter.venues import jobs as venues

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A job and how often it runs. Jobs are idempotent: two workers, or one that was killed, do no harm."""

    name: str
    every: timedelta
    run: Callable[[datetime], int]


TIMETABLE = (
    Entry("notices.deliver", timedelta(seconds=2), notices.deliver),
    Entry("grid.propose", timedelta(seconds=3), proposals.start_waiting),
    Entry("matters.bulk", timedelta(seconds=2), matters.bulk),
    Entry("clocks.apply", timedelta(seconds=2), clocks.apply),
    Entry("clocks.sweep", timedelta(seconds=30), clocks.run),
    Entry("accounts.seal", timedelta(minutes=1), accounts.seal),
    Entry("matters.gather", timedelta(minutes=1), matters.gather),
    Entry("occasions.lapse", timedelta(minutes=1), occasions.lapse),
    Entry("venues.lapse", timedelta(minutes=5), venues.lapse),
    Entry("matters.lapse", timedelta(minutes=5), matters.lapse),
    Entry("matters.apply_editions", timedelta(minutes=5), matters.apply_editions),
    Entry("grid.apply_due", timedelta(minutes=5), grid.apply_due),
    Entry("grid.find_strays", timedelta(minutes=10), grid.find_strays),
    Entry("grid.lapse_calls", timedelta(minutes=5), grid.lapse_calls),
    Entry("accounts.purge", timedelta(hours=1), accounts.purge),
    Entry("grid.purge", timedelta(hours=1), grid.purge),
    Entry("grid.sweep_previews", timedelta(hours=1), grid.sweep_previews),
    Entry("occasions.plan", timedelta(hours=1), occasions.plan),
    Entry("occasions.settle", timedelta(hours=1), occasions.settle),
    Entry("matters.learn", timedelta(hours=1), matters.learn),
    Entry("matters.purge", timedelta(hours=1), matters.purge),
    Entry("dossiers.sweep_files", timedelta(days=1), dossiers.sweep_files),
    Entry("grid.warn_terms", timedelta(days=1), grid.warn_terms),
    Entry("matters.reckon_heat", timedelta(days=1), matters.reckon_heat),
    Entry("insight.recount", timedelta(days=1), insight.recount),
    Entry("notices.purge", timedelta(days=1), notices.purge),
    Entry("accounts.export_head", timedelta(days=1), accounts.export_head),
)


def work(stop: threading.Event) -> None:
    """Run what is due until `stop` is set. One job's failure is logged and does not hinder the others."""
    due = {entry.name: timezone.now() for entry in TIMETABLE}
    while not stop.is_set():
        close_old_connections()
        for entry in TIMETABLE:
            if due[entry.name] <= timezone.now():
                run_one(entry)
                due[entry.name] = timezone.now() + entry.every
        stop.wait(max(0.1, (min(due.values()) - timezone.now()).total_seconds()))


def run_one(entry: Entry) -> int:
    """Run one job now; returns what it did, or -1 when it failed."""
    try:
        done = entry.run(timezone.now())
    except Exception:
        log.exception("job %s failed; it runs again in %s", entry.name, entry.every)
        return -1
    if done:
        log.info("job %s: %d", entry.name, done)
    return done
