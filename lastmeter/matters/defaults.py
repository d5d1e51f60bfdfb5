"""What a new installation starts with: a local catalogue and first time limits, as rows that the owner edits.

The limits are customary values (DOMAIN.md 5.4, marked [K] there): they are a start, not a rule of this software.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files

from django.db import transaction

from lastmeter.clocks.models import Limit, Measure, Rung
from lastmeter.grid import ground
from lastmeter.grid.defaults import CUSTOMARY
from lastmeter.grid.models import Level, Node, PolicyRow
from lastmeter.matters.asking import ASK_KIND
from lastmeter.matters.closing import REOPEN_KIND
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Category, Scheme, Urgency

LOCAL = "local"
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
)


@transaction.atomic
def plant_defaults(root: Node, *, today: date) -> None:
    """Give the installation its local catalogue and the root its first limits; what exists already stays."""
    since = date(today.year - 1, 1, 1)
    for rules in (_limits(), _ladder()):
        _plant_rules(root, list(rules), since)
    scheme, made = Scheme.objects.get_or_create(code=LOCAL, defaults={"name": "本地事项清单", "source": "最后一米自编"})
    if made:
        _plant_categories(scheme)


def _limits() -> Iterator[Limit]:
    for kind, urgency, amount, measure, share in LIMITS:
        yield Limit(kind=kind, urgency=urgency, amount=amount, measure=measure, warn_share=share)


def _ladder() -> Iterator[Rung]:
    for number, amount, measure, level in LADDER:
        yield Rung(kind=FIX, number=number, amount=amount, measure=measure, level=level)


def _plant_rules(root: Node, rules: Sequence[PolicyRow], since: date) -> None:
    """Let these rules, all of one kind, hold at the root from that day on, unless it has some of the kind already."""
    model = type(rules[0])
    if model._default_manager.filter(node=root).exists():
        return
    for rule in rules:
        rule.node, rule.basis, rule.valid_from = root, CUSTOMARY, since
    model._default_manager.bulk_create(rules)
    ground.bump()


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
