"""The seam by which a deadline reaches the act of the package that owns it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from lastmeter.clocks.due import Due
from lastmeter.clocks.models import Pause
from lastmeter.clocks.recount import Moved


class Climb(NamedTuple):
    """An overdue deadline that takes step `number` of the ladder, up to the desk of a `level` (grid.Level)."""

    deadline: Due
    number: int
    level: int


Bell = Callable[[Sequence[Due], datetime], None]
HighBell = Callable[[Sequence[Climb], datetime], None]
PauseBell = Callable[[Sequence[Pause], datetime], None]
MoveBell = Callable[[Sequence[Moved], str, datetime], None]


@dataclass(frozen=True, slots=True)
class Bells:
    """What a package does when deadlines of its dossiers warn, fall due, stay overdue, go on after a pause, or move
    because other days or hours are worked (with the reason in words)."""

    warns: Bell
    falls: Bell
    climbs: HighBell
    resumes: PauseBell
    moves: MoveBell


_bells: dict[str, Bells] = {}


def register(dossier_kind: str, bells: Bells) -> None:
    """Name what is called for the deadlines of a kind of dossier. Called from `apps.py`."""
    _bells[dossier_kind] = bells


def registered() -> set[str]:
    """The kinds of dossier that have their bells."""
    return set(_bells)


def warn(dossier_kind: str, deadlines: Sequence[Due], now: datetime) -> None:
    """Deadlines of a kind of dossier have reached their yellow moment."""
    _bells[dossier_kind].warns(deadlines, now)


def fall(dossier_kind: str, deadlines: Sequence[Due], now: datetime) -> None:
    """Deadlines of a kind of dossier have just fallen due."""
    _bells[dossier_kind].falls(deadlines, now)


def climb(dossier_kind: str, climbs: Sequence[Climb], now: datetime) -> None:
    """Deadlines of a kind of dossier take a step of the ladder."""
    _bells[dossier_kind].climbs(climbs, now)


def resume(dossier_kind: str, pauses: Sequence[Pause], now: datetime) -> None:
    """Pauses of dossiers of a kind are over and their clocks go on."""
    _bells[dossier_kind].resumes(pauses, now)


def move(dossier_kind: str, moved: Sequence[Moved], why: str, now: datetime) -> None:
    """Deadlines of dossiers of a kind have other dates because the working calendar or office hours changed."""
    _bells[dossier_kind].moves(moved, why, now)
