"""What a matter is made of: one file for each part of its life."""

from lastmeter.matters.models.asking import Enquiry, Rating, Revisit
from lastmeter.matters.models.catalogue import Anomaly, Category, Correspondence, Difference, Edition, Scheme
from lastmeter.matters.models.duties import Duty
from lastmeter.matters.models.handling import Assignment, Closure, Outcome, Reply
from lastmeter.matters.models.items import Item, ItemList
from lastmeter.matters.models.matter import Matter, Profile, Requester, Source, Urgency
from lastmeter.matters.models.names import DistrictName
from lastmeter.matters.models.questions import Answer, Question
from lastmeter.matters.models.screening import Channel, Screening

__all__ = [
    "Anomaly",
    "Answer",
    "Assignment",
    "Category",
    "Channel",
    "Closure",
    "Correspondence",
    "Difference",
    "DistrictName",
    "Duty",
    "Edition",
    "Enquiry",
    "Item",
    "ItemList",
    "Matter",
    "Outcome",
    "Profile",
    "Question",
    "Rating",
    "Reply",
    "Requester",
    "Revisit",
    "Scheme",
    "Screening",
    "Source",
    "Urgency",
]
