"""预约规则 in force at a place: the nearest row above it, read once until the ground changes; else the usual values."""

from datetime import date, datetime

from lastmeter.grid import policy
from lastmeter.grid.models import lineage, valid_on
from lastmeter.kit.zhtime import CHINA
from lastmeter.venues.models import BookingRule


def rule_for(path: str, now: datetime) -> BookingRule:
    """The rule that holds at the node of that path today."""
    known = {row.node.path: row for row in _rules.on(now.astimezone(CHINA).date())}
    return next((known[part] for part in lineage(path) if part in known), BookingRule())


def _read(today: date) -> list[BookingRule]:
    return list(BookingRule.objects.filter(valid_on(today)).select_related("node"))


_rules: policy.Known[BookingRule] = policy.Known(_read)  # type: ignore[type-var]  # rows, whose path is their node's
