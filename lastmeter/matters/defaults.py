"""What a new installation starts with: a local catalogue and first time limits, as rows that the owner edits.

The limits are customary values (DOMAIN.md 5.4, marked [K] there): they are a start, not a rule of this software.
"""

import csv
from datetime import date
from importlib.resources import files

from django.db import transaction

from lastmeter.clocks.models import Limit, Measure, Rung
from lastmeter.grid import ground
from lastmeter.grid.models import Level, Node
from lastmeter.matters.asking import ASK_KIND
from lastmeter.matters.closing import REOPEN_KIND
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Category, Scheme, Urgency
from lastmeter.matters.talking import grievances

LOCAL = "local"
CUSTOMARY = "惯常值，请按本地规定修改"
# number, amount, measure, level: how long after the due moment an overdue matter goes up, and to which level
LADDER = (
    (1, 1, Measure.WORKING_DAYS, Level.COMMUNITY),
    (2, 3, Measure.WORKING_DAYS, Level.TOWN),
    (3, 5, Measure.WORKING_DAYS, Level.COUNTY),
)
# kind, urgency, amount, measure, warning share
LIMITS = (
    (ANSWER, "", 24, Measure.NATURAL_HOURS, 75),
    (ANSWER, Urgency.URGENT, 4, Measure.NATURAL_HOURS, 75),
    (ANSWER, Urgency.EMERGENCY, 2, Measure.NATURAL_HOURS, 50),
    (FIX, "", 5, Measure.WORKING_DAYS, 75),
    (FIX, Urgency.URGENT, 2, Measure.WORKING_DAYS, 75),
    (FIX, Urgency.EMERGENCY, 24, Measure.NATURAL_HOURS, 50),
    (REOPEN_KIND, "", 15 * 24, Measure.NATURAL_HOURS, 100),
    (ASK_KIND, "", 5, Measure.WORKING_DAYS, 80),
    (grievances.KIND, "", 5, Measure.WORKING_DAYS, 75),
)


@transaction.atomic
def plant_defaults(root: Node, *, today: date) -> None:
    """Give the installation its local catalogue and the root its first limits; what exists already stays."""
    if not Limit.objects.filter(node=root).exists():
        Limit.objects.bulk_create(
            Limit(
                node=root,
                kind=kind,
                urgency=urgency,
                amount=amount,
                measure=measure,
                warn_share=share,
                basis=CUSTOMARY,
                valid_from=date(today.year - 1, 1, 1),
            )
            for kind, urgency, amount, measure, share in LIMITS
        )
        ground.bump()
    if not Rung.objects.filter(node=root).exists():
        since = date(today.year - 1, 1, 1)
        Rung.objects.bulk_create(
            Rung(
                node=root,
                kind=FIX,
                number=n,
                amount=amount,
                measure=measure,
                level=level,
                basis=CUSTOMARY,
                valid_from=since,
            )
            for n, amount, measure, level in LADDER
        )
        ground.bump()
    scheme, made = Scheme.objects.get_or_create(code=LOCAL, defaults={"name": "本地事项清单", "source": "最后一米自编"})
    if made:
        _plant_categories(scheme)


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
