"""The seam by which a deadline reaches the act of the package that owns it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from lastmeter.clocks.models import Deadline

Bell = Callable[[Sequence[Deadline], datetime], None]

_warns: dict[str, Bell] = {}
_falls: dict[str, Bell] = {}


def register(dossier_kind: str, *, warns: Bell, falls: Bell) -> None:
    """Name what is called when deadlines of a kind of dossier warn and fall due. Called from `apps.py`."""
    _warns[dossier_kind] = warns
    _falls[dossier_kind] = falls


def registered() -> set[str]:
    """The kinds of dossier that have their bells."""
    return set(_warns) & set(_falls)


def ring(dossier_kind: str, deadlines: Sequence[Deadline], now: datetime, *, fallen: bool) -> None:
    """Call the bell of a kind of dossier for deadlines that just warned or fell due."""
    (_falls if fallen else _warns)[dossier_kind](deadlines, now)
