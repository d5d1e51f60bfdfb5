"""How the posts of places stand: held, about to end, vacant. Said once, for the tiles, the list and the drawing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from lastmeter.grid.models import Post, Tenure
from lastmeter.grid.staff import terms


@dataclass(slots=True)
class Standing:
    """The open posts right at a place, how many of them nobody holds, and how many have a term that ends soon."""

    posts: int = 0
    vacant: int = 0
    expiring: int = 0

    @property
    def state(self) -> str:
        """The worst there is: none (nobody at all), vacant, expiring, held."""
        if self.posts == self.vacant:
            return "none"
        if self.vacant:
            return "vacant"
        return "expiring" if self.expiring else "held"


def of_nodes(node_ids: Iterable[int], today: date) -> dict[int, Standing]:
    """node id → how its posts stand today (China date), those without posts too: one query."""
    ids = list(node_ids)
    running = Tenure.objects.current(today).filter(post=OuterRef("pk"), user__is_active=True)
    lasting = running.exclude(pk__in=running.filter(terms.ending(today)).values("pk"))
    rows = Post.objects.filter(node__in=ids, closed_on=None).annotate(held=Exists(running), lasts=Exists(lasting))
    found: defaultdict[int | None, Standing] = defaultdict(Standing)
    for node_id, held, lasts in rows.values_list("node_id", "held", "lasts"):
        found[node_id].posts += 1
        found[node_id].vacant += not held
        found[node_id].expiring += held and not lasts
    return {pk: found[pk] for pk in ids}
