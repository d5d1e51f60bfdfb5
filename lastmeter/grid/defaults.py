"""What a new tree starts with: who must be at each level and the warning days, as rows that the owner changes.

Customary values (DOMAIN.md 2.3, [K]): a start, not a rule of this software. Migration 0012 gives them to trees planted
before there were such rows.
"""

from collections.abc import Iterable

from lastmeter.grid.models import Level, Node, Role, Staffing, StaffingRole, TermWarning

CUSTOMARY = "惯常值，请按本地规定修改"
WARNING_DAYS = 30
# level → its needs, each one of several roles
STAFFING: dict[Level, tuple[tuple[Role, ...], ...]] = {
    Level.COMMUNITY: ((Role.SECRETARY,), (Role.COMMUNITY_CLERK,)),
    Level.GRID: ((Role.GRID_WORKER, Role.PART_TIME_WORKER, Role.GRID_HEAD),),
    Level.MICRO: ((Role.BUILDING_HEAD, Role.LANE_HEAD, Role.HUB_HOUSEHOLD, Role.SMALL_GRID_HEAD),),
}


def plant(roots: Iterable[Node]) -> None:
    """Give these new nodes without a parent the rules of the grid, from their first day on."""
    nodes = list(roots)
    if not nodes:
        return
    TermWarning.objects.bulk_create(
        TermWarning(node=node, days=WARNING_DAYS, basis=CUSTOMARY, valid_from=node.valid_from) for node in nodes
    )
    rules = Staffing.objects.bulk_create(
        Staffing(node=node, level=level, basis=CUSTOMARY, valid_from=node.valid_from)
        for node in nodes
        for level in STAFFING
    )
    StaffingRole.objects.bulk_create(
        StaffingRole(staffing=rule, number=number, role=role)
        for rule in rules
        for number, roles in enumerate(STAFFING[Level(rule.level)], 1)
        for role in roles
    )
