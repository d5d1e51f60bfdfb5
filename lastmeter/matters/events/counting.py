"""What a hot issue comes to: people and messages, when, where, how hot. Counted by the database, whatever its size."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Count, Max, Min, Q

from lastmeter.matters.events import packing
from lastmeter.matters.events.heat import LATELY, Counts, heat_of
from lastmeter.matters.events.sample import deidentified
from lastmeter.matters.models import HotIssue, Matter, Voice

CHUNK = 200  # issues counted by one question
LOOKED_AT = 40  # messages of which the one that stands for an issue is chosen
COUNTED = ["title", "place", "heat", "people", "messages", "lately", "first_at", "last_at", "sample", "updated_at"]
USER, PHONE = "matter__requester__user", "matter__requester__phone_hash"


def refresh(issue_ids: Sequence[int], *, samples: Mapping[int, Matter], now: datetime) -> None:
    """Count issues anew; `samples`: the message that stands for each. Recomputable at any time."""
    for chunk in (issue_ids[at : at + CHUNK] for at in range(0, len(issue_ids), CHUNK)):
        counts, places = _counts(chunk), _places(chunk)
        issues = HotIssue.objects.in_bulk(list(counts))
        for pk, issue in issues.items():
            count = counts[pk]
            issue.heat, issue.people, issue.messages = heat_of(count, now=now), count.people, count.messages
            issue.lately, issue.first_at, issue.last_at = count.lately, count.first_at, count.last_at
            issue.sample, issue.title = samples[pk], deidentified(samples[pk].dossier.title, 200)
            issue.place, issue.updated_at = "、".join(places.get(pk, [])[:2]), now
        HotIssue.objects.bulk_update(issues.values(), COUNTED)


def _counts(issue_ids: Sequence[int]) -> dict[int, Counts]:
    """People: an account or else a phone is a person, without either each message is one."""
    voices = Voice.objects.filter(issue__in=issue_ids)
    rows = voices.values("issue").annotate(
        messages=Count("pk"),
        users=Count(USER, distinct=True),
        phones=Count(PHONE, distinct=True, filter=Q(**{USER: None})),
        nobody=Count("pk", filter=Q(**{USER: None, PHONE: None})),
        first=Min("at"),
        last=Max("at"),
    )
    found = {row["issue"]: row for row in rows.order_by()}
    if not found:
        return {}
    news = reduce(or_, (Q(issue=pk, at__gt=row["last"] - LATELY) for pk, row in found.items()))
    lately = dict(Voice.objects.filter(news).values("issue").annotate(n=Count("pk")).values_list("issue", "n"))
    return {
        pk: Counts(
            row["users"] + row["phones"] + row["nobody"], row["messages"], 0.0, lately[pk], row["first"], row["last"]
        )
        for pk, row in found.items()
    }


def _places(issue_ids: Sequence[int]) -> dict[int, list[str]]:
    """Each issue's communities, the one that says most first."""
    name = "matter__dossier__community__name"
    rows = Voice.objects.filter(issue__in=issue_ids).exclude(**{name: None}).values("issue", name)
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows.annotate(n=Count("pk")).order_by("issue", "-n", name):
        found[row["issue"]].append(row[name])
    return found


def middle(issue: HotIssue) -> Matter:
    """The message that is likest to all others of an issue, among its first ones."""
    whole = packing.read_group(bytes(issue.packed))
    voices = Voice.objects.filter(issue=issue).select_related("matter__dossier").order_by("at", "pk")[:LOOKED_AT]
    best = max(voices, key=lambda each: (packing.read_group(bytes(each.packed)).topics.times(whole.topics), -each.pk))
    return best.matter
