"""Who holds which post where: the audience of an act, and the people a public page names."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils import timezone

from lastmeter.grid.models import KEY_WIDTH, Tenure


def holders_of(paths: Iterable[str], roles: Sequence[str], today: date | None = None) -> dict[str, list[int]]:
    """path → ids of users who hold one of these posts at its node or above, the nearest node first: one query."""
    wanted = set(paths)
    chains = {path: [path[:end] for end in range(len(path), 0, -KEY_WIDTH)] for path in wanted}
    rows = (
        Tenure.objects.current(today or timezone.localdate())
        .filter(
            post__role__in=roles,
            post__closed_on=None,
            post__node__path__in={part for chain in chains.values() for part in chain},
            user__is_active=True,
        )
        .order_by("pk")
        .values_list("post__node__path", "user_id")
    )
    at: dict[str, list[int]] = {}
    for path, user_id in rows:
        at.setdefault(path, []).append(user_id)
    return {path: list(dict.fromkeys(user for part in chain for user in at.get(part, []))) for path, chain in chains.items()}


def unit_people(unit_id: int, roles: Sequence[str], today: date | None = None) -> list[int]:
    """Ids of users who hold one of these posts in the unit today."""
    rows = (
        Tenure.objects.current(today or timezone.localdate())
        .filter(post__unit=unit_id, post__role__in=roles, post__closed_on=None, user__is_active=True)
        .order_by("pk")
        .values_list("user_id", flat=True)
    )
    return list(dict.fromkeys(rows))
