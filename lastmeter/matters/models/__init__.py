"""What a matter is made of: one file for each part of its life."""

from lastmeter.matters.models.asking import Enquiry, LapseRule, Rating, Revisit
from lastmeter.matters.models.catalogue import Anomaly, Category, Correspondence, Difference, Edition, Scheme
from lastmeter.matters.models.checks import SiteCheck
from lastmeter.matters.models.duties import Duty
from lastmeter.matters.models.events import (
    HotIssue,
    Incident,
    Membership,
    Theme,
    Voice,
    VoiceWord,
    Watch,
    WordTable,
)
from lastmeter.matters.models.grievance import Grievance
from lastmeter.matters.models.handling import Assignment, Cause, Closure, Outcome, Reply
from lastmeter.matters.models.items import Item, ItemList
from lastmeter.matters.models.learned import BenchCase, LearnedModel
from lastmeter.matters.models.lists import BulkRow, BulkRun, SavedList
from lastmeter.matters.models.matter import Matter, Profile, Requester, Source, Urgency
from lastmeter.matters.models.names import DistrictName
from lastmeter.matters.models.objections import Objection
from lastmeter.matters.models.outside import OutsideAnswer, OutsideLink
from lastmeter.matters.models.questions import Answer, Question
from lastmeter.matters.models.rules import Cap, ProfileRule
from lastmeter.matters.models.screening import Channel, Ground, Screening
from lastmeter.matters.models.talking import Letter, Message, Template, Way
from lastmeter.matters.models.together import Part
from lastmeter.matters.models.whistles import (
    Attendance,
    Called,
    Colour,
    Conference,
    Decision,
    Rank,
    Tier,
    UnitRating,
    Whistle,
    WhistleLevel,
    WhistleSource,
    WhistleStep,
)

__all__ = [
    "Anomaly",
    "Answer",
    "Assignment",
    "Attendance",
    "BenchCase",
    "BulkRow",
    "BulkRun",
    "Called",
    "Cap",
    "Category",
    "Cause",
    "Channel",
    "Closure",
    "Colour",
    "Conference",
    "Correspondence",
    "Decision",
    "Difference",
    "DistrictName",
    "Duty",
    "Edition",
    "Enquiry",
    "Grievance",
    "Ground",
    "HotIssue",
    "Incident",
    "Item",
    "ItemList",
    "LapseRule",
    "LearnedModel",
    "Letter",
    "Matter",
    "Membership",
    "Message",
    "Objection",
    "Outcome",
    "OutsideAnswer",
    "OutsideLink",
    "Part",
    "Profile",
    "ProfileRule",
    "Question",
    "Rank",
    "Rating",
    "Reply",
    "Requester",
    "Revisit",
    "SavedList",
    "Scheme",
    "Screening",
    "SiteCheck",
    "Source",
    "Template",
    "Theme",
    "Tier",
    "UnitRating",
    "Urgency",
    "Voice",
    "VoiceWord",
    "Watch",
    "Way",
    "Whistle",
    "WhistleLevel",
    "WhistleSource",
    "WhistleStep",
    "WordTable",
]
