"""关注: who is told when a hot issue grows, and the themes that a place keeps an eye on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers import search
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, at_or_below
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.events.heat import trend
from lastmeter.matters.events.reading import READERS, issues
from lastmeter.matters.models import HotIssue, Matter, Theme, Voice, Watch
from lastmeter.notices import outbox

MORE = 1.5  # a watch without a figure of its own tells when the heat is so many times what it is now
AGAIN = timedelta(days=1)  # who was told is told again on the next day at the earliest
FOUND = 1000


def watch(issue: HotIssue, user: User, *, above: float | None = None) -> Watch:
    """关注: tell this person when the heat passes `above`; half as much again as now when nothing is given."""
    wanted = above if above is not None else round(issue.heat * MORE, 1)
    made, _new = Watch.objects.update_or_create(issue=issue, user=user, defaults={"above": wanted, "told_at": None})
    return made


def unwatch(issue: HotIssue, user: User) -> None:
    """不再关注."""
    Watch.objects.filter(issue=issue, user=user).delete()


@transaction.atomic
def tell(issue_ids: Sequence[int], *, now: datetime) -> int:
    """Tell the watchers of issues that have grown past what they set; the next time only past half as much again."""
    rows = Watch.objects.filter(issue__in=issue_ids, issue__heat__gt=F("above"))
    due = list(rows.filter(Q(told_at=None) | Q(told_at__lt=now - AGAIN)).select_related("issue"))
    for each in due:
        issue = each.issue
        title = on_record(_("关注的热点升温：%(title)s"), title=issue.title)
        words = on_record(
            _("现在 %(people)d 人、%(messages)d 件，近三十天 %(lately)d 件。"),
            people=issue.people,
            messages=issue.messages,
            lately=issue.lately,
        )
        outbox.tell(
            [each.user_id], kind="hot.grown", title=title, words=words, link=f"/events/hot/{issue.pk}/",
            key=f"hot:{issue.pk}:{now:%Y%m%d%H%M%S}", now=now,
        )  # fmt: skip
        Watch.objects.filter(pk=each.pk).update(told_at=now, above=round(issue.heat * MORE, 1))
    return len(due)


# ---- themes --------------------------------------------------------------------------------------------------------
def grounds(actor: Actor) -> "QuerySet[Node]":
    """The places for which the actor may keep a theme: where they hold a desk, and what lies below to the community."""
    paths = scope.grounds(actor, READERS, Level.COMMUNITY)
    return Node.objects.filter(scope.inside(paths), level__lte=Level.COMMUNITY, valid_to=None).order_by("path")


def themes(actor: Actor) -> "QuerySet[Theme]":
    """The themes of the actor's ground, and of what lies above it."""
    paths = scope.grounds(actor, READERS, Level.COMMUNITY)
    above = {path[:end] for path in paths for end in range(5, len(path) + 1, 5)}
    inside = scope.inside(paths, "node__path") if paths else Q(pk__in=[])
    return Theme.objects.filter(inside | Q(node__path__in=above)).select_related("node").order_by("name")


def keep(
    name: str, *, words: str, node: Node, since: date | None, until: date | None, by: Actor, now: datetime
) -> Theme:
    """Save a theme under its name."""
    return Theme.objects.create(name=name, words=words, node=node, since=since, until=until, by_id=by.user_id, at=now)


def matters(actor: Actor, theme: Theme) -> "QuerySet[Matter]":
    """The matters of a theme that the actor sees: those with one of its words, at its place, in its period."""
    wanted = Q(pk__in=[])
    for word in theme.words.split():
        wanted |= search.matching(word)
    found = Matter.objects.filter(at_or_below(theme.node.path, "dossier__path"), dossier__closed_circle=False)
    found = found.filter(dossier__in=_dossiers(wanted))
    if theme.since:
        found = found.filter(dossier__opened_at__gte=_midnight(theme.since))
    if theme.until:
        found = found.filter(dossier__opened_at__lt=_midnight(theme.until + timedelta(days=1)))
    return found.order_by("-pk")


def _dossiers(wanted: Q) -> "QuerySet[Dossier]":
    return Dossier.objects.filter(wanted)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def hot_in(actor: Actor, theme: Theme) -> "QuerySet[HotIssue]":
    """The hot issues in which a matter of the theme speaks."""
    heard = Voice.objects.filter(matter__in=matters(actor, theme).values("pk")).exclude(issue=None)
    return issues(actor).filter(pk__in=heard.values("issue"))


def months(found: "QuerySet[Matter]", *, now: datetime) -> list[int]:
    """How many of the newest thousand came in each of the last twelve months or so."""
    moments = found.values_list("dossier__opened_at", flat=True)[:FOUND]
    return trend(list(moments), since=now - timedelta(days=365), until=now)
