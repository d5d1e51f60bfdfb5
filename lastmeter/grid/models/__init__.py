"""The ground and who stands on it: the tree, units and Party organisations, posts."""

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
    PlateQuerySet,
    Shape,
)
from lastmeter.grid.models.units import PartyOrganisation, Unit, UnitKind

__all__ = [
    "KEY_WIDTH",
    "Code",
    "GroundVersion",
    "Level",
    "Node",
    "NodeKind",
    "NodeQuerySet",
    "PartyOrganisation",
    "Plate",
    "PlateQuerySet",
    "Post",
    "Role",
    "Shape",
    "Tenure",
    "TenureQuerySet",
    "Unit",
    "UnitKind",
]
