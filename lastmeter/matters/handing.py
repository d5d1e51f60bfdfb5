"""Open work of a post: matters that lie with its holder go to the successor, with a word in each timeline."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Count, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers import access, events
from lastmeter.grid import posts
from lastmeter.grid.models import Post, Tenure, at_or_below
from lastmeter.grid.staff.handovers import Item, OpenWork
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Assignment, Matter
from lastmeter.matters.policy import HANDLERS
from lastmeter.matters.talking import tell

M = TypeVar("M", bound=Model)


def lying_with(post: Post, holder: User) -> QuerySet[Matter]:
    """Open matters that lie with the holder by this post.

    Those in the post's node; all of them when the person holds no other post of a node.
    """
    mine = Matter.objects.filter(handler=holder, dossier__is_open=True).select_related("dossier")
    return by_post(mine, post, holder, "dossier__path").order_by("pk")


def by_post(rows: "QuerySet[M]", post: Post, holder: User, path: str) -> "QuerySet[M]":
    """Of the open work of a person that which goes with this post; `path` leads from a row to its place."""
    others = Tenure.objects.filter(user=holder, until=None).exclude(post=post).exclude(post__node=None)
    if post.node is None or not others.exists():
        return rows
    return rows.filter(at_or_below(post.node.path, path))


def find(post: Post, holder: User) -> list[Item]:
    """The matters that would go to a successor."""
    return [_item(matter) for matter in lying_with(post, holder)]


def in_hand(dossiers: "QuerySet[Any, Any]") -> dict[int, int]:
    """user id → how many open matters among these dossiers (a query of their keys) lie with them or with their unit."""
    rows = Matter.objects.filter(dossier__in=dossiers, dossier__is_open=True).order_by()
    lying, found = list(rows.values_list("handler", "unit").annotate(many=Count("pk"))), Counter[int]()
    of_units = posts.people_of_units([unit for handler, unit, _many in lying if unit and not handler], HANDLERS)
    for handler, unit, many in lying:
        found.update(dict.fromkeys([handler] if handler else of_units.get(unit, []), many))
    return dict(found)


def _item(matter: Matter) -> Item:
    dossier = matter.dossier
    return Item(f"{pretty(dossier.number)} {dossier.title}", f"/matters/{dossier.number}/")


def move(post: Post, leaver: User, successor: User, by: Actor, now: datetime) -> Sequence[Item]:
    """Let them lie with the successor, who is told of each; steps and deadlines stay as they are."""
    matters = [each for each in lying_with(post, leaver) if _take_over(each, leaver, successor, by, now)]
    words = on_record(_("交接：由%(leaver)s转给%(successor)s办理。"), leaver=leaver.name, successor=successor.name)
    events.record_many([events.Happened(each.pk, "matter.handed_over", words) for each in matters], by=by, now=now)
    tell.assigned(matters, "handed_over", _("交接给您"), by=by, now=now)
    return [_item(each) for each in matters]


def _take_over(matter: Matter, leaver: User, successor: User, by: Actor, now: datetime) -> bool:
    """False when it no longer lies with the leaver."""
    if not Matter.objects.filter(pk=matter.pk, handler=leaver).update(handler=successor):
        return False
    matter.handler = successor
    before = Assignment.objects.filter(matter=matter, ended_at=None).first()
    Assignment.objects.filter(matter=matter, ended_at=None).update(ended_at=now)
    Assignment.objects.create(
        matter=matter,
        user=successor,
        by_id=by.user_id,
        request=before.request if before else "",
        at=now,
        signed_at=before.signed_at if before else None,
    )
    access.withdraw(matter.pk, now=now, user_id=leaver.pk)
    access.grant_user(matter.pk, successor.pk, role="handler", now=now)
    return True


WORK = OpenWork(_("未办结的事项"), find, move)
