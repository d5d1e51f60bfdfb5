"""How the posts of places stand: held, about to end, vacant. Said once, for the tiles, the list and the drawing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
    """node id → how its posts stand today (China date), those without posts too: two queries."""
    ids = list(node_ids)
    posts = dict(Post.objects.filter(node__in=ids, closed_on=None).values_list("pk", "node_id"))
    running = Tenure.objects.current(today).filter(post__node__in=ids, post__closed_on=None, user__is_active=True)
    lasting: defaultdict[int, list[bool]] = defaultdict(list)
    for post_id, path, until in running.values_list("post_id", "post__node__path", "until"):
        lasting[post_id].append(not terms.is_ending(path or "", until, today))
    found: defaultdict[int | None, Standing] = defaultdict(Standing)
    for pk, node_id in posts.items():
        found[node_id].posts += 1
        found[node_id].vacant += pk not in lasting
        found[node_id].expiring += pk in lasting and not any(lasting[pk])
    return {pk: found[pk] for pk in ids}
