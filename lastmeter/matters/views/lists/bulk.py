"""`/bulk/`: one act on many matters — chosen in the table, looked at, confirmed, followed, undone."""

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in, swaps
from lastmeter.grid import scope
from lastmeter.matters.forms.lists import BulkForm
from lastmeter.matters.lists import choosing
from lastmeter.matters.lists.bulk import acts, runs
from lastmeter.matters.models import BulkRun
from lastmeter.matters.views import listing

State, RowState = BulkRun.State, runs.RowState
SHOWN = 12  # of the runs on the page


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bulk_runs(request: Request, user: User) -> HttpResponse:
    """GET: what one did with many at once lately. POST: choose matters for an act; the next page says what will be."""
    if not scope.held(request.actor):
        raise Http404
    if request.method != "POST":
        lately = BulkRun.objects.filter(by=user).exclude(state=State.DRAFT).order_by("-pk")[:SHOWN]
        shown = [{"run": run, "act": acts.BY_NAME[run.act].word, "tally": runs.tally(run)} for run in lately]
        return render(request, "matters/desk/bulk_runs.html", {"runs": shown})
    filters, query = listing.read(request.GET)
    act = request.POST.get("act", "")
    picked = [
        int(each) for each in request.POST.getlist("pick") if each.isascii() and each.isdigit() and len(each) < 19
    ]
    now = timezone.now()
    if request.POST.get("all"):
        picked = runs.whole_list(request.actor, filters, now=now)
    if act not in acts.BY_NAME or not picked:
        messages.error(request, _("请先选中至少一件，再选要做什么。"))
        return redirect(f"/queue/table/{query}")
    run = runs.draft(act, picked, query, by=request.actor, now=now)
    return redirect("bulk-run", run.pk)


@require_safe
@signed_in
def bulk_run(request: Request, user: User, pk: int) -> HttpResponse:
    """Before: how many will and how many cannot, and why. During: how far. After: what could not, and undo."""
    return _page(request, _own(request, user, pk))


def _own(request: Request, user: User, pk: int) -> BulkRun:
    if not scope.held(request.actor):
        raise Http404
    return get_object_or_404(BulkRun.objects.select_related("unit__node", "user", "category"), pk=pk, by=user)


def _page(request: Request, run: BulkRun, form: BulkForm | None = None, *, status: int = 200) -> HttpResponse:
    act, tally = acts.BY_NAME[run.act], runs.tally(run)
    draft = run.state == State.DRAFT
    context = {
        "run": run,
        "act": act,
        "tally": tally,
        "draft": draft,
        "going": run.state in (State.WAITING, State.RUNNING, State.UNDOING),
        "looked": tally.total - tally.waiting if run.state != State.UNDOING else tally.undone + tally.kept,
        "form": (form or BulkForm(run=run, by=request.actor)) if draft else None,
        "left": runs.rows_of(run, [RowState.REFUSED, RowState.KEPT]),
        "sample": runs.rows_of(run, [RowState.WAITING], 10) if draft else [],
        "asked": choosing.words(request.actor, listing.read(_query(run))[0]),
        "undoable": act.undoable and run.state == State.DONE and tally.done,
        "back_to": f"/queue/table/{run.query}",
    }
    partial = swaps(request) and request.method == "GET"
    page = "parts/bulk_state" if partial else "bulk_run"
    return render(request, f"matters/desk/{page}.html", context, status=status)


def _query(run: BulkRun) -> QueryDict:
    return QueryDict(run.query.removeprefix("?"))


@require_POST
@signed_in
def confirmation(request: Request, user: User, pk: int) -> HttpResponse:
    """Carry it out. When what was filled in leaves out more matters than the page said, the page says so first."""
    run = _own(request, user, pk)
    form = BulkForm(request.POST, run=run, by=request.actor)
    if run.state != State.DRAFT:
        return redirect("bulk-run", pk)
    if not form.is_valid():
        return _page(request, run, form, status=422)
    before = runs.tally(run).refused
    form.give(run)
    run.save()
    runs.look(run, by=request.actor)
    refused = runs.tally(run).refused
    if refused > before:
        more = refused - before
        said = ngettext(
            "照这样填，又有 %(count)d 件不能处理；没问题就再确认一次。",
            "照这样填，又有 %(count)d 件不能处理；没问题就再确认一次。",
            more,
        )
        messages.warning(request, said % {"count": more})
        return redirect("bulk-run", pk)
    runs.start(_own(request, user, pk), by=request.actor, now=timezone.now())
    return redirect("bulk-run", pk)


@require_POST
@signed_in
def undoing(request: Request, user: User, pk: int) -> HttpResponse:
    """Put everything back as it was; what was touched since stays and is listed."""
    run = _own(request, user, pk)
    if not runs.undo(run, by=request.actor, now=timezone.now()):
        messages.error(request, _("这一次不能撤销。"))
    return redirect("bulk-run", pk)
