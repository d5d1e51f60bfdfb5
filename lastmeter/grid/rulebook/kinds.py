"""规则一览: the seam by which packages name their kinds of rules, what holds at a place, and where they are set."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Model, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Node, held_or_coming, lineage

HOW_LONG, HOW, WHO, WORDS, WHAT = _("办多久"), _("怎么办"), _("谁在岗"), _("说什么"), _("办什么、怎么算")
GROUPS = (HOW_LONG, HOW, WHO, WORDS, WHAT)
LOWEST = Level.COMMUNITY
MOST_PLACES = 200
Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rule. `grounds`: the outermost paths where the actor sees it; `rows`: what hangs at or above a node,
    with `node`, `valid_from` and `valid_to`; `says`: what holds there today, in a few words ("": only the count)."""

    group: str | Promise
    label: str | Promise
    grounds: Callable[[Actor], list[str]]
    href: Callable[[Node], str]
    rows: Callable[[Node], list[Rows]] | None = None
    says: Callable[[Node, date], str] | None = None


@dataclass(slots=True)
class Standing:
    """How a kind stands at a place: rows that hold today there (`own`: written there), and the next day of change."""

    label: str | Promise
    href: str
    says: str
    counted: bool = True
    count: int = 0
    own: int = 0
    next: date | None = None

    def add(self, node_id: int, since: date, until: date | None, here: Node, today: date) -> None:
        if since > today:
            self.next = min(self.next or since, since)
            return
        self.count += 1
        self.own += node_id == here.pk
        if until is not None:
            self.next = min(self.next or until, until)


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Name a kind of rule; called from the package's `apps.py`."""
    _kinds[name] = kind


def of(*models: type[Model]) -> Callable[[Node], list[Rows]]:
    """The rows of these models at and above a node."""

    def rows(node: Node) -> list[Rows]:
        return [model._default_manager.filter(node__path__in=lineage(node.path)) for model in models]

    return rows


def sees(actor: Actor) -> bool:
    """Whether any kind of rule is for this person."""
    return any(kind.grounds(actor) for kind in _kinds.values())


def places(actor: Actor, today: date) -> list[Node]:
    """The places whose rules the actor may look up, from the top down to communities."""
    paths = scope.outermost(path for kind in _kinds.values() for path in kind.grounds(actor))
    found = Node.objects.current(today).filter(scope.inside(paths), level__lte=LOWEST)
    return list(found.order_by("path")[:MOST_PLACES])


def standing(actor: Actor, node: Node, today: date) -> list[tuple[str | Promise, list[Standing]]]:
    """The kinds that the actor sees at a place, by group, each as it stands there today: one query for all rows."""
    shown = {name: kind for name, kind in _kinds.items() if any(node.path.startswith(p) for p in kind.grounds(actor))}
    found = {name: _standing(kind, node, today) for name, kind in shown.items()}
    for name, node_id, since, until in _rows(shown, node, today):
        found[name].add(node_id, since, until, node, today)
    grouped = [(group, [found[name] for name, kind in shown.items() if kind.group is group]) for group in GROUPS]
    return [(group, kinds) for group, kinds in grouped if kinds]


def _standing(kind: Kind, node: Node, today: date) -> Standing:
    says = kind.says(node, today) if kind.says else ""
    return Standing(kind.label, kind.href(node), says, counted=kind.rows is not None)


def _rows(kinds: dict[str, Kind], node: Node, today: date) -> Iterable[tuple[str, int, date, date | None]]:
    """(kind, node, from, to) of every row that holds today or will; each model is asked within one statement."""
    parts = [
        rows.filter(held_or_coming(today))
        .annotate(of_kind=Value(name, output_field=CharField()))
        .order_by()
        .values_list("of_kind", "node_id", "valid_from", "valid_to")
        for name, kind in kinds.items()
        if kind.rows
        for rows in kind.rows(node)
    ]
    if not parts:
        return []
    return list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
