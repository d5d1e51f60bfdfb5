"""规则表: the kinds of rules about matters, who sets each where, and how a row of it reads."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Bound, Limit, Rung
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, PolicyRow, Role
from lastmeter.grid.rulebook import kinds
from lastmeter.matters import policy
from lastmeter.matters.models import Cap, LapseRule, ProfileRule, WhistleLevel
from lastmeter.matters.rulebook import words

RULERS = (Role.SECRETARY, Role.DISPATCHER, Role.ORGANISER)


@dataclass(frozen=True, slots=True)
class Table:
    """A kind of rule whose rows hang on nodes. `roles` at nodes of `lowest` or above set its rows below them."""

    name: str
    model: type[PolicyRow]
    group: str | Promise
    title: str | Promise
    add: str | Promise
    words: Callable[[list[Any]], list[words.Said]]
    roles: tuple[Role, ...] = RULERS
    lowest: Level = Level.COMMUNITY

    def may(self, actor: Actor, node: Node) -> bool:
        """Whether the actor sets rows of this kind at a place."""
        if actor.kind == "system":
            return True
        return any(node.path.startswith(path) for path in scope.grounds(actor, self.roles, self.lowest))


# Whose duty it is and how often something may come back is decided from the street up.
DECIDED: dict[str, Any] = {"roles": policy.DECIDERS, "lowest": Level.TOWN}
TABLES = (
    Table("limits", Limit, kinds.HOW_LONG, _("办多久的期限"), _("定一条期限"), words.limits),
    Table("rungs", Rung, kinds.HOW_LONG, _("逾期逐级上报"), _("定一级上报"), words.rungs),
    Table("bounds", Bound, kinds.HOW_LONG, _("暂停、延期、挂账、催办的上限"), _("定一个上限"), words.bounds),
    Table("flows", ProfileRule, kinds.HOW, _("按哪个流程办"), _("定一条流程"), words.flows, **DECIDED),
    Table("caps", Cap, kinds.HOW, _("退回、重开最多几次"), _("定一个次数"), words.caps, **DECIDED),
    Table("lapses", LapseRule, kinds.HOW, _("请补充到期没有答复"), _("定到期以后"), words.lapses),
    Table("whistles", WhistleLevel, kinds.HOW, _("哨级：叫什么、谁到场"), _("定一级"), words.levels, **DECIDED),
)
BY_NAME = {table.name: table for table in TABLES}
BY_MODEL = {table.model: table for table in TABLES}
