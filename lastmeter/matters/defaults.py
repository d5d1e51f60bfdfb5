"""What a new installation starts with: a local catalogue and first time limits, as rows that the owner edits.

The limits are customary values (DOMAIN.md 5.4, marked [K] there): they are a start, not a rule of this software.
"""

import csv
from collections.abc import Iterable
from datetime import date
from importlib.resources import files
from typing import Any, TypeVar

from django.db import transaction

from lastmeter.clocks.models import Bound, Demand, Limit, Measure, OfficeSpan, Pause, Rung
from lastmeter.clocks.suspending import REVIEW
from lastmeter.grid import ground
from lastmeter.grid.defaults import CUSTOMARY
from lastmeter.grid.models import Level, Node
from lastmeter.kit.zhtime import Timetable
from lastmeter.matters import promises
from lastmeter.matters.closing import REOPEN_KIND
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Cap, Category, Colour, Profile, Rank, Scheme, Urgency, WhistleLevel
from lastmeter.matters.talking import grievances
from lastmeter.matters.talking.asking import ASK_KIND
from lastmeter.matters.whistles import lifecycle as whistling

R = TypeVar("R", Limit, Rung, Bound, Cap, OfficeSpan, WhistleLevel)
LOCAL = "local"
PETITION_BASIS = "信访工作条例第二十二、二十三、三十四、三十五条"
DAY = 24  # natural hours
# Returns within a working day and twice, a dispute in two, a part in three: 12345 practice (DOMAIN.md 5.3, [K]).
# An existing installation gets these rows by the migrations matters/0003 and 0016.
LIMITS_OF_FLOWS = (
    (promises.RETURN, "", "", 1, Measure.WORKING_DAYS, 100),
    (promises.RETURN, Profile.PETITION, "", 5, Measure.WORKING_DAYS, 100),
    (promises.DISPUTE, "", "", 2, Measure.WORKING_DAYS, 50),
    (promises.TRANSFER, "", "", 1, Measure.WORKING_DAYS, 50),
    (promises.ASSIST, "", "", 3, Measure.WORKING_DAYS, 75),
    (promises.REPEAT, "", "", 90 * DAY, Measure.NATURAL_HOURS, 100),
    ("register", Profile.PETITION, "", 15 * DAY, Measure.NATURAL_HOURS, 75),
    ("accept", Profile.PETITION, "", 15 * DAY, Measure.NATURAL_HOURS, 75),
    (FIX, Profile.PETITION, "", 60 * DAY, Measure.NATURAL_HOURS, 75),
    ("recheck", Profile.PETITION, "", 30 * DAY, Measure.NATURAL_HOURS, 75),
    (REOPEN_KIND, Profile.PETITION, "", 30 * DAY, Measure.NATURAL_HOURS, 100),
)
# Whistles (DOMAIN.md 6, [K]; Guangling: simple ones the same day, complex ones within ten working days): reporting in
# within half a working day, an hour for a red one. An existing installation gets them by migration matters/0019.
LIMITS_OF_WHISTLES = (
    (whistling.APPROVE, whistling.NAME, "", 4, Measure.WORKING_HOURS, 75),
    (whistling.APPROVE, whistling.NAME, Colour.RED, 1, Measure.NATURAL_HOURS, 50),
    (whistling.ROUTE, whistling.NAME, "", 4, Measure.WORKING_HOURS, 75),
    (whistling.ROUTE, whistling.NAME, Colour.RED, 1, Measure.NATURAL_HOURS, 50),
    (whistling.SIGN, whistling.NAME, "", 4, Measure.WORKING_HOURS, 75),
    (whistling.SIGN, whistling.NAME, Colour.YELLOW, 2, Measure.WORKING_HOURS, 75),
    (whistling.SIGN, whistling.NAME, Colour.RED, 1, Measure.NATURAL_HOURS, 50),
    (whistling.ARRIVE, whistling.NAME, "", 1, Measure.WORKING_DAYS, 75),
    (whistling.ARRIVE, whistling.NAME, Colour.YELLOW, 4, Measure.WORKING_HOURS, 75),
    (whistling.ARRIVE, whistling.NAME, Colour.RED, 2, Measure.NATURAL_HOURS, 50),
    (whistling.WORK, whistling.NAME, "", 5, Measure.WORKING_DAYS, 75),
    (whistling.WORK, whistling.NAME, Colour.YELLOW, 10, Measure.WORKING_DAYS, 75),
    (whistling.WORK, whistling.NAME, Colour.RED, DAY, Measure.NATURAL_HOURS, 50),
    (whistling.RATE, whistling.NAME, "", 5, Measure.WORKING_DAYS, 75),
)
LADDER_OF_WHISTLES = (
    (whistling.APPROVE, 1, 2, Measure.WORKING_HOURS, Level.TOWN),
    (whistling.ROUTE, 1, 2, Measure.WORKING_HOURS, Level.COUNTY),
    (whistling.SIGN, 1, 2, Measure.WORKING_HOURS, Level.TOWN),
    (whistling.SIGN, 2, 1, Measure.WORKING_DAYS, Level.COUNTY),
    (whistling.WORK, 1, 1, Measure.WORKING_DAYS, Level.TOWN),
    (whistling.WORK, 2, 3, Measure.WORKING_DAYS, Level.COUNTY),
    (whistling.DECIDE, 1, 1, Measure.WORKING_DAYS, Level.COUNTY),
)
LEVELS_OF_WHISTLES = (
    (Colour.BLUE, "普通哨", Rank.SECTION),
    (Colour.YELLOW, "重点哨", Rank.DEPUTY),
    (Colour.RED, "紧急哨", Rank.HEAD),
)
CAPS = ((Cap.Kind.RETURNS, 2), (Cap.Kind.REOPENINGS, 1), (Cap.Kind.MISSES, 3))
# kind, number, amount, measure, level: how long after the due moment an overdue matter goes up, and to which level
LADDER = (
    (FIX, 1, 1, Measure.WORKING_DAYS, Level.COMMUNITY),
    (FIX, 2, 3, Measure.WORKING_DAYS, Level.TOWN),
    (FIX, 3, 5, Measure.WORKING_DAYS, Level.COUNTY),
    (Demand.Kind.SUPERVISE, 1, 1, Measure.WORKING_DAYS, Level.TOWN),
    (Demand.Kind.SUPERVISE, 2, 3, Measure.WORKING_DAYS, Level.COUNTY),
    (REVIEW, 1, 1, Measure.WORKING_DAYS, Level.TOWN),
    (REVIEW, 2, 5, Measure.WORKING_DAYS, Level.COUNTY),
    (promises.DISPUTE, 1, 1, Measure.WORKING_DAYS, Level.COUNTY),
    (promises.TRANSFER, 1, 1, Measure.WORKING_DAYS, Level.TOWN),
    (promises.TRANSFER, 2, 3, Measure.WORKING_DAYS, Level.COUNTY),
    *LADDER_OF_WHISTLES,
)
# kind, profile, urgency, amount, measure, warning share
LIMITS = (
    (ANSWER, "", "", 24, Measure.NATURAL_HOURS, 75),
    (ANSWER, "", Urgency.URGENT, 4, Measure.NATURAL_HOURS, 75),
    (ANSWER, "", Urgency.EMERGENCY, 2, Measure.NATURAL_HOURS, 50),
    (FIX, "", "", 5, Measure.WORKING_DAYS, 75),
    (FIX, "", Urgency.URGENT, 2, Measure.WORKING_DAYS, 75),
    (FIX, "", Urgency.EMERGENCY, 24, Measure.NATURAL_HOURS, 50),
    (REOPEN_KIND, "", "", 15 * 24, Measure.NATURAL_HOURS, 100),
    (ASK_KIND, "", "", 5, Measure.WORKING_DAYS, 80),
    (grievances.KIND, "", "", 5, Measure.WORKING_DAYS, 75),
    (Demand.Kind.SUPERVISE, "", "", 3, Measure.WORKING_DAYS, 75),
    (Demand.Kind.URGE, "", "", 1, Measure.WORKING_DAYS, 75),
    *LIMITS_OF_FLOWS,
    *LIMITS_OF_WHISTLES,
)
# what, which, amount: how far a date may be moved, and how often somebody may press
BOUNDS = (
    (Bound.What.PAUSES, "", 3),
    (Bound.What.PAUSE_DAYS, "", 30),
    (Bound.What.PAUSE_DAYS, Pause.Reason.REQUESTER, 15),
    (Bound.What.PAUSE_DAYS, Pause.Reason.NO_ENTRY, 15),
    (Bound.What.PAUSE_DAYS, Pause.Reason.WEATHER, 15),
    (Bound.What.PAUSE_DAYS, Pause.Reason.PROCEDURE, 90),
    (Bound.What.PAUSE_DAYS, Pause.Reason.DISPUTE, 180),
    (Bound.What.EXTENSIONS, "", 1),
    (Bound.What.EXTENSION_SHARE, "", 100),
    (Bound.What.REVIEW_DAYS, "", 90),
    (Bound.What.URGE_DAYS, "", 3),
)


@transaction.atomic
def plant_defaults(root: Node, *, today: date) -> None:
    """Give the installation its local catalogue and the root its first rules; what it has already stays."""
    dated: dict[str, Any] = {"node": root, "basis": CUSTOMARY, "valid_from": date(today.year - 1, 1, 1)}
    _unless_there(Limit, (_limit(row, dated) for row in LIMITS))
    _unless_there(
        Rung,
        (
            Rung(kind=kind, number=number, amount=amount, measure=measure, level=level, **dated)
            for kind, number, amount, measure, level in LADDER
        ),
    )
    _unless_there(Bound, (Bound(what=what, which=which, amount=amount, **dated) for what, which, amount in BOUNDS))
    _unless_there(
        WhistleLevel,
        (WhistleLevel(colour=colour, word=word, rank=rank, **dated) for colour, word, rank in LEVELS_OF_WHISTLES),
    )
    _unless_there(Cap, (Cap(kind=kind, most=most, **dated) for kind, most in CAPS))
    _unless_there(
        OfficeSpan,
        (
            OfficeSpan(weekday=weekday, opens=opens, closes=closes, **dated)
            for weekday in range(1, 6)
            for opens, closes in Timetable().spans
        ),
    )
    ground.bump()
    scheme, made = Scheme.objects.get_or_create(code=LOCAL, defaults={"name": "本地事项清单", "source": "最后一米自编"})
    if made:
        _plant_categories(scheme)


def _limit(row: tuple[str, str, str, int, str, int], dated: dict[str, Any]) -> Limit:
    kind, profile, urgency, amount, measure, share = row
    basis = PETITION_BASIS if profile == Profile.PETITION else CUSTOMARY
    named = {"kind": kind, "profile": profile, "urgency": urgency}
    return Limit(amount=amount, measure=measure, warn_share=share, **named, **(dated | {"basis": basis}))


def _unless_there(model: type[R], rows: Iterable[R]) -> None:
    """Plant the first rows of a kind of rule, unless the root has any."""
    made = list(rows)
    if not model._default_manager.filter(node=made[0].node).exists():
        model._default_manager.bulk_create(made)


def _plant_categories(scheme: Scheme) -> None:
    text = files("lastmeter.matters").joinpath("data/local_categories.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    planted: dict[str, Category] = {}
    for top in (True, False):
        chosen = [row for row in rows if (row["parent"] == "") is top]
        made = Category.objects.bulk_create(
            Category(
                scheme=scheme,
                parent=planted.get(row["parent"]),
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                words=row["words"],
                advice=row["advice"],
            )
            for row in chosen
        )
        planted |= {each.code: each for each in made}
