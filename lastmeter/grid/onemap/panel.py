"""The panel of a place: who is in charge, which posts are vacant or end soon, and the acts for it.

What is missing there is asked for by itself: counting it costs as much as the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from lastmeter.accounts.actors import Actor
from lastmeter.grid import keeping, posts, scope
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Level, Node, Post, Tenure
from lastmeter.grid.staff import terms

FIRST = 5  # gaps of a kind; the coverage page has the rest
DRAWN = (Level.COMMUNITY, Level.GRID, Level.MICRO)  # whose borders are ours to change


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post right at the place: who holds it, and how it stands (vacant, expiring, held)."""

    post: Post
    holders: Sequence[Tenure]
    state: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`people`: what everybody may know. `posts`: for whoever's posts reach here. Last what they may."""

    people: list[posts.Listed]
    posts: list[PostLine]
    may_keep: bool
    may_draw: bool


def of(node: Node, actor: Actor, today: date) -> Panel:
    """The panel of a place for somebody."""
    here = _posts(node, today) if scope.reaches(actor, node.path) else []
    return Panel(
        people=_people(node, here, today),
        posts=here,
        may_keep=keeping.keeps(actor, node.path),
        may_draw=node.level in DRAWN and keeping.may_draw(actor, node),
    )


def missing(node: Node, actor: Actor, today: date) -> list[gaps.Part]:
    """What is missing at the place and below, as far as the actor can mend it; the first of each kind."""
    known = {kind: many[node.path] for kind, many in gaps.by_kind(actor, [node.path], today).items()}
    return gaps.parts(actor, today, size=FIRST, under=[node.path], known=known)


def _people(node: Node, here: Sequence[PostLine], today: date) -> list[posts.Listed]:
    """Whom residents reach; beside the posts of the place only the people above it."""
    found = [each for each in posts.public_people(node, today) if each.name]
    return [each for each in found if not here or each.level < node.level]


def _posts(node: Node, today: date) -> list[PostLine]:
    running = Tenure.objects.current(today).filter(user__is_active=True)
    running = running.select_related("user").order_by("since", "pk")
    rows = Post.objects.filter(node=node, closed_on=None).order_by("pk")
    listed = list(rows.prefetch_related(Prefetch("tenures", running, "now")))
    for post in listed:
        terms.mark(post.now, node.path, today)
    return [PostLine(post, post.now, _state(post.now)) for post in listed]


def _state(now: Sequence[Any]) -> str:
    """How a post stands by its running tenures, each marked `soon`."""
    if not now:
        return "vacant"
    return "expiring" if all(each.soon for each in now) else "held"
