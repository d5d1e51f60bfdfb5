"""What the page of all rules (`grid.rulebook`) shows of those about matters: in a few words what holds at a place."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import book, rules
from lastmeter.clocks.models import Bound
from lastmeter.clocks.wording import said
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node
from lastmeter.grid.rulebook import kinds
from lastmeter.grid.rulebook.kinds import Kind
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import profiles
from lastmeter.matters.catalogue import keeping
from lastmeter.matters.intake import ANSWER, FIX
from lastmeter.matters.models import Cap, Duty, Template
from lastmeter.matters.reckoning import NAMES
from lastmeter.matters.rulebook import calendar, hours
from lastmeter.matters.rulebook.tables import RULERS, TABLES, Table
from lastmeter.matters.talking import templates

FIRST = (ANSWER, FIX)  # the two terms that everybody asks for


def register() -> None:
    """Name the kinds; called from the package's `apps.py`."""
    for table in TABLES:
        kinds.register(table.name, _kind(table))
    kinds.register("hours", Kind(kinds.HOW_LONG, gettext_lazy("办公时间"), grounds, _hours, hours.rows, _open))
    calendar_kind = Kind(kinds.HOW_LONG, gettext_lazy("放假和调休"), grounds, _calendar, says=calendar.in_short)
    kinds.register("calendar", calendar_kind)
    kinds.register(
        "templates", Kind(kinds.WORDS, gettext_lazy("消息模板"), templates.grounds, _words, kinds.of(Template))
    )
    kinds.register("duties", Kind(kinds.WHAT, gettext_lazy("职责清单"), _town, _duties, kinds.of(Duty)))
    kinds.register("lists", Kind(kinds.WHAT, gettext_lazy("社区事项清单"), grounds, _lists))


def grounds(actor: Actor) -> list[str]:
    """The outermost paths whose rules the actor may look up."""
    return scope.grounds(actor, RULERS, kinds.LOWEST)


def sets_hours(actor: Actor, node: Node) -> bool:
    """Whether the actor sets the office hours of a place."""
    return any(node.path.startswith(path) for path in grounds(actor))


def _kind(table: Table) -> Kind:
    def href(node: Node) -> str:
        return reverse("rules-table", args=[node.pk, table.name])

    return Kind(table.group, table.title, grounds, href, kinds.of(table.model), SAYS.get(table.name))


def _hours(node: Node) -> str:
    return reverse("rules-hours", args=[node.pk])


def _calendar(node: Node) -> str:
    return reverse("rules-calendar", args=[node.pk])


def _words(node: Node) -> str:
    return f"{reverse('template-list')}?at={node.pk}"


def _town(actor: Actor) -> list[str]:
    return scope.grounds(actor, keeping.KEEPERS, Level.TOWN)


def _duties(node: Node) -> str:
    return reverse("duties-at", args=[node.pk]) if node.level <= keeping.DUTIES_AT else reverse("duties")


def _lists(_node: Node) -> str:
    return reverse("item-lists")


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


def _limits(node: Node, today: date) -> str:
    """办结期限 5 个工作日 …: the two general terms."""
    known = book.current_rules(_noon(today))
    found = [
        (kind, rules.choose(known, path=node.path, kind=kind, profile="", category=None, urgency="")) for kind in FIRST
    ]
    return _listed(f"{NAMES[kind]} {said(rule.amount, rule.measure)}" for kind, rule in found if rule)


def _open(node: Node, today: date) -> str:
    """The office hours of the next working day."""
    days, worked = book.calendar(), book.worked(node.path)
    spans = worked.hours.open_on(days.next_workday(today), days)
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in spans)


def _bounds(node: Node, today: date) -> str:
    times = book.bound(Bound.What.PAUSES, path=node.path, now=_noon(today))
    days = book.bound(Bound.What.PAUSE_DAYS, path=node.path, now=_noon(today))
    if times is None or days is None:
        return ""
    return _("最多暂停 %(times)d 次，一次 %(days)d 天") % {"times": times, "days": days}


def _caps(node: Node, today: date) -> str:
    found = {kind: profiles.most_at(node.path, kind, "", now=_noon(today)) for kind in Cap.Kind}
    return _listed(
        _("%(what)s %(times)d 次") % {"what": kind.label, "times": most}
        for kind, most in found.items()
        if most is not None
    )


SAYS = {"limits": _limits, "bounds": _bounds, "caps": _caps}


def _listed(parts: Iterable[str]) -> str:
    return _("，").join(parts)
