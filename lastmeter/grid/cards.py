"""What the grid puts on the homes, and which entries of the menus are for whom."""

from datetime import timedelta

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import history_views, keeping, openings, picking, plates, scope, tree
from lastmeter.grid.duty import calling, rosters
from lastmeter.grid.models import Level
from lastmeter.kit.zhtime import DAY

SOON = 7  # days ahead in which a shift stands on the home


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # put there by accounts.middleware
    return actor


def _holds(request: HttpRequest, roles: tuple[str, ...], lowest: int) -> bool:
    """Whether they hold one of these posts at that level or above: known already, so the menu asks nothing for it."""
    return any(post.role in roles and post.level <= lowest for post in scope.reach(_actor(request)).nodes)


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
    user, now, today = _actor(request).user, timezone.now(), timezone.localdate()
    if user is None or not scope.held(_actor(request)):
        return ""
    coming = rosters.shifts_of_user(user, today - DAY, today + timedelta(days=SOON))
    rows = [(roster, shift, shift.starts <= now) for roster, shift in coming if shift.ends > now]
    return render_to_string("grid/duty/parts/next_card.html", {"rows": rows[:2]}, request) if rows else ""


def missed(request: HttpRequest) -> int | None:
    """Calls to follow up, beside their entry in the menu."""
    actor = _actor(request)
    return calling.to_follow_up(actor).count() if calling.follows_up(actor) else None


def missed_card(request: HttpRequest) -> str:
    """For the desk: that somebody called and nobody answered; nothing when all is followed up."""
    count = missed(request)
    return render_to_string("grid/duty/parts/missed_card.html", {"count": count}, request) if count else ""


def keeps_ground(request: HttpRequest) -> bool:
    """Whether this person fills and ends the posts of some ground."""
    return bool(keeping.ground(_actor(request)))


def manages_street(request: HttpRequest) -> bool:
    """Whether this is somebody with a street whose layers they manage."""
    return _holds(request, keeping.KEEPERS, Level.TOWN)


def asks_for_proposals(request: HttpRequest) -> bool:
    """Whether this person may ask for a merged layer of grids."""
    return _holds(request, keeping.DRAWERS, Level.COMMUNITY)


def keeps_plates(request: HttpRequest) -> bool:
    """Whether somebody keeps the plates of a place."""
    return bool(plates.grounds(_actor(request)))


def has_shifts(request: HttpRequest) -> bool:
    """Whether 我的班 is for this person: whoever holds a post may stand on a roster."""
    return bool(scope.held(_actor(request)))


def sees_rosters(request: HttpRequest) -> bool:
    """Whether the rosters are for this person."""
    return rosters.arranges(_actor(request))


def follows_up(request: HttpRequest) -> bool:
    """Whether the unanswered calls are for this person."""
    return calling.follows_up(_actor(request))


CARDS = [
    ("resident", 10, on_duty),
    ("resident", 60, open_posts),
    ("field", 20, next_shift),
    ("desk", 5, missed_card),
    ("desk", 20, next_shift),
]
BADGES = {"/calls/": missed}
GATES = {
    "/posts/": keeps_ground,
    "/coverage/": keeps_ground,
    "/grid/changes/": history_views.keeps_ground,
    "/layers/": manages_street,
    "/grid/proposals/": asks_for_proposals,
    "/plates/": keeps_plates,
    "/rosters/": sees_rosters,
    "/shifts/": has_shifts,
    "/calls/": follows_up,
}
