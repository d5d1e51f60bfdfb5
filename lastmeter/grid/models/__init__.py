"""The ground and who stands on it: the tree, units and Party organisations, posts; how the ground changes."""

from lastmeter.grid.models.history import MAKING, Change, ChangeKind, Move, NodeName, Part, Source, Trace
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
    "MAKING",
    "Change",
    "ChangeKind",
    "Code",
    "GroundVersion",
    "Level",
    "Move",
    "Node",
    "NodeKind",
    "NodeName",
    "NodeQuerySet",
    "Part",
    "PartyOrganisation",
    "Plate",
    "Post",
    "Role",
    "Shape",
    "Source",
    "Tenure",
    "TenureQuerySet",
    "Trace",
    "Unit",
    "UnitKind",
]
