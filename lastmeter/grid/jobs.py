"""What the timetable calls for the grid."""

from datetime import datetime

from lastmeter.grid import holdings
from lastmeter.grid.coverage import strays
from lastmeter.grid.duty import calling
from lastmeter.grid.history import redrawing
from lastmeter.grid.layers import loading
from lastmeter.grid.staff import expiring, vacancies


def warn_terms(now: datetime) -> int:
    """Tell of terms that end soon and of posts that have fallen vacant; daily. Returns how many were looked at."""
    return expiring.warn(now) + vacancies.warn(now)


def apply_due(now: datetime) -> int:
    """Apply the confirmed changes of the ground whose day has come; every few minutes."""
    return redrawing.apply_due(now)


def purge(now: datetime) -> int:
    """Empty applications past their term; hourly. Returns how many."""
    return holdings.erase_old(now)


def sweep_previews(now: datetime) -> int:
    """Take away the previews of layers that nobody has kept; hourly. Returns how many."""
    return loading.sweep(now)


def find_strays(now: datetime) -> int:
    """Find the open matters and buildings whose position lies outside their grid; every ten minutes."""
    return strays.look()


def lapse_calls(now: datetime) -> int:
    """End the calls of which nobody said how they went; every few minutes."""
    return calling.lapse(now)
