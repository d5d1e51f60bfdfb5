"""What a matter is made of: one file for each part of its life."""

from lastmeter.matters.models.asking import Enquiry, LapseRule, Rating, Revisit
from lastmeter.matters.models.catalogue import Category, Scheme
from lastmeter.matters.models.grievance import Grievance
from lastmeter.matters.models.handling import Assignment, Closure, Outcome, Reply
from lastmeter.matters.models.matter import Matter, Profile, Requester, Source, Urgency
from lastmeter.matters.models.names import DistrictName
from lastmeter.matters.models.outside import OutsideAnswer, OutsideLink
from lastmeter.matters.models.screening import Channel, Screening
from lastmeter.matters.models.talking import Letter, Message, Template, Way

__all__ = [
    "Assignment",
    "Category",
    "Channel",
    "Closure",
    "DistrictName",
    "Enquiry",
    "Grievance",
    "LapseRule",
    "Letter",
    "Matter",
    "Message",
    "Outcome",
    "OutsideAnswer",
    "OutsideLink",
    "Profile",
    "Rating",
    "Reply",
    "Requester",
    "Revisit",
    "Scheme",
    "Screening",
    "Source",
    "Template",
    "Urgency",
    "Way",
]
