"""The seam for the working calendar in force: whoever keeps the notices entered here says so, everybody asks here."""

from collections.abc import Callable

from lastmeter.kit.zhtime import Calendar

Source = Callable[[], Calendar]
_source: Source = Calendar.national


def register(source: Source) -> None:
    """Name what gives the calendar in force. Called from `apps.py`."""
    global _source
    _source = source


def calendar() -> Calendar:
    """The calendar of the country as it is known here: the software's own, with what was entered on top."""
    return _source()
