"""A year's notice applied to 100,000 running deadlines; a second time it finds nothing to move."""

from datetime import date, datetime, timedelta
from functools import partial

from bench import ground

MATTERS = 100_000
AT_ONCE = 1000
SPREAD = timedelta(seconds=0.03)  # they did not all come at the same moment
DAY = timedelta(days=1)


def run() -> list[ground.Row]:
    """Take matters in at the end of a year, enter an invented notice of the next, apply it twice."""
    ground.prepare()
    from bench import cpu
    from lastmeter.accounts.actors import Actor
    from lastmeter.clocks import applying, calendars
    from lastmeter.clocks.models import CalendarDay
    from lastmeter.kit.zhtime import CHINA
    from lastmeter.matters import intake
    from lastmeter.matters.models import Source
    from tests import cast

    node, now = int(cast.load().nodes["grid"].pk), datetime(2026, 12, 30, 10, tzinfo=CHINA)
    for first in range(0, MATTERS, AT_ONCE):
        reports = [
            intake.Report(text="路灯不亮", source=Source.IMPORT, client_ref=str(number), node_id=node)
            for number in range(first, first + AT_ONCE)
        ]
        intake.take_in(reports, by=Actor.visitor("bench"), client="bench", now=now - SPREAD * first, quiet=True)
    off = [date(2027, 1, 1) + DAY * n for n in range(4)] + [date(2027, 2, 5) + DAY * n for n in range(8)]
    calendars.publish(dict.fromkeys(off, CalendarDay.Kind.HOLIDAY), basis="假设的通知", now=now)
    rows: list[ground.Row] = []
    for what in ("moves every date", "finds nothing to move"):
        asked = applying.ask("假设的通知", now=now)
        _moved, took = cpu.timed(partial(_finish, now))
        asked.refresh_from_db()
        said = f"{took}, {asked.moved:,} moved"
        rows.append({"name": f"a notice that {what}, {MATTERS:,} running", "ours": said, "asked": "≤ 20 s"})
    return rows


def _finish(now: datetime) -> int:
    from lastmeter.clocks import applying

    applying.finish(now)
    return 0
