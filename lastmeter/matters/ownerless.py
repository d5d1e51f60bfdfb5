"""Matters without an owner, for the coverage page: given to somebody who left or to a unit with nobody in it."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import scope
from lastmeter.grid.coverage.gaps import Gap, Row
from lastmeter.grid.models import Tenure
from lastmeter.kit.ids import pretty
from lastmeter.kit.paging import Keyset
from lastmeter.matters.models import Matter
from lastmeter.matters.policy import DESKS, HANDLERS


def find(paths: list[str], today: date) -> QuerySet[Matter]:
    """Open matters that nobody can carry on.

    The handler holds no post any more; the unit has no head or handler; or it lies at a desk and neither its community
    nor its street has one.
    """
    held = Tenure.objects.current(today).filter(post__closed_on=None, user__is_active=True)
    at_desk = held.filter(post__role__in=DESKS)
    nobody = (
        Q(handler__isnull=False) & ~Exists(held.filter(user=OuterRef("handler")))
        | Q(unit__isnull=False) & ~Exists(held.filter(post__unit=OuterRef("unit"), post__role__in=HANDLERS))
        | Q(handler=None, unit=None)
        & ~Exists(at_desk.filter(post__node=OuterRef("dossier__community")))
        & ~Exists(at_desk.filter(post__node=OuterRef("dossier__town")))
    )
    return Matter.objects.filter(scope.inside(paths, "dossier__path"), nobody, dossier__is_open=True).select_related(
        "dossier__node"
    )


def show(matters: Sequence[Matter]) -> list[Row]:
    """Each with its page, where the desk takes it back and gives it to somebody else."""
    return [
        Row(
            each.dossier.title,
            f"{pretty(each.dossier.number)} · {each.dossier.node.name}",
            f"/matters/{each.dossier.number}/",
            _("收回重派"),
        )
        for each in matters
    ]


GAP = Gap(
    gettext_lazy("没有人管的事项"),
    gettext_lazy("交给了已经离开的人、没有经办人的单位，或者社区和镇街都没有人分派。"),
    find,
    show,
    Keyset(("dossier_id",)),
    DESKS,
)
