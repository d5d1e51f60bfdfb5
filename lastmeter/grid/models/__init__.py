"""The ground and who stands on it: the tree, units and Party organisations, posts, the address book."""

from lastmeter.grid.models.addresses import Building, Compound, Entrance, NameGram, PlaceName, Road
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
    "Building",
    "Code",
    "Compound",
    "Entrance",
    "GroundVersion",
    "Level",
    "NameGram",
    "Node",
    "NodeKind",
    "NodeQuerySet",
    "PartyOrganisation",
    "PlaceName",
    "Plate",
    "Post",
    "Road",
    "Role",
    "Shape",
    "Tenure",
    "TenureQuerySet",
    "Unit",
    "UnitKind",
]
