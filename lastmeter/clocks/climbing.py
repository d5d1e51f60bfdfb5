"""When an overdue deadline takes its next step of the ladder."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from lastmeter.clocks import book, rules

Step = tuple[rules.RungRule, datetime]


class Climber(NamedTuple):
    """What decides the next step of an overdue deadline: those for whom it is the same take it at the same moment."""

    path: str
    kind: str
    unit_id: int | None
    rung: int
    start: datetime


def steps(climbers: Iterable[Climber], now: datetime) -> dict[Climber, Step]:
    """Each one's next step with its moment; those at the top of their ladder are left out. Asks the book, no table."""
    known, distinct = book.current_ladder(now), set(climbers)
    ladders = {key: rules.ladder(known, path=key[0], kind=key[1]) for key in {each[:2] for each in distinct}}
    return {each: step for each in distinct if (step := _next(each, ladders[each[:2]]))}


def _next(climber: Climber, ladder: list[rules.RungRule]) -> Step | None:
    worked = book.worked(climber.path, climber.unit_id)
    return rules.next_step(ladder, climber.rung, climber.start, worked)
