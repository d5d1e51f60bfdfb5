"""What the timetable calls for hot issues: new matters find their like, every night all are reckoned anew."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from lastmeter.matters.events import finding, gathering, newcomers, watching
from lastmeter.matters.models import HotIssue

NEWS = timedelta(days=60)  # of what has been silent for longer no event is proposed


def arrive(now: datetime) -> int:
    """Take in what came since the last call, propose it to events or as one, tell watchers; every minute."""
    came = finding.arrive(now)
    _follow_up(came.issues, now=now)
    return came.count


def reckon(now: datetime) -> int:
    """Count the words and put all messages together anew; every night."""
    count = finding.rebuild(now)
    newcomers.review(now=now)
    gathering.review(now=now)
    _follow_up(HotIssue.objects.values_list("pk", flat=True), now=now)
    return count


def _follow_up(issue_ids: Iterable[int], *, now: datetime) -> None:
    keys = list(issue_ids)
    newcomers.offer(keys, now=now)
    rows = HotIssue.objects.filter(pk__in=keys, messages__gte=gathering.FEWEST, people__gte=gathering.FEWEST_PEOPLE)
    for issue in rows.filter(last_at__gte=now - NEWS).order_by("pk"):
        gathering.propose(issue, now=now)
    watching.tell(keys, now=now)
