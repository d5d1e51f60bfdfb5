"""What the timetable calls for matters."""

from datetime import datetime

from lastmeter.matters import holdings
from lastmeter.matters.catalogue import loading
from lastmeter.matters.events import jobs as events
from lastmeter.matters.lists.bulk import runs
from lastmeter.matters.talking import asking, grievances, outside


def lapse(now: datetime) -> int:
    """Call open questions to mind and end those whose date has passed, tell of late grievances; every few minutes."""
    return asking.remind(now) + asking.lapse(now) + grievances.remind(now)


def bulk(now: datetime) -> int:
    """Go on with a bulk act that waits; every two seconds."""
    return runs.go_on(now)


def purge(now: datetime) -> int:
    """Take names, phones and addresses out of what is past its term, forget bulk acts nobody confirmed; hourly."""
    return holdings.erase_old(now) + outside.forget(now) + runs.sweep(now)


def apply_editions(now: datetime) -> int:
    """Apply the editions of category schemes whose day has come; every few minutes."""
    return loading.apply_due(now)


def gather(now: datetime) -> int:
    """New matters find their like, events are proposed, watchers told; every minute."""
    return events.arrive(now)


def reckon_heat(now: datetime) -> int:
    """All hot issues anew; every night."""
    return events.reckon(now)
