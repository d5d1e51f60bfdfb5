"""What a community may be asked: a dispatch of anything else is refused, whoever sends it.

Models: Beijing, 接诉即办工作条例 art. 17 (a unit may not hand down what is not the community's), and Guangdong,
平安建设条例 art. 10 (grid work stands on a controlled list). The sentence names the article of the list in force.
"""

from collections.abc import Sequence
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import scope
from lastmeter.grid.models import Level, Role, Tenure, Unit, UnitKind
from lastmeter.matters.catalogue import finding, items, mapping
from lastmeter.matters.catalogue.items import Asked, InForce, Line
from lastmeter.matters.models import Matter
from lastmeter.matters.policy import DESKS, WORKERS

OF_COMMUNITIES = (*WORKERS, Role.COMMUNITY_CLERK, Role.SECRETARY)


class NotAsked(ValueError):
    """A community may not be asked to do this; `str()` is the sentence with the article. Nobody can override it."""


def require(
    *,
    path: str,
    category_id: int | None,
    unit: Unit | None = None,
    user: User | None = None,
    assisting: bool = False,
    by: Actor,
    today: date,
) -> None:
    """Raise NotAsked when the unit or person is of a community and the list in force does not let it be asked.

    `path`: of the matter's place. `assisting`: the community helps another unit that leads. A matter without a
    category may be given only by the community's own desk: from above, nobody could tell whether it is on the list.
    """
    if reason := why_not(
        path=path, category_id=category_id, unit=unit, user=user, assisting=assisting, by=by, today=today
    ):
        raise NotAsked(reason)


def why_not(
    *,
    path: str,
    category_id: int | None,
    unit: Unit | None = None,
    user: User | None = None,
    assisting: bool = False,
    by: Actor,
    today: date,
) -> str:
    """The sentence with which `require` refuses; "" when nothing stands against it."""
    governing = items.in_force(path, today)
    if governing is None or not is_community(unit=unit, user=user, today=today):
        return ""
    return _why_not(governing, path, category_id, user=user, assisting=assisting, by=by, today=today)


def _why_not(
    governing: InForce,
    path: str,
    category_id: int | None,
    *,
    user: User | None,
    assisting: bool,
    by: Actor,
    today: date,
) -> str:
    if category_id is None:
        return "" if own_desk(by, path) else _not_told(governing)
    line = line_for(governing, category_id, today)
    if line is None or line.asked == Asked.NEVER:
        return _not_listed(governing, category_id, line)
    if line.asked == Asked.ASSIST and not assisting:
        return _only_assists(governing, category_id, line)
    if user is not None and not line.grid and not assisting:
        return _not_for_grids(governing, category_id, line)
    return ""


def refusals(
    matters: Sequence[Matter], *, unit: Unit | None = None, user: User | None = None, by: Actor, today: date
) -> dict[int, str]:
    """Matter id → the sentence with which `require` refuses, for those of the matters that it refuses."""
    governed = {each.pk: items.in_force(each.dossier.path, today) for each in matters}
    if not any(governed.values()) or not is_community(unit=unit, user=user, today=today):
        return {}
    found = {
        each.pk: _why_not(
            governing, each.dossier.path, each.category_id, user=user, assisting=False, by=by, today=today
        )
        for each in matters
        if (governing := governed[each.pk])
    }
    return {key: reason for key, reason in found.items() if reason}


def is_community(*, unit: Unit | None, user: User | None, today: date) -> bool:
    """Whether it is a community's own office, or somebody who holds a post of a community or grid on that day."""
    if unit is not None:
        return unit.kind == UnitKind.OFFICE and unit.node.level >= Level.COMMUNITY
    if user is None:
        return False
    held = Tenure.objects.current(today).filter(Q(post__role__in=OF_COMMUNITIES), user=user, post__closed_on=None)
    return held.filter(post__node__level__gte=Level.COMMUNITY).exists()


def own_desk(by: Actor, path: str) -> bool:
    """Whether the actor sits at a desk of the community itself: nobody pushes anything down to them."""
    posts = scope.held(by)
    return by.kind == "system" or any(
        post.role in DESKS and post.level >= Level.COMMUNITY and path.startswith(post.path)
        for post in posts
        if post.path
    )


def line_for(governing: InForce, category_id: int, today: date) -> Line | None:
    """The line of the list that speaks of a category: its own, its parent's, or that of its counterpart elsewhere."""
    for pk in finding.chain(category_id):
        if pk in governing.lines:
            return governing.lines[pk]
    for pk in finding.chain(category_id):
        for other in mapping.others(pk, today):
            for above in finding.chain(other.id):
                if above in governing.lines:
                    return governing.lines[above]
    return None


# -- The sentences -----------------------------------------------------------------------------------------------------


def _words(governing: InForce, category_id: int, line: Line | None) -> dict[str, str]:
    known = finding.everything().get(category_id)
    return {
        "category": known.label if known else "",
        "list": governing.name,
        "rule": line.basis if line and line.basis else governing.rule,
        "owner": line.owner if line and line.owner else _("有职责的单位"),
    }


def _not_told(governing: InForce) -> str:
    return _(
        "交给社区之前请先选类别：《%(list)s》之外的事项不得交给社区。依据：%(rule)s。"
    ) % {"list": governing.name, "rule": governing.rule}  # fmt: skip


def _not_listed(governing: InForce, category_id: int, line: Line | None) -> str:
    return _(
        "“%(category)s”不在《%(list)s》里社区的职责之内，不得交给社区，请交给%(owner)s。依据：%(rule)s。"
    ) % _words(governing, category_id, line)


def _only_assists(governing: InForce, category_id: int, line: Line) -> str:
    return _("按《%(list)s》，“%(category)s”社区只是协助，不能由社区主办，请交给%(owner)s。依据：%(rule)s。") % _words(
        governing, category_id, line
    )


def _not_for_grids(governing: InForce, category_id: int, line: Line) -> str:
    return _("按《%(list)s》，“%(category)s”不是网格员的事，请交给社区或%(owner)s。依据：%(rule)s。") % _words(
        governing, category_id, line
    )
