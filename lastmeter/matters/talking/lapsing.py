"""What follows when a question to the requester stays unanswered: a dated rule at a node; without one, work goes on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node, lineage, valid_on
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.models import Category, LapseRule, Matter, Outcome
from lastmeter.matters.policy import NotAllowed
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


@transaction.atomic
def write(
    *, node: Node, then: str, outcome: str, category: Category | None, basis: str, by: Actor, now: datetime
) -> LapseRule:
    """A new rule from today on; the one it replaces ends today and stays. Raises NotAllowed."""
    if not any(node.path.startswith(path) for path in templates.grounds(by)):
        raise NotAllowed(_("您现在的岗位不能改这里的规则。"))
    today = now.astimezone(CHINA).date()
    LapseRule.objects.filter(node=node, category=category, valid_to=None).update(valid_to=today)
    made = LapseRule.objects.create(
        node=node, category=category, then=LapseRule.Then(then), outcome=Outcome(outcome), basis=basis,
        by_id=by.user_id, at=now, valid_from=today,
    )  # fmt: skip
    audit.record("lapse_rule.changed", by=by, object_kind="lapse_rule", object_id=made.pk, now=now)
    return made


def history(node: Node) -> list[LapseRule]:
    """Every rule that was written at a place or above it, the newest first."""
    rows = LapseRule.objects.filter(node__path__in=lineage(node.path))
    return list(rows.select_related("node", "category", "by").order_by("-at", "-pk")[:100])
