"""配岗要求: who must be at the nodes of each level, as the nearest place with a rule of its own says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import policy
from lastmeter.grid.models import Level, Node, Role, Staffing, StaffingRole, valid_on
from lastmeter.grid.rules import nearest

Need = tuple[Role, ...]  # one of these posts must be held
LEVELS = (Level.TOWN, Level.COMMUNITY, Level.GRID, Level.MICRO)  # below the county: where posts are the grid's
MOST = 3  # needs of a level


@dataclass(frozen=True, slots=True)
class StaffingRule:
    """A row as arithmetic sees it; no needs: nobody must be there."""

    id: int
    path: str
    level: int
    needs: tuple[Need, ...]


def needs_of(rule: Staffing) -> tuple[Need, ...]:
    """The needs of a row, in their order; reads its `roles`, prefetched or not."""
    found: dict[int, list[Role]] = {}
    for each in sorted(rule.roles.all(), key=lambda row: (row.number, row.pk)):
        found.setdefault(each.number, []).append(Role(each.role))
    return tuple(tuple(roles) for roles in found.values())


def _read(day: date) -> list[StaffingRule]:
    rows = Staffing.objects.filter(valid_on(day)).select_related("node").prefetch_related("roles")
    return [StaffingRule(row.pk, row.node.path, row.level, needs_of(row)) for row in rows]


_known = policy.Known(_read)


def of_level(level: int, day: date) -> list[StaffingRule]:
    """Every rule for nodes of that level that holds on that day (China date)."""
    return [rule for rule in _known.on(day) if rule.level == level]


def needs_at(path: str, level: int, day: date) -> tuple[Need, ...]:
    """Who must be at the nodes of that level at and below a place on that day."""
    rule = nearest(of_level(level, day), path)
    return rule.needs if rule else ()


def words(need: Need) -> str:
    """A need in words: 专职网格员或网格长."""
    return _("或").join(str(role.label) for role in need)


@transaction.atomic
def require(
    node: Node, level: Level, needs: Sequence[Need], *, since: date, basis: str = "", by: Actor, now: datetime
) -> Staffing:
    """From a day on (China date) let these posts be held at every node of that level at and below `node`.

    Raises policy.TooLate for a day that has gone by, ValueError for a role named twice.
    """
    named = [role for need in needs for role in need]
    if len(named) != len(set(named)):
        raise ValueError(named)
    row = Staffing(node=node, level=level, basis=basis, valid_from=since)
    policy.enact(row, by=by, now=now)
    StaffingRole.objects.bulk_create(
        StaffingRole(staffing=row, number=number, role=role) for number, need in enumerate(needs, 1) for role in need
    )
    return row


def follow_above(node: Node, level: Level, *, by: Actor, now: datetime) -> int:
    """From today on a place asks for that level what the place above it asks; how many rows ended."""
    return policy.give_up(Staffing(node=node, level=level), by=by, now=now)
