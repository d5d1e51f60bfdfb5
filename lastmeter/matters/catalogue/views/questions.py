"""Questions of a category: after the report, or by staff on the phone; kept by who keeps schemes."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in, visitor_client
from lastmeter.matters import policy
from lastmeter.matters.catalogue import questions
from lastmeter.matters.catalogue.forms import QuestionForm, QuestionsForm
from lastmeter.matters.catalogue.views.categories import page
from lastmeter.matters.catalogue.views.schemes import category_or_404, keep
from lastmeter.matters.models import Matter, Question
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.views import proof
from lastmeter.matters.views.reach import matter_for


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: Request, number: str) -> HttpResponse:
    """The requester's questions, some only after a certain answer; nothing has to be answered."""
    matter = proof.proved_matter(request, number)
    if request.method == "POST":
        visitor_client(request)
    return _ask(request, matter, back=reverse("progress", args=[matter.dossier.number]))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def asked(request: Request, user: User, number: str) -> HttpResponse:
    """The same for staff who have the requester on the phone or before them."""
    matter = matter_for(request.actor, number)
    policy.require(request.actor, "note", matter)
    return _ask(request, matter, back=reverse("matter", args=[matter.dossier.number]))


def _ask(request: Request, matter: Matter, *, back: str) -> HttpResponse:
    """Ask what can be asked now; what an answer brings up comes on the next page, and then back."""
    wanted = questions.to_ask(matter, timezone.localdate())
    form = QuestionsForm(request.POST if request.method == "POST" else None, wanted=wanted)
    if request.method == "POST" and form.is_valid():
        try:
            stops = questions.answer(matter, form.given(), by=request.actor, now=timezone.now())
        except Overtaken as error:
            messages.error(request, str(error))
            return redirect(back)
        for words in stops:
            messages.error(request, words)
        return redirect(request.path if form.given() and questions.to_ask(matter, timezone.localdate()) else back)
    if not wanted:
        return redirect(back)
    context: dict[str, Any] = {"matter": matter, "form": form, "back": back}
    return render(request, "matters/catalogue/questions.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def adding(request: Request, user: User, pk: int) -> HttpResponse:
    """One more question of a category."""
    keep(request)
    category = category_or_404(pk)
    form = QuestionForm(request.POST, category=category)
    if not form.is_valid():
        return page(request, category, question_form=form, status=422)
    questions.add(Question(category=category, **form.cleaned_data), by=request.actor, now=timezone.now())
    messages.success(request, _("已加上这一问。"))
    return redirect("catalogue-category", pk)


@require_POST
@signed_in
def ending(request: Request, user: User, pk: int) -> HttpResponse:
    """Ask one no more."""
    keep(request)
    question = get_object_or_404(Question, pk=pk)
    if question.ended_on is not None:
        raise Http404
    questions.end(question, today=timezone.localdate(), by=request.actor, now=timezone.now())
    messages.success(request, _("不再问了，答过的都还在。"))
    return redirect("catalogue-category", question.category_id)
