"""The ground and who stands on it: the tree, units and Party organisations, posts."""

from lastmeter.grid.models.handovers import HandedItem, Handover
from lastmeter.grid.models.names import NodeName
from lastmeter.grid.models.openings import Application, PostOpening
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
    "Application",
    "Code",
    "GroundVersion",
    "HandedItem",
    "Handover",
    "Level",
    "Node",
    "NodeKind",
    "NodeName",
    "NodeQuerySet",
    "PartyOrganisation",
    "Plate",
    "Post",
    "PostOpening",
    "Role",
    "Shape",
    "Tenure",
    "TenureQuerySet",
    "Unit",
    "UnitKind",
]
