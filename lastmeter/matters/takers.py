"""Who can be given a matter: the units that serve its place, and the people who hold a worker's post there."""

from dataclasses import dataclass
from datetime import date

from lastmeter.accounts.models import User
from lastmeter.grid.models import Tenure, Unit, lineage
from lastmeter.matters.models import Matter
from lastmeter.matters.policy import WORKERS


@dataclass(frozen=True, slots=True)
class Taker:
    """A unit or a person, with the place at which they serve; exactly one of the two is set."""

    place: str
    unit: Unit | None = None
    user: User | None = None
    role: str = ""

    @property
    def value(self) -> str:
        """What a form sends for this choice."""
        return f"unit:{self.unit.pk}" if self.unit else f"user:{self.user.pk if self.user else 0}"

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else (self.user.name if self.user else "")


def takers(matter: Matter, *, today: date) -> list[Taker]:
    """Units first, then people, each with the nearest to the matter's place first: two queries."""
    path = matter.dossier.path
    chain = lineage(path)
    units = (
        Unit.objects.filter(node__path__in=chain, closed_on=None).select_related("node").order_by("-node__level", "pk")
    )
    held = (
        Tenure.objects.current(today)
        .filter(post__node__path__in=chain, post__role__in=WORKERS, post__closed_on=None, user__is_active=True)
        .select_related("user", "post__node")
        .order_by("-post__node__level", "pk")
    )
    people = {each.user_id: each for each in reversed(held)}
    return [
        *(Taker(unit.node.name, unit=unit) for unit in units),
        *(
            Taker(each.post.node.name if each.post.node else "", user=each.user, role=each.post.get_role_display())
            for each in reversed(people.values())
        ),
    ]


def put_first(found: list[Taker], unit_id: int) -> list[Taker]:
    """The same with that unit first; it is added when it serves elsewhere."""
    rest = [each for each in found if each.unit is None or each.unit.pk != unit_id]
    first = [each for each in found if each not in rest]
    if not first:
        units = Unit.objects.filter(pk=unit_id, closed_on=None).select_related("node")
        first = [Taker(unit.node.name, unit=unit) for unit in units]
    return [*first, *rest]
