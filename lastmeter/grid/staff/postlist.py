"""岗位清单: the posts of one's ground with their holders, filtered by what stands in the address."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from lastmeter.grid import keeping, scope
from lastmeter.grid.models import Node, Post, Role, Tenure
from lastmeter.grid.staff import terms
from lastmeter.kit import plans
from lastmeter.kit.ids import row_id
from lastmeter.kit.paging import Keyset, Page, page

BY_PLACE = Keyset(("node__path", "id"))
BY_UNIT = Keyset(("unit_id", "id"))
SIZE = 50
STATES = ("", "held", "vacant", "expiring", "gone", "mute")


@dataclass(frozen=True, slots=True)
class Filters:
    """`at` node or unit; `state` one of STATES; `under` a node's id; `words` in the holder's or the place's name."""

    at: str = "node"
    role: str = ""
    state: str = ""
    under: int | None = None
    words: str = ""

    @classmethod
    def read(cls, query: dict[str, str]) -> "Filters":
        """The filters of an address; what is not understood is left out."""
        role, state, under = query.get("role", ""), query.get("state", ""), query.get("under", "")
        return cls(
            at="unit" if query.get("at") == "unit" else "node",
            role=role if role in Role.values else "",
            state=state if state in STATES else "",
            under=row_id(under),
            words=query.get("q", "").strip()[:40],
        )

    def query(self, **changes: object) -> str:
        """The address's query with these filters, some of them changed."""
        new = replace(self, **changes)  # type: ignore[arg-type]
        at = new.at if new.at != "node" else ""
        given = {"at": at, "role": new.role, "state": new.state, "under": new.under, "q": new.words}
        return "?" + urlencode({name: value for name, value in given.items() if value})


def listed(paths: list[str], filters: Filters, cursor: str | None, *, today: date) -> Page[Post]:
    """One page of the posts on that ground; each post's `now` are its running tenures, each with `soon`."""
    posts = _filtered(_on(paths, filters), filters, today)
    running = Tenure.objects.running(today).select_related("user").order_by("since", "pk")
    posts = posts.select_related("node__parent", "unit__node").prefetch_related(Prefetch("tenures", running, "now"))
    found: Page[Post] = page(posts, cursor, SIZE, BY_UNIT if filters.at == "unit" else BY_PLACE)
    for post in found.items:
        terms.mark(post.now, keeping.path_of(post), today)  # type: ignore[attr-defined]
    return found


def counts(paths: list[str], filters: Filters, *, today: date) -> dict[str, int]:
    """state → how many posts on that ground, the other filters applied; one query each."""
    base = _on(paths, filters)
    with plans.for_these_values():
        return {state: _filtered(base, replace(filters, state=state), today).count() for state in STATES}


def _on(paths: list[str], filters: Filters) -> QuerySet[Post]:
    field = "unit__node__path" if filters.at == "unit" else "node__path"
    posts = Post.objects.filter(scope.inside(paths, field), closed_on=None)
    if filters.under and (node := Node.objects.filter(pk=filters.under).first()):
        posts = posts.filter(scope.inside([node.path], field))
    return posts


def _filtered(posts: QuerySet[Post], filters: Filters, today: date) -> QuerySet[Post]:
    if filters.role:
        posts = posts.filter(role=filters.role)
    if filters.words:
        holder = Tenure.objects.running(today).filter(post=OuterRef("pk"), user__name__icontains=filters.words)
        place = Q(node__name__icontains=filters.words) | Q(unit__name__icontains=filters.words)
        posts = posts.filter(Exists(holder) | place)
    return posts.filter(_in_state(filters.state, today))


def _in_state(state: str, today: date) -> Q:
    held = Tenure.objects.current(today).filter(post=OuterRef("pk"))
    coming = Tenure.objects.running(today).filter(post=OuterRef("pk"))
    if state == "held":
        return Q(Exists(held.filter(user__is_active=True)))
    if state == "vacant":
        return Q(~Exists(coming.filter(user__is_active=True)))
    if state == "expiring":
        return Q(Exists(held.filter(terms.ending(today))))
    if state == "gone":
        return Q(Exists(held.filter(user__is_active=False)))
    if state == "mute":
        return Q(Exists(held.filter(user__is_active=True)), public_phone="")
    return Q()
