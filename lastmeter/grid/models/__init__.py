"""The ground and who stands on it: the tree, units and Party organisations, posts."""

from lastmeter.grid.models.posts import Post, Role, Tenure, TenureQuerySet
from lastmeter.grid.models.proposals import Proposal, ProposalCell, ProposalGrid
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
    "Code",
    "GroundVersion",
    "Level",
    "Node",
    "NodeKind",
    "NodeQuerySet",
    "PartyOrganisation",
    "Plate",
    "Post",
    "Proposal",
    "ProposalCell",
    "ProposalGrid",
    "Role",
    "Shape",
    "Tenure",
    "TenureQuerySet",
    "Unit",
    "UnitKind",
]
