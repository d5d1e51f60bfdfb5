"""Setting and ending the rules about matters at a place: one act for every kind of row."""

from datetime import datetime

from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import ruling
from lastmeter.clocks.models import Limit
from lastmeter.grid import policy as rows
from lastmeter.grid.models import PolicyRow
from lastmeter.matters.models import LapseRule
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.rulebook.tables import BY_MODEL


def put(row: PolicyRow, *, by: Actor, now: datetime) -> PolicyRow:
    """Let an unsaved row hold from its `valid_from` on; clocks that run keep the limit that set them.

    Raises NotAllowed outside the actor's ground, grid.policy.TooLate for a day that has gone by.
    """
    _require(row, by)
    if isinstance(row, LapseRule):
        row.by_id, row.at = by.user_id, now
    return rows.enact(row, by=by, now=now)


def end(row: PolicyRow, *, by: Actor, now: datetime) -> None:
    """From today on what stands above the place holds there; a row that has not begun yet is called off instead.

    Raises NotAllowed, and clocks.NotNow for the last limit of its kind that speaks of every matter of the place:
    without it there would be matters without a clock.
    """
    _require(row, by)
    if rows.call_off(row, by=by, now=now):
        return
    if isinstance(row, Limit):
        ruling.require_another(row)
    rows.give_up(row, by=by, now=now)


def _require(row: PolicyRow, by: Actor) -> None:
    if not BY_MODEL[type(row)].may(by, row.node):
        raise NotAllowed(_("您的岗位不能改这里的规则。"))
