"""Who holds which post where: the audience of an act, and the people a public page names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q
from django.utils import timezone

from lastmeter.accounts.models import User
from lastmeter.grid import tree
from lastmeter.grid.duty.numbers import number
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import KEY_WIDTH, Level, Node, Post, Role, Tenure, lineage


def holders_of(paths: Iterable[str], roles: Sequence[str], today: date | None = None) -> dict[str, list[int]]:
    """path → ids of users who hold one of these posts at its node or above, the nearest node first.

    For telling people, not for rights (those are `scope.held`): kept in the process until the tree or a post changes,
    so that somebody who left may be told of something for a second more. One query for places not seen before.
    """
    day, wanted = today or timezone.localdate(), set(roles)
    chains = {path: lineage(path) for path in set(paths)}
    known = _known_at(day, (part for chain in chains.values() for part in chain))
    return {
        path: list(dict.fromkeys(user for part in chain for role, user in known[day, part] if role in wanted))
        for path, chain in chains.items()
    }


def nearest_from(
    paths: Iterable[str], level: int, roles: Sequence[str], today: date | None = None
) -> dict[str, list[int]]:
    """path → who holds one of these posts at the path's node of `level` (or the next below it that exists), else above.

    Only the nearest place that has somebody answers, so that an absent head never means that nobody is told.
    """
    day, wanted, distinct = today or timezone.localdate(), set(roles), sorted(set(paths))
    starts = {}
    for path, levels in zip(distinct, tree.ancestor_ids(distinct), strict=True):
        depth = next((at for at, each in enumerate(sorted(levels), 1) if each >= level), len(levels))
        starts[path] = [path[:end] for end in range(depth * KEY_WIDTH, 0, -KEY_WIDTH)]
    known = _known_at(day, (part for chain in starts.values() for part in chain))
    return {
        path: next(
            (found for part in chain if (found := [user for role, user in known[day, part] if role in wanted])), []
        )
        for path, chain in starts.items()
    }


_holders: Kept[dict[tuple[date, str], list[tuple[str, int]]]] = Kept(dict)


def _known_at(day: date, paths: Iterable[str]) -> dict[tuple[date, str], list[tuple[str, int]]]:
    known = _holders.get()
    if missing := {(day, path) for path in paths} - known.keys():
        _learn(known, day, [path for _day, path in missing])
    return known


def _learn(known: dict[tuple[date, str], list[tuple[str, int]]], day: date, paths: Sequence[str]) -> None:
    found: dict[str, list[tuple[str, int]]] = {path: [] for path in paths}
    rows = (
        Tenure.objects.current(day)
        .filter(post__closed_on=None, post__node__path__in=paths, user__is_active=True)
        .order_by("pk")
        .values_list("post__node__path", "post__role", "user_id")
    )
    for path, role, user_id in rows:
        found[path].append((role, user_id))
    known.update({(day, path): people for path, people in found.items()})


def unit_people(unit_id: int, roles: Sequence[str], today: date | None = None) -> list[int]:
    """Ids of users who hold one of these posts in the unit today."""
    return people_of_units([unit_id], roles, today).get(unit_id, [])


def people_of_units(unit_ids: Iterable[int], roles: Sequence[str], today: date | None = None) -> dict[int, list[int]]:
    """unit id → ids of users who hold one of these posts in it today; units without anybody are left out."""
    found: defaultdict[int, dict[int, None]] = defaultdict(dict)
    if units := set(unit_ids):
        rows = (
            Tenure.objects.current(today or timezone.localdate())
            .filter(post__unit__in=units, post__role__in=roles, post__closed_on=None, user__is_active=True)
            .order_by("pk")
            .values_list("post__unit", "user_id")
        )
        for unit_id, user_id in rows:
            found[unit_id or 0][user_id] = None
    return {unit_id: list(people) for unit_id, people in found.items()}


@dataclass(frozen=True, slots=True)
class Listed:
    """A post as a public page names it: role, holder (empty = vacant), the number to dial and what is shown of it."""

    role: str
    label: str
    name: str
    phone: str
    shown: str
    node_name: str
    level: int


# Who a household asks first: the order of a public page.
PUBLIC = (
    Role.GRID_WORKER,
    Role.PART_TIME_WORKER,
    Role.GRID_HEAD,
    Role.SMALL_GRID_HEAD,
    Role.BUILDING_HEAD,
    Role.LANE_HEAD,
    Role.HUB_HOUSEHOLD,
    Role.COMMUNITY_CLERK,
    Role.SECRETARY,
    Role.LEGAL_ADVISER,
    Role.LIAISON,
)


def public_people(node: Node, today: date | None = None) -> list[Listed]:
    """The posts at the node and above it up to its community, nearest first, as /g/ shows them; vacancies too.

    Grid worker's name and contact must be public where residents gather (Binzhou regulation art. 6, DOMAIN 2.3).
    """
    chain = lineage(node.path)
    here = Q(node__path__in=chain, node__level__gte=min(node.level, Level.COMMUNITY))
    return nearest_first(chain, public_by_place(here, today))


def nearest_first(chain: Iterable[str], by_place: Mapping[str, Sequence[Listed]]) -> list[Listed]:
    """The people of these paths in one list, the deepest place first."""
    return [each for path in sorted(chain, key=len, reverse=True) for each in by_place.get(path, ())]


def public_by_place(where: Q, today: date | None = None) -> dict[str, list[Listed]]:
    """path → the public posts right there, in the order of PUBLIC, vacancies last; two queries for any number.

    `where` chooses among posts at nodes (`node__path__in`, …).
    """
    day = today or timezone.localdate()
    posts = (
        Post.objects.filter(where, node__isnull=False, role__in=PUBLIC, closed_on=None)
        .select_related("node")
        .prefetch_related(Prefetch("tenures", Tenure.objects.current(day).select_related("user"), to_attr="now"))
    )
    found: defaultdict[str, list[Listed]] = defaultdict(list)
    for post in posts.order_by("pk"):
        if post.node is not None:
            found[post.node.path].extend(_listed(post, post.node, holder) for holder in _holders_of(post))
    for people in found.values():
        people.sort(key=lambda each: (PUBLIC.index(Role(each.role)), each.name == ""))
    return dict(found)


def _listed(post: Post, node: Node, holder: User | None) -> Listed:
    """With the holder's number as residents may see it; a vacant post shows none."""
    phone = number(post.public_phone, holder.pk) if holder and post.public_phone else None
    dials, shown = (phone.dials, phone.shown) if phone else ("", "")
    name = holder.name if holder else ""
    return Listed(post.role, post.get_role_display(), name, dials, shown, node.name, node.level)


def _holders_of(post: Post) -> list[User | None]:
    """Who holds a post read with its tenures `now`; None stands for a vacancy."""
    return [each.user for each in post.now if each.user.is_active] or [None]  # type: ignore[attr-defined]
