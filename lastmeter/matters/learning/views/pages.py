"""`/learning/`: the models with their reports; `/learning/bench/`: cases to try them on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters.catalogue import keeping
from lastmeter.matters.learning import benching, retraining, showing
from lastmeter.matters.learning.forms import CaseForm
from lastmeter.matters.models import BenchCase, LearnedModel


def _look(request: Request) -> None:
    if not keeping.looks(request.actor):
        raise Http404


def _keep(request: Request) -> None:
    if not keeping.keeps_schemes(request.actor):
        raise Http404


@require_safe
@signed_in
def learning(request: Request, user: User) -> HttpResponse:
    """The models in use, and what became of those before."""
    _look(request)
    rows = LearnedModel.objects.select_related("scheme").order_by("what", "-pk")
    in_use = LearnedModel.State.IN_USE
    context = {
        "in_use": [row for row in rows if row.state == in_use],
        "past": [row for row in rows if row.state != in_use],
        "fewest": retraining.FEWEST_LESSONS,
        "cases": BenchCase.objects.count(),
    }
    return render(request, "matters/learning/learning.html", context)


@require_safe
@signed_in
def one(request: Request, user: User, pk: int) -> HttpResponse:
    """One model: how good it is on matters it has not learned from, what it mixes up, its words."""
    _look(request)
    row = get_object_or_404(LearnedModel.objects.select_related("scheme"), pk=pk)
    heads, lines = showing.table(row)
    context = {
        "row": row,
        "report": row.report,
        "labels": showing.labels(row),
        "heads": heads,
        "lines": lines,
        "mixed": [] if heads else showing.mixed_up(row),
    }
    return render(request, "matters/learning/model.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def bench(request: Request, user: User) -> HttpResponse:
    """The cases, and one more of them."""
    _look(request)
    if request.method != "POST":
        return _bench(request, CaseForm())
    _keep(request)
    form = CaseForm(request.POST)
    if form.is_valid():
        try:
            benching.add(**form.cleaned_data, by=request.actor, now=timezone.now())
        except benching.NoRoom as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已加上这道试题。"))
            return redirect("learning-bench")
    return _bench(request, form, status=422)


def _bench(request: Request, form: CaseForm, *, status: int = 200) -> HttpResponse:
    cases = list(BenchCase.objects.select_related("expected__parent", "said__parent").order_by("place", "pk"))
    context: dict[str, Any] = {
        "form": form,
        "cases": cases,
        "score": benching.score(cases),
        "keeps": keeping.keeps_schemes(request.actor),
    }
    return render(request, "matters/learning/bench.html", context, status=status)


@require_POST
@signed_in
def bench_run(request: Request, user: User) -> HttpResponse:
    """Try all cases now."""
    _keep(request)
    score = benching.run(now=timezone.now())
    said = _("试了 %(tried)d 道：第一个就对 %(right)d 道，前三个里有 %(near)d 道。")
    messages.success(request, said % {"tried": score.tried, "right": score.right, "near": score.near})
    return redirect("learning-bench")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def case(request: Request, user: User, pk: int) -> HttpResponse:
    """Change a case."""
    _keep(request)
    row = get_object_or_404(BenchCase, pk=pk)
    first = {"text": row.text, "expected": str(row.expected_id)}
    form = CaseForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid():
        benching.change(row, **form.cleaned_data, by=request.actor, now=timezone.now())
        messages.success(request, _("已改。下次一起试。"))
        return redirect("learning-bench")
    return render(request, "matters/learning/case.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
@signed_in
def case_removal(request: Request, user: User, pk: int) -> HttpResponse:
    """Take a case away."""
    _keep(request)
    benching.remove(get_object_or_404(BenchCase, pk=pk), by=request.actor, now=timezone.now())
    messages.success(request, _("已删掉这道试题。"))
    return redirect("learning-bench")
