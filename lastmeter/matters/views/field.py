"""The field: 今日 and what was found — settled on the spot in three taps, or sent up in four."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import locate, scope
from lastmeter.grid.models import Level, Node
from lastmeter.kit import ids
from lastmeter.kit.paging import merge_page
from lastmeter.matters import intake, lifecycle, policy, sending_up, settling
from lastmeter.matters.forms.field import SETTLE, FoundForm
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import SOON, Filters
from lastmeter.matters.lists.shelves import BY_DUE
from lastmeter.matters.models import Enquiry, Profile, Requester, Source
from lastmeter.matters.together import parts
from lastmeter.matters.views.reach import find

FIRST, MOST, WAITING = 3, 30, 8
MOST_PLACES = 300
LAST_PLACE = "found_at"


@require_safe
@signed_in
def today(request: Request, user: User) -> HttpResponse:
    """`/today/`: what is the worker's turn, the most pressing first, and what is waited for elsewhere."""
    if not policy.works_in_field(request.actor):
        raise Http404
    return render(request, "matters/field/today.html", {**day_of(request.actor), **_done(request, user)})


@dataclass(frozen=True, slots=True)
class Line:
    """A matter of the day: the colour of its edge, from when it presses, a phone, an open question, a check to make."""

    dossier: Dossier
    edge: str
    warn_at: datetime | None
    callable: bool
    asked: bool
    to_check: bool


def day_of(actor: Actor) -> dict[str, Any]:
    """What a worker's day shows: their turn in the own places by due date, and open matters that lie with others."""
    now = timezone.now()
    open_here = reading.branches(actor, Filters(step="open"), now=now)
    mine, rows = _turn_of(actor), reading.shown(Dossier.objects.all())
    page = merge_page([branch.filter(mine) for branch in open_here], None, MOST, BY_DUE, rows=rows)
    elsewhere = merge_page([branch.exclude(mine) for branch in open_here], None, WAITING, BY_DUE, rows=rows)
    lines = _lines(actor, page.items, now)
    return {
        "first": lines[:FIRST],
        "rest": lines[FIRST:],
        "count": len(lines),
        "capped": bool(page.next),
        "waiting": elsewhere.items,
        "tasks": parts.of_person(actor),
        "all": reverse("queue") + Filters(step="open").query(),
        "now": now,
    }


def _turn_of(actor: Actor) -> Q:
    """Whose turn it is: the actor's where they handle it, the grid's where nobody does and no desk has it yet.

    And the grid's, where an answer of the city's management is to be checked on the spot by somebody who did not do it.
    """
    nobody = Q(matter__handler=None, matter__unit=None, matter__desk_level=Level.GRID)
    to_check = Q(matter__profile=Profile.CITY, step__in=lifecycle.TO_CHECK)
    others = Q(matter__handler=None) | ~Q(matter__handler=actor.user_id)
    return nobody | to_check & others | Q(matter__handler=actor.user_id, step__in=lifecycle.WITH_HANDLER)


def _lines(actor: Actor, dossiers: list[Dossier], now: datetime) -> list[Line]:
    keys = [each.pk for each in dossiers]
    reached = Requester.objects.filter(matter__in=keys, phone_hash__isnull=False, erased_at=None)
    phones = set(reached.values_list("matter", flat=True))
    asked = set(Enquiry.objects.filter(matter__in=keys, ended_at=None).values_list("matter", flat=True))
    revealing = policy.ABILITIES["reveal"]
    return [
        Line(
            each,
            _edge(each, now),
            each.due_at - SOON if each.due_at else None,
            each.pk in phones and scope.holds(actor, revealing, each.path),
            each.pk in asked,
            each.step in lifecycle.TO_CHECK and each.matter.profile == Profile.CITY,
        )
        for each in dossiers
    ]


def _edge(dossier: Dossier, now: datetime) -> str:
    """The colour of a row's edge; its due chip says the same in words."""
    if dossier.due_at is None:
        return ""
    if dossier.due_at < now:
        return "bad"
    return "warn" if dossier.due_at < now + SOON else "info"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def found(request: Request, user: User) -> HttpResponse:
    """`/found/`: one screen for both endings; a replay with the same client_ref gives the same number."""
    nodes = own_places(request.actor)
    if not nodes:
        raise Http404
    if request.method != "POST":
        first = {"client_ref": ids.new_token(), "node": request.session.get(LAST_PLACE, nodes[0].pk)}
        return _page(request, FoundForm(nodes=nodes, initial=first), **_done(request, user))
    form = FoundForm(request.POST, request.FILES, nodes=nodes)
    if not form.is_valid():
        form.keep_for_next_try()
        return _page(request, form, status=422)
    taken = _carry_out(request, user, form)
    if isinstance(taken, intake.Refused):
        form.add_error(taken.field if taken.field in form.fields else None, taken.reason)
        form.keep_for_next_try()
        return _page(request, form, status=422)
    request.session[LAST_PLACE] = form.cleaned_data["node"].pk
    back = "today" if policy.works_in_field(request.actor) else "found"
    return redirect(f"{reverse(back)}?done={taken.number}")


def own_places(actor: Actor) -> list[Node]:
    """Where the actor may settle, from the community down, larger places first: the choices of where it was found."""
    paths = [held.path for held in scope.held(actor) if held.node_id and held.role in policy.ABILITIES["settle"]]
    day = timezone.localdate()
    nodes: list[Node] = []
    for path in scope.outermost(paths):
        below = Node.objects.current(day).below(path).filter(level__gt=Level.TOWN).select_related("parent")
        nodes += below.order_by("level", "path")[:MOST_PLACES]
    return nodes


def _page(request: Request, form: FoundForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"form": form, "kept_photos": form.kept_photos(), "in_grid": form.in_grid(), **more}
    return render(request, "matters/field/found.html", context, status=status)


def _done(request: Request, user: User) -> dict[str, Any]:
    """The matter that was just settled or sent up, as ?done= says: only one that this person filed."""
    try:
        number = ids.check_number(request.GET.get("done", ""))
    except ids.BadNumber:
        return {}
    matter = find(request.actor, number)
    return {"done": matter, "done_number": ids.pretty(number)} if matter and matter.filed_by_id == user.pk else {}


def _carry_out(request: Request, user: User, form: FoundForm) -> intake.Taken | intake.Refused:
    given, category = form.cleaned_data, form.category()
    report = intake.Report(
        text=form.words(),
        source=Source.PATROL,
        client_ref=given["client_ref"],
        node_id=_node_id(given["node"], given.get("lon"), given.get("lat")),
        lon=given.get("lon"),
        lat=given.get("lat"),
        place=given["place"],
        category_id=category.pk if category else None,
        photos=given["photos"],
    )
    client, now = f"user:{user.pk}", timezone.now()
    if given["do"] == SETTLE:
        return settling.found_and_settled(report, result=form.result_words(), by=request.actor, client=client, now=now)
    return sending_up.found_and_sent_up(report, reason=given["text"], by=request.actor, client=client, now=now)


def _node_id(chosen: Node, lon: float | None, lat: float | None) -> int:
    """The place chosen; a position inside it (WGS84) makes it more exact, one outside does not move it."""
    spot = locate.current().locate(lon, lat) if lon is not None and lat is not None else None
    columns = scope.place_columns(spot) if spot else None
    return columns.node_id if columns and columns.path.startswith(chosen.path) else chosen.pk
