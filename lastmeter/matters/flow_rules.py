"""流程规则: who keeps the rows that choose a flow and cap how often something may happen, and changing them.

A row holds from the day it is written; the one it replaces ends that day and stays on record.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import ground, scope
from lastmeter.grid.models import Level, Node, lineage, valid_on
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import policy
from lastmeter.matters.models import Cap, Category, Profile, ProfileRule

Row = TypeVar("Row", ProfileRule, Cap)


def keeps(actor: Actor) -> bool:
    """Whether the actor keeps such rules anywhere: dispatchers and organisers, from the street up."""
    return bool(_grounds(actor))


def _grounds(actor: Actor) -> list[str]:
    return scope.grounds(actor, policy.DECIDERS, Level.TOWN)


def places(actor: Actor) -> list[Node]:
    """The nodes for which the actor writes rules: own streets and above, and the communities below them."""
    found = Node.objects.filter(scope.inside(_grounds(actor)), level__lte=Level.COMMUNITY, valid_to=None)
    return list(found.order_by("level", "path")[:300])


def holding(actor: Actor, model: type[Row], now: datetime) -> list[Row]:
    """The rows that hold today at the actor's places and above them, the highest place first."""
    today, grounds = now.astimezone(CHINA).date(), _grounds(actor)
    above = {path for each in grounds for path in lineage(each)}
    here = Q(node__path__in=above) | scope.inside(grounds, "node__path")
    rows = model._default_manager.filter(here, valid_on(today)).select_related("node")
    return list(rows.order_by("node__path", "pk"))


def _require(node: Node, by: Actor) -> None:
    if not scope.holds(by, policy.DECIDERS, node.path):
        raise policy.NotAllowed(_("您的岗位不能改这里的流程规则。"))


def _end(rows: Sequence[Row], day: object) -> None:
    for row in rows:
        type(row)._default_manager.filter(pk=row.pk).update(valid_to=day)


@transaction.atomic
def choose_flow(
    *, node: Node, source: str, category: Category | None, profile: Profile, basis: str, by: Actor, now: datetime
) -> ProfileRule:
    """New matters of this source and category take this flow from today on. Raises NotAllowed."""
    _require(node, by)
    today = now.astimezone(CHINA).date()
    _end(list(ProfileRule.objects.filter(valid_on(today), node=node, source=source, category=category)), today)
    made = ProfileRule.objects.create(
        node=node, source=source, category=category, profile=profile, basis=basis, valid_from=today
    )
    audit.record("matters.flow_rule", by=by, object_kind="profile_rule", object_id=made.pk, now=now)
    ground.bump()
    return made


@transaction.atomic
def set_cap(*, node: Node, kind: Cap.Kind, profile: str, most: int, basis: str, by: Actor, now: datetime) -> Cap:
    """From today on this may happen so often, in one flow or ("") in all. Raises NotAllowed."""
    _require(node, by)
    today = now.astimezone(CHINA).date()
    _end(list(Cap.objects.filter(valid_on(today), node=node, kind=kind, profile=profile)), today)
    made = Cap.objects.create(node=node, kind=kind, profile=profile, most=most, basis=basis, valid_from=today)
    audit.record("matters.cap", by=by, object_kind="cap", object_id=made.pk, now=now)
    ground.bump()
    return made
