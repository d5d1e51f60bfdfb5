"""Help with a reply before it is sent: what it misses, whether it is another one's copy, whether it states anything.

Said to its writer in words, never in the way: "照样发出" is one tap. How well it does: docs/reply-help.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.kit.ids import pretty
from lastmeter.matters.models import Matter, Reply
from lastmeter.matters.talking import reading

COMPARED = 200  # the newest replies of the same unit or writer


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at again: which kind, the sentence, and the words of the appeal that it is about."""

    kind: str
    sentence: str | Promise
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """A reply to compare with: of which matter, its words."""

    number: str
    text: str
    same_matter: bool = False


def remarks(
    matter: Matter, text: str, *, with_photos: bool = False, own: bool = True, user_id: int | None
) -> list[Remark]:
    """What its writer should look at before these words go out; one query. A photo is a fact too.

    `own`: whether repeating an earlier reply to this same matter is worth a remark.
    """
    earlier = [each for each in _earlier(matter, user_id) if own or not each.same_matter]
    found = look(matter.dossier.title, matter.text, text, earlier)
    return [each for each in found if not (with_photos and each.kind == "facts")]


def look(title: str, appeal: str, reply: str, earlier: Iterable[Earlier] = ()) -> list[Remark]:
    """The remarks on a reply to an appeal: what it misses, what it copies, that it states nothing."""
    copied = _copied(reply, earlier)
    if reading.is_empty(reply):
        words = _("除了客套和转交，还没有说怎么办。对方想知道：谁、什么时候、做了什么。")
        return [Remark("empty", words, (title,)), *copied]
    return [*_missed(title, appeal, reply), *copied, *_without_fact(title, appeal, reply)]


def _missed(title: str, appeal: str, reply: str) -> list[Remark]:
    if reading.beside_the_point(title, appeal, reply):
        return [Remark("beside", _("好像没有说到对方反映的事："), (title,))]
    missed = reading.unanswered(title, appeal, reply)
    return [Remark("question", _("对方问的这些，好像还没有答："), tuple(missed))] if missed else []


def _copied(reply: str, earlier: Iterable[Earlier]) -> list[Remark]:
    mine = reading.shingles(reply)
    if len(mine) < reading.LIMITS.shortest_copied:
        return []
    found = [(reading.alike(mine, reading.shingles(each.text)), each) for each in earlier]
    best, same = max(found, key=lambda pair: pair[0], default=(0.0, None))
    if same is None or best < reading.LIMITS.copied:
        return []
    values = {"percent": round(best * 100), "number": pretty(same.number)}
    if same.same_matter:
        return [
            Remark("copied", _("和这件事上一次的答复有 %(percent)d%% 相同：返工以后有什么变化，请写出来。") % values)
        ]
    words = _("和 %(number)s 的答复有 %(percent)d%% 相同。情况真的一样吗？请写上这件事自己的地点、时间和做法。")
    return [Remark("copied", words % values)]


def _without_fact(title: str, appeal: str, reply: str) -> list[Remark]:
    if reading.facts(reply, f"{title}\n{appeal}"):
        return []
    return [Remark("facts", _("没有写日期、地点、单位或者数量。写上一两样，对方就知道不是空话。"))]


def _earlier(matter: Matter, user_id: int | None) -> list[Earlier]:
    """The newest replies of the same unit or the same writer, of other matters than those merged with this one."""
    whose = Q(unit=matter.unit_id) if matter.unit_id else Q(by=user_id)
    rows = (
        Reply.objects.filter(whose)
        .exclude(matter__merged_into=matter.pk)
        .order_by("-pk")
        .values_list("matter", "matter__dossier__number", "text")[:COMPARED]
    )
    return [Earlier(number, text, same_matter=pk == matter.pk) for pk, number, text in rows]
