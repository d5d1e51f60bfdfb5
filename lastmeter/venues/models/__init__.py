"""The models of venues, one file a topic."""

from lastmeter.venues.models.absences import Absence
from lastmeter.venues.models.bookings import Booking, KeyHandover, Occupancy
from lastmeter.venues.models.draws import Draw, Lot
from lastmeter.venues.models.hours import Opening, Period
from lastmeter.venues.models.rules import BookingRule
from lastmeter.venues.models.spaces import Equipment, Space, Venue

__all__ = [
    "Absence",
    "Booking",
    "BookingRule",
    "Draw",
    "Equipment",
    "KeyHandover",
    "Lot",
    "Occupancy",
    "Opening",
    "Period",
    "Space",
    "Venue",
]
