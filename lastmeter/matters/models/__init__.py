"""What a matter is made of: one file for each part of its life."""

from lastmeter.matters.models.asking import Enquiry, Rating, Revisit
from lastmeter.matters.models.catalogue import Category, Scheme
from lastmeter.matters.models.handling import Assignment, Closure, Outcome, Reply
from lastmeter.matters.models.lists import BulkRow, BulkRun, SavedList
from lastmeter.matters.models.matter import Matter, Profile, Requester, Source, Urgency
from lastmeter.matters.models.names import DistrictName
from lastmeter.matters.models.screening import Channel, Screening

__all__ = [
    "Assignment",
    "BulkRow",
    "BulkRun",
    "Category",
    "Channel",
    "Closure",
    "DistrictName",
    "Enquiry",
    "Matter",
    "Outcome",
    "Profile",
    "Rating",
    "Reply",
    "Requester",
    "Revisit",
    "SavedList",
    "Scheme",
    "Screening",
    "Source",
    "Urgency",
]
