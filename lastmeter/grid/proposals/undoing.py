"""What somebody gave away on the map in this session: taken back step by step while nobody else came between."""

from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase

from lastmeter.grid.models import Proposal, ProposalCell, ProposalGrid

KEPT = "gifts"  # the session's key: proposal id → gifts, the last one last
MOST = 30


@dataclass(frozen=True, slots=True)
class Gift:
    """A cell that went from one grid to another; the draft's version afterwards."""

    cell: int
    former: int
    to: int
    version: int


def note(session: SessionBase, proposal: Proposal, cell: ProposalCell, to: ProposalGrid, *, version: int) -> None:
    """Remember a gift that was made on this version of the draft."""
    stack = _stack(session, proposal)
    if stack and stack[-1].version != version:
        stack = []  # somebody else has changed it since
    _keep(session, proposal, [*stack, Gift(cell.pk, cell.grid_id, to.pk, version + 1)])


def last(session: SessionBase, proposal: Proposal) -> Gift | None:
    """The last gift, when the draft is still as it left it."""
    stack = _stack(session, proposal)
    return stack[-1] if stack and stack[-1].version == proposal.version else None


def taken_back(session: SessionBase, proposal: Proposal) -> None:
    """The last gift has been taken back, which made the draft one version younger: the one before it is next."""
    *rest, gone = _stack(session, proposal)
    if rest:
        before = rest.pop()
        rest.append(Gift(before.cell, before.former, before.to, gone.version + 1))
    _keep(session, proposal, rest)


def _stack(session: SessionBase, proposal: Proposal) -> list[Gift]:
    return [Gift(*each) for each in session.get(KEPT, {}).get(str(proposal.pk), [])]


def _keep(session: SessionBase, proposal: Proposal, stack: list[Gift]) -> None:
    rows = [[each.cell, each.former, each.to, each.version] for each in stack[-MOST:]]
    session[KEPT] = session.get(KEPT, {}) | {str(proposal.pk): rows}
