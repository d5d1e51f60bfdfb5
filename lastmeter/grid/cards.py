"""What the grid puts on the homes, and which entries of the menus are for whom."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import picking, scope, tree
from lastmeter.grid.duty import calling, rosters
from lastmeter.grid.keeping import DRAWERS, KEEPERS, LOWEST
from lastmeter.grid.models import Level, Role
from lastmeter.grid.rulebook import kinds
from lastmeter.grid.staff import openings
from lastmeter.kit.zhtime import DAY

SOON = 7  # days ahead in which a shift stands on the home


def on_duty(request: HttpRequest) -> str:
    """For residents: who is on duty now where they live, and the way to ring them."""
    node = picking.remembered(request.session)
    if node is None:
        return ""
    context = {"people": rosters.on_duty(node, timezone.now()), "code": tree.code_of(node)}
    return render_to_string("grid/duty/parts/now_card.html", context, request)


def open_posts(request: HttpRequest) -> str:
    """For residents: the first open posts; nothing when there are none."""
    found = list(openings.running(timezone.localdate())[:3])
    return render_to_string("grid/openings/card.html", {"openings": found}, request) if found else ""


def next_shift(request: HttpRequest) -> str:
    """For staff: the shift that is on or comes next; nothing for whoever stands on no roster."""
    user, now, today = actor_in(request).user, timezone.now(), timezone.localdate()
    if user is None or not scope.held(actor_in(request)):
        return ""
    coming = rosters.shifts_of_user(user, today - DAY, today + timedelta(days=SOON))
    rows = [(roster, shift, shift.starts <= now) for roster, shift in coming if shift.ends > now]
    return render_to_string("grid/duty/parts/next_card.html", {"rows": rows[:2]}, request) if rows else ""


def missed(request: HttpRequest) -> int | None:
    """Calls to follow up, beside their entry in the menu: on the homes and where calls are shown, not on every page."""
    return _to_follow_up(request) if request.path in ("/desk/", "/calls/") else None


def _to_follow_up(request: HttpRequest) -> int | None:
    actor = actor_in(request)
    return calling.to_follow_up(actor).count() if scope.has_post(actor, DRAWERS) else None


def missed_card(request: HttpRequest) -> str:
    """For the desk: that somebody called and nobody answered; nothing when all is followed up."""
    count = _to_follow_up(request)
    return render_to_string("grid/duty/parts/missed_card.html", {"count": count}, request) if count else ""


def has_shifts(request: HttpRequest) -> bool:
    """Whether 我的班 is for this person: whoever holds a post may stand on a roster."""
    return bool(scope.held(actor_in(request)))


def _for(roles: tuple[Role, ...], lowest: int = Level.MICRO) -> Callable[[HttpRequest], bool]:
    """An entry for whoever holds one of these posts at that level or above."""
    return lambda request: scope.has_post(actor_in(request), roles, lowest)


def sees_rules(request: HttpRequest) -> bool:
    """Whether any kind of rule is for this person to look up."""
    return kinds.sees(actor_in(request))


CARDS = [
    ("resident", 10, on_duty),
    ("resident", 60, open_posts),
    ("field", 20, next_shift),
    ("desk", 5, missed_card),
    ("desk", 20, next_shift),
]
BADGES = {"/calls/": missed}
GATES = {
    "/posts/": _for(KEEPERS, LOWEST),
    "/rules/": sees_rules,
    "/coverage/": _for(KEEPERS, LOWEST),
    "/grid/changes/": _for(DRAWERS),
    "/layers/": _for(KEEPERS, Level.TOWN),
    "/grid/proposals/": _for(DRAWERS, Level.COMMUNITY),
    "/plates/": _for(KEEPERS),
    "/rosters/": _for(KEEPERS),
    "/shifts/": has_shifts,
    "/calls/": _for(DRAWERS),
}
