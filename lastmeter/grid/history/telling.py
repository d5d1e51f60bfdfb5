"""Who is told when a change of the ground takes effect or is undone: one message each, with what changed for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import followers, tree
from lastmeter.grid.keeping import DRAWERS
from lastmeter.grid.models import Change, ChangeKind, Level, Node, Tenure, Trace, lineage
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.notices import outbox

MOST_LINES = 5


class Line(NamedTuple):
    """What became of one place, and the nodes whose people it is about."""

    words: str
    nodes: frozenset[int]


@dataclass(slots=True)
class Concerned:
    """Why somebody is told: the touched nodes at which they hold a post, whether they keep the ground, their work."""

    nodes: set[int] = field(default_factory=set)
    keeps: bool = False
    work: int = 0


def tell(change: Change, *, by: Actor, now: datetime) -> int:
    """Tell everybody concerned of a change just applied or undone, but not whoever did it; returns how many.

    Those who hold a post at a touched place, those who keep the ground around it, and those whose work moved along.
    """
    undone = change.state == Change.State.UNDONE
    lines, touched = _lines(change, undone), _touched(change, undone)
    people = _concerned(change, touched, now.astimezone(CHINA).date())
    people.pop(by.user_id or 0, None)
    title = _("%(town)s的网格调整已撤回：%(kind)s") if undone else _("%(town)s的网格调整已生效：%(kind)s")
    codes = tree.codes_of(touched)
    messages = [
        outbox.Message(
            user_id=user,
            kind="ground.undone" if undone else "ground.applied",
            title=on_record(title, town=change.town.name, kind=ChangeKind(change.kind).label),
            words=_words(change, lines, why),
            link=_page(change, touched, codes, why),
            key=f"ground.{change.state}:{change.pk}",
        )
        for user, why in sorted(people.items())
    ]
    return outbox.tell_many(messages, now=now)


def _touched(change: Change, undone: bool) -> list[Node]:
    """The places that are in the tree now and were touched, top first."""
    moved = change.moves.values_list("old" if undone else "new", flat=True)
    nodes = Node.objects.filter(pk__in=moved) | Node.objects.filter(pk__in=change.sources.values("node"))
    return list(nodes.filter(valid_to=None).order_by("path"))


def _concerned(change: Change, touched: Sequence[Node], today: date) -> dict[int, Concerned]:
    people: dict[int, Concerned] = {}
    held = Tenure.objects.current(today).filter(post__closed_on=None, user__is_active=True)
    for user, node in held.filter(post__node__in=touched).values_list("user", "post__node"):
        people.setdefault(user, Concerned()).nodes.add(node)
    around = {path for node in touched for path in lineage(node.path)}
    keepers = held.filter(post__role__in=DRAWERS, post__node__path__in=around)
    near = keepers.filter(post__node__level__gte=Level.TOWN, post__node__level__lte=Level.COMMUNITY)
    for user in near.values_list("user", flat=True):
        people.setdefault(user, Concerned()).keeps = True
    for model, hands in followers.hands().items():
        moved = Trace.objects.filter(change=change, model=model._meta.label_lower, new__isnull=False).values("row")
        for user, count in hands(moved).items():
            people.setdefault(user, Concerned()).work += count
    return people


def _lines(change: Change, undone: bool) -> list[Line]:
    sources = [source.node for source in change.sources.select_related("node__parent").order_by("pk")]
    if change.kind == ChangeKind.RENAME:
        part = change.parts.get()
        old, new = (part.name, part.former_name) if undone else (part.former_name, part.name)
        return [_line(on_record(_("“%(old)s”改名为“%(new)s”。"), old=old, new=new), sources)]
    if undone:
        return [_line(on_record(_("“%(place)s”恢复调整以前的样子。"), place=node.name), [node]) for node in sources]
    heirs: dict[int, list[Node]] = {}
    for move in change.moves.filter(stands_in=True).select_related("new__parent").order_by("new__path"):
        heirs.setdefault(move.old_id, []).append(move.new)
    return [_became(node, heirs.get(node.pk, [])) for node in sources]


def _became(old: Node, heirs: Sequence[Node]) -> Line:
    if not heirs:
        return _line(on_record(_("“%(place)s”的边界有调整。"), place=old.name), [old])
    names = on_record(_("、")).join(_name(each, old) for each in heirs)
    return _line(on_record(_("“%(old)s”现在是：%(new)s。"), old=old.name, new=names), heirs)


def _name(new: Node, old: Node) -> str:
    elsewhere = new.parent and new.parent_id not in (old.parent_id, old.pk)
    return f"{new.parent.name} › {new.name}" if elsewhere and new.parent else new.name


def _line(words: str, nodes: Iterable[Node]) -> Line:
    return Line(words, frozenset(node.pk for node in nodes))


def _words(change: Change, lines: Sequence[Line], why: Concerned) -> str:
    """What changed at their own places, else everywhere; how much of their work moved along; the reason."""
    own = [] if why.keeps else [line for line in lines if line.nodes & why.nodes]
    said = [line.words for line in own or lines]
    words = said[:MOST_LINES]
    if len(said) > MOST_LINES:
        words.append(on_record(_("还有 %(count)d 处。"), count=len(said) - MOST_LINES))
    if why.work:
        words.append(on_record(_("您手上的 %(count)d 件事跟着转了地方，照常办理。"), count=why.work))
    if change.reason:
        words.append(on_record(_("理由和依据：%(reason)s。"), reason=change.reason))
    return "\n".join(words)


def _page(change: Change, touched: Sequence[Node], codes: dict[int, str], why: Concerned) -> str:
    """The page of the change for those who keep the ground, their own place for the others."""
    if why.keeps or not touched:
        return f"/grid/changes/{change.pk}/"
    own = next((node for node in touched if node.pk in why.nodes), touched[0])
    return f"/g/{codes[own.pk]}/"
