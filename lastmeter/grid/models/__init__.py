"""The ground and who stands on it: the tree and how it changes, units, posts, the address book, layers."""

from lastmeter.grid.models.addresses import Building, Compound, Entrance, NameGram, PlaceName, Road
from lastmeter.grid.models.duty import Call, CallAttempt, DayType, Roster, RosterMember, RosterSlot, Swap
from lastmeter.grid.models.handovers import HandedItem, Handover
from lastmeter.grid.models.history import MAKING, Change, ChangeKind, Move, NodeName, Part, Source, Trace
from lastmeter.grid.models.layers import Cell, CellState, Layer, Unplaced
from lastmeter.grid.models.names import SearchName
from lastmeter.grid.models.openings import Application, PostOpening
from lastmeter.grid.models.policy import PolicyRow, Staffing, StaffingRole, TermWarning, held_or_coming, lasting
from lastmeter.grid.models.posts import Post, Role, Tenure, TenureQuerySet
from lastmeter.grid.models.proposals import (
    Proposal,
    ProposalCell,
    ProposalFigures,
    ProposalGrid,
    ProposalHeld,
    ProposalLayer,
    ProposalShare,
)
from lastmeter.grid.models.strays import Stray
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
    at_or_below,
    lineage,
    valid_on,
)
from lastmeter.grid.models.units import PartyOrganisation, Unit, UnitKind

__all__ = [
    "KEY_WIDTH",
    "MAKING",
    "Application",
    "Building",
    "Call",
    "CallAttempt",
    "Cell",
    "CellState",
    "Change",
    "ChangeKind",
    "Code",
    "Compound",
    "DayType",
    "Entrance",
    "GroundVersion",
    "HandedItem",
    "Handover",
    "Layer",
    "Level",
    "Move",
    "NameGram",
    "Node",
    "NodeKind",
    "NodeName",
    "NodeQuerySet",
    "Part",
    "PartyOrganisation",
    "PlaceName",
    "Plate",
    "PlateQuerySet",
    "PolicyRow",
    "Post",
    "PostOpening",
    "Proposal",
    "ProposalCell",
    "ProposalFigures",
    "ProposalGrid",
    "ProposalHeld",
    "ProposalLayer",
    "ProposalShare",
    "Road",
    "Role",
    "Roster",
    "RosterMember",
    "RosterSlot",
    "SearchName",
    "Shape",
    "Source",
    "Staffing",
    "StaffingRole",
    "Stray",
    "Swap",
    "Tenure",
    "TenureQuerySet",
    "TermWarning",
    "Trace",
    "Unit",
    "UnitKind",
    "Unplaced",
    "at_or_below",
    "held_or_coming",
    "lasting",
    "lineage",
    "valid_on",
]
