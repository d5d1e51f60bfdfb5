"""The panel of a place: who is in charge, which posts are vacant or end soon, what is missing, and the acts for it."""

from collections.abc import Collection, Sequence
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
    """`people`: what everybody may know. `posts`, `gaps`: for whoever's posts reach here. Last what they may."""

    people: list[posts.Listed]
    posts: list[PostLine]
    gaps: list[gaps.Part]
    may_keep: bool
    may_draw: bool


def of(node: Node, actor: Actor, today: date, kinds: Collection[str]) -> Panel:
    """The panel of a place for somebody; `kinds`: of which gaps there are any there."""
    keeps = keeping.keeps(actor, node.path)
    here = _posts(node, today) if scope.reaches(actor, node.path) else []
    return Panel(
        people=_people(node, here, today),
        posts=here,
        gaps=gaps.parts(actor, today, size=FIRST, under=[node.path], among=kinds) if keeps else [],
        may_keep=keeps,
        may_draw=node.level in DRAWN and keeping.may_draw(actor, node),
    )


def _people(node: Node, here: Sequence[PostLine], today: date) -> list[posts.Listed]:
    """Whom residents reach; beside the posts of the place only the people above it."""
    found = [each for each in posts.public_people(node, today) if each.name]
    return [each for each in found if not here or each.level < node.level]


def _posts(node: Node, today: date) -> list[PostLine]:
    running = Tenure.objects.current(today).filter(user__is_active=True)
    running = terms.marked(running, today).select_related("user").order_by("since", "pk")
    rows = (
        Post.objects.filter(node=node, closed_on=None)
        .order_by("pk")
        .prefetch_related(Prefetch("tenures", running, "now"))
    )
    return [PostLine(post, post.now, _state(post.now)) for post in rows]


def _state(now: Sequence[Any]) -> str:
    """How a post stands by its running tenures, each marked `soon`."""
    if not now:
        return "vacant"
    return "expiring" if all(each.soon for each in now) else "held"
