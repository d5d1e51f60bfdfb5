"""The field: 今日 and what was found — settled on the spot in three taps, or sent up in four."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope
from lastmeter.grid.models import Node
from lastmeter.kit import ids
from lastmeter.matters import intake, lists, policy, sending_up, settling
from lastmeter.matters.forms.field import SETTLE, FoundForm
from lastmeter.matters.models import Source

FIRST, MOST = 5, 30
MOST_PLACES = 60


@require_safe
@signed_in
def today(request: Request, user: User) -> HttpResponse:
    """`/today/`: what falls due first in the own grid, and what is waited for elsewhere."""
    if not policy.works_in_field(request.actor):
        raise Http404
    return render(request, "matters/field/today.html", day_of(request.actor))


def day_of(actor: Actor) -> dict[str, Any]:
    """What a worker's day shows: open work of the own places by due date, and own reports that lie with others."""
    now = timezone.now()
    page = lists.work_list(actor, lists.Filters(step="open"), None, now=now, size=MOST)
    waiting = lists.shown(Dossier.objects.filter(matter__filed_by=actor.user_id, is_open=True))
    return {
        "rows": [(each, _edge(each, now)) for each in page.items],
        "count": lists.count(actor, lists.Filters(step="open"), now=now),
        "cap": lists.COUNT_CAP,
        "waiting": waiting.exclude(matter__handler=actor.user_id).order_by("due_at", "pk")[:FIRST],
        "now": now,
    }


def _edge(dossier: Dossier, now: Any) -> str:
    """The colour of a row's edge; its due chip says the same in words."""
    if dossier.due_at is None:
        return ""
    if dossier.due_at < now:
        return "bad"
    return "warn" if dossier.due_at < now + lists.SOON else "info"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def found(request: Request, user: User) -> HttpResponse:
    """`/found/`: one screen for both endings; a replay with the same client_ref gives the same number."""
    nodes = own_places(request.actor)
    if not nodes:
        raise Http404
    if request.method != "POST":
        first = {"client_ref": ids.new_token(), "node": request.session.get("found_at", nodes[0].pk)}
        return _page(request, FoundForm(nodes=nodes, initial=first))
    form = FoundForm(request.POST, request.FILES, nodes=nodes)
    if not form.is_valid():
        form.keep_for_next_try()
        return _page(request, form, status=422)
    taken = _carry_out(request, user, form)
    if isinstance(taken, intake.Refused):
        form.add_error(taken.field if taken.field in form.fields else None, taken.reason)
        form.keep_for_next_try()
        return _page(request, form, status=422)
    request.session["found_at"] = form.cleaned_data["node"]
    settled = form.cleaned_data["do"] == SETTLE
    said = _("已就地办结，编号 %(number)s。") if settled else _("已报社区，编号 %(number)s。")
    messages.success(request, said % {"number": ids.pretty(taken.number)})
    return redirect("today")


def own_places(actor: Actor) -> list[Node]:
    """The nodes where the actor works and those below them: the choices of where something was found."""
    paths = [held.path for held in scope.held(actor) if held.node_id and held.role in policy.ABILITIES["settle"]]
    nodes: dict[int, Node] = {}
    for path in scope.outermost(paths):
        for node in Node.objects.current(timezone.localdate()).below(path).order_by("path")[:MOST_PLACES]:
            nodes[node.pk] = node
    return list(nodes.values())


def _page(request: Request, form: FoundForm, *, status: int = 200) -> HttpResponse:
    return render(request, "matters/field/found.html", {"form": form}, status=status)


def _carry_out(request: Request, user: User, form: FoundForm) -> intake.Taken | intake.Refused:
    given, category = form.cleaned_data, form.category()
    report = intake.Report(
        text=form.words(),
        source=Source.PATROL,
        client_ref=given["client_ref"],
        node_id=int(given["node"]),
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
