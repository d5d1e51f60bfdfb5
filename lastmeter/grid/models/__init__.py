"""The ground and who stands on it: the tree, units and Party organisations, posts, duty."""

from lastmeter.grid.models.duty import Call, CallAttempt, DayType, Roster, RosterMember, RosterSlot, Swap
from lastmeter.grid.models.posts import Post, Role, Tenure, TenureQuerySet
from lastmeter.grid.models.tree import (
    KEY_WIDTH,
    Code,
    GroundVersion,
    Level,
    Node,
    NodeKind,
    NodeQuerySet,
    Plate,
    Shape,
)
from lastmeter.grid.models.units import PartyOrganisation, Unit, UnitKind

__all__ = [
    "KEY_WIDTH",
    "Call",
    "CallAttempt",
    "Code",
    "DayType",
    "GroundVersion",
    "Level",
    "Node",
    "NodeKind",
    "NodeQuerySet",
    "PartyOrganisation",
    "Plate",
    "Post",
    "Role",
    "Roster",
    "RosterMember",
    "RosterSlot",
    "Shape",
    "Swap",
    "Tenure",
    "TenureQuerySet",
    "Unit",
    "UnitKind",
]
