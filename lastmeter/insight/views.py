"""`/rates/`: the figures of my ground, the matters behind each, what is left out, the formulas, and publishing."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers import access
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import scope, tree
from lastmeter.grid.keeping import KEEPERS, LOWEST
from lastmeter.grid.models import Node
from lastmeter.insight import counting, exclusions, formulas, publishing, reach, showing
from lastmeter.insight.facts import FACTS
from lastmeter.insight.forms import AnswerForm, ExclusionForm, FormulaForm, PublicationForm
from lastmeter.insight.models import Exclusion, Formula, Measure
from lastmeter.insight.rules import BadMonth, Month
from lastmeter.kit import downloads, paging, sheets
from lastmeter.matters.lists import reading, shelves

GET_OR_POST = ["GET", "HEAD", "POST"]
PAGE_SIZE = 50
MONTHS = 13


def _asked(request: Request) -> tuple[Node, Month, str]:
    """Place, month and way of the address; last month by place when it says nothing, 404 for what is not mine."""
    if not reach.sees(request.actor):
        raise Http404
    now = timezone.now()
    place = reach.place(request.actor, request.GET.get("at", ""))
    text, by = request.GET.get("month", ""), request.GET.get("by", counting.PLACE)
    if by not in counting.WAYS:
        raise Http404
    try:
        return place, Month.read(text, now) if text else Month.of(now), by
    except BadMonth:
        raise Http404 from None


@require_safe
@signed_in
def rates(request: Request, user: User) -> HttpResponse:
    """The rates of a place in a month; a row of a place leads to its own table, every number to its matters."""
    place, month, by = _asked(request)
    table = counting.table(place, month, by)
    whole, lines = showing.desk(table)
    now = timezone.now()
    published = publishing.newest(place).filter(month=month.first).select_related("by").first()
    context = {
        "table": table,
        "columns": formulas.in_words(table.formulas),
        "whole": whole,
        "lines": lines,
        "months": showing.months_before(Month.of(now), MONTHS),
        "month": month,
        "month_text": str(month),
        "sheet": f"/rates/table.xlsx?at={tree.code_of(place)}&month={month}&by={by}",
        "place": place,
        "code": tree.code_of(place),
        "above": _above(request, place),
        "ways": showing.ways(by),
        "running": not month.is_over(now),
        "published": published,
        "publishes": reach.publishes(request.actor, place.path),
        "three": formulas.THREE,
    }
    return render(request, "insight/rates.html", context)


def _above(request: Request, place: Node) -> list[tuple[str, str]]:
    """The places above this one on the actor's ground, outermost first: code and name."""
    grounds = scope.grounds(request.actor, KEEPERS, LOWEST)
    chain = [node for node in tree.chain_of(place)[:-1] if any(node.path.startswith(path) for path in grounds)]
    codes = tree.codes_of(chain)
    return [(codes[node.pk], node.name) for node in chain]


@require_safe
@signed_in
def xlsx(request: Request, user: User) -> HttpResponse:
    """The table as a workbook."""
    place, month, by = _asked(request)
    table = counting.table(place, month, by)
    whole, lines = showing.desk(table)
    header, rows = showing.sheet(formulas.in_words(table.formulas), [*lines, whole])
    name = _("%(place)s %(month)s 指标.xlsx") % {"place": place.name, "month": month}
    return downloads.written(name, lambda path: sheets.write_rows(path, header, rows))


@require_safe
@signed_in
def behind(request: Request, user: User) -> HttpResponse:
    """The matters behind one number of the table, newest first."""
    place, month, by = _asked(request)
    measure, part = request.GET.get("measure", ""), request.GET.get("part", "")
    formula = next((each for each in formulas.of_month(month) if each.measure == measure), None)
    if formula is None or part not in ("numerator", "denominator", "excluded"):
        raise Http404
    key = request.GET.get("key", "")
    condition, words = _behind(place, month, formula, part, by, key)
    rows = reading.shown(Dossier.objects.filter(condition & access.visible(request.actor)))
    context = {
        "page": paging.page(rows, request.GET.get("cursor"), PAGE_SIZE, shelves.NEWEST),
        "formula": formula,
        "words": words,
        "place": place,
        "month": month,
        "back": f"/rates/?at={tree.code_of(place)}&month={month}&by={by}",
        "excludes": part == "denominator",
    }
    return render(request, "insight/behind.html", context)


def _behind(place: Node, month: Month, formula: Formula, part: str, by: str, key: str) -> tuple[Q, str | Promise]:
    if part == "excluded":
        return counting.left_out(place, month, formula, by=by, key=key), _("经批准剔除的")
    fact = FACTS[formula.numerator if part == "numerator" else formula.denominator]
    return counting.behind(place, month, fact, by=by, key=key, measure=formula.measure), fact.meaning


@require_http_methods(GET_OR_POST)
@signed_in
def left_out(request: Request, user: User) -> HttpResponse:
    """剔除: what is left out of rates on my ground and why; asking for one more."""
    if not reach.sees(request.actor):
        raise Http404
    now = timezone.now()
    initial = {"number": request.GET.get("number", ""), "measure": request.GET.get("measure", "")}
    form = ExclusionForm(request.actor, request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            exclusions.ask(
                data["number"],
                measure=Measure(data["measure"]),
                reason=Exclusion.Reason(data["reason"]),
                words=data["words"],
                by=request.actor,
                now=now,
            )
        except exclusions.Refused as error:
            form.add_error("number", str(error))
        else:
            messages.success(request, _("已提交，等上级批准；批准以前照常计算。"))
            return redirect("rates-exclusions")
    grounds = scope.grounds(request.actor, KEEPERS, LOWEST)
    page = paging.page(exclusions.on(grounds), request.GET.get("cursor"), PAGE_SIZE, paging.Keyset(("-id",)))
    rows = [(each, _decides(request, each), each.state in exclusions.OPEN) for each in page.items]
    context = {"form": form, "rows": rows, "page": page}
    return render(request, "insight/exclusions.html", context, status=400 if form.errors else 200)


def _decides(request: Request, exclusion: Exclusion) -> bool:
    waits = exclusion.state == Exclusion.State.ASKED and exclusion.by_id != request.actor.user_id
    return waits and reach.publishes(request.actor, exclusion.matter.dossier.path)


def _exclusion(request: Request, pk: int) -> Exclusion:
    """An exclusion that the actor decides or takes back: their own, or one on ground they publish for."""
    found = get_object_or_404(Exclusion.objects.select_related("matter__dossier"), pk=pk)
    if not reach.publishes(request.actor, found.matter.dossier.path) and found.by_id != request.actor.user_id:
        raise Http404
    return found


@require_POST
@signed_in
def decision(request: Request, user: User, pk: int) -> HttpResponse:
    """Approve or refuse an exclusion."""
    exclusion = _exclusion(request, pk)
    if not reach.publishes(request.actor, exclusion.matter.dossier.path):
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        approve, answer = form.cleaned_data["approve"] == "yes", form.cleaned_data["answer"]
        try:
            exclusions.decide(exclusion, approve=approve, answer=answer, by=request.actor, now=timezone.now())
        except exclusions.Refused as error:
            messages.error(request, str(error))
    return redirect("rates-exclusions")


@require_POST
@signed_in
def ending(request: Request, user: User, pk: int) -> HttpResponse:
    """Take an exclusion back."""
    try:
        exclusions.end(_exclusion(request, pk), by=request.actor, now=timezone.now())
    except exclusions.Refused as error:
        messages.error(request, str(error))
    return redirect("rates-exclusions")


@require_http_methods(GET_OR_POST)
@signed_in
def versions(request: Request, user: User) -> HttpResponse:
    """The formulas in words, all versions; whoever keeps them gives a rate a new one."""
    if not reach.sees(request.actor):
        raise Http404
    keeps = reach.keeps_formulas(request.actor)
    if request.method == "POST" and not keeps:
        raise Http404
    form = FormulaForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = {**form.cleaned_data, "measure": Measure(form.cleaned_data["measure"])}
        try:
            formulas.change(**data, by=request.actor, now=timezone.now())
        except formulas.BadFormula as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("新公式已记下，从那个月起用。"))
            return redirect("rates-formulas")
    context = {"form": form, "keeps": keeps, "written": formulas.in_words(formulas.versions())}
    return render(request, "insight/formulas.html", context, status=400 if form.errors else 200)


@require_POST
@signed_in
def publications(request: Request, user: User) -> HttpResponse:
    """Publish a month of a place."""
    place, month, _by = _asked(request)
    if not reach.publishes(request.actor, place.path):
        raise Http404
    form = PublicationForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    code = tree.code_of(place)
    try:
        publishing.publish(place, month, words=words, by=request.actor, now=timezone.now())
    except publishing.Refused as error:
        messages.error(request, str(error))
        return redirect(f"/rates/?at={code}&month={month}")
    return redirect("figures-month", code, str(month))
