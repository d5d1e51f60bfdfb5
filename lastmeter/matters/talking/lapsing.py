"""What follows when a question to the requester stays unanswered: a dated rule at a node; without one, work goes on."""

from datetime import datetime

from lastmeter.grid.models import lineage, valid_on
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.models import LapseRule, Matter
from lastmeter.matters.talking import templates


def rule_for(matter: Matter, now: datetime) -> LapseRule | None:
    """The rule of the nearest place, there the one for the category, then for the category above it; one query."""
    category = matter.category
    kinds = templates.lineage_of(category) if category else ()
    rows = LapseRule.objects.filter(
        valid_on(now.astimezone(CHINA).date()), node__path__in=lineage(matter.dossier.path)
    ).select_related("node")
    fitting = [row for row in rows if row.category_id is None or row.category_id in kinds]

    def rank(row: LapseRule) -> tuple[int, int, int]:
        near = len(kinds) - kinds.index(row.category_id) if row.category_id in kinds else 0
        return (len(row.node.path), near, row.pk)

    return max(fitting, key=rank, default=None)


def closes(matter: Matter, now: datetime) -> bool:
    """Whether the matter will be closed when its open question stays unanswered."""
    rule = rule_for(matter, now)
    return rule is not None and rule.then == LapseRule.Then.CLOSE
