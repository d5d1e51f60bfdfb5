"""Deadlines of any dossier: the dated rules that set them, and what makes them stand still or move."""

from lastmeter.clocks.models.calendar import CalendarDay, OfficeSpan, Recounting
from lastmeter.clocks.models.deadline import Deadline, Hold
from lastmeter.clocks.models.limits import Bound, Limit, Measure, Rung
from lastmeter.clocks.models.moving import Extension, Pause
from lastmeter.clocks.models.pressing import Demand
from lastmeter.clocks.models.suspending import Suspension

__all__ = [
    "Bound",
    "CalendarDay",
    "Deadline",
    "Demand",
    "Extension",
    "Hold",
    "Limit",
    "Measure",
    "OfficeSpan",
    "Pause",
    "Recounting",
    "Rung",
    "Suspension",
]
