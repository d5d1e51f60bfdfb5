"""`/m/<number>/`: how it goes, for the requester — by number and tracking code, from any device, without account."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import limits
from lastmeter.accounts.requests import Request, visitor_client
from lastmeter.clocks import pressing
from lastmeter.clocks.deadlines import NotNow
from lastmeter.dossiers import attachments
from lastmeter.dossiers.models import Dossier
from lastmeter.grid import tree
from lastmeter.kit import ids
from lastmeter.matters import channels, closing, lifecycle, reckoning, story
from lastmeter.matters.catalogue import questions
from lastmeter.matters.events import holding
from lastmeter.matters.forms.progress import (
    AnswerForm,
    CodeForm,
    ComplaintForm,
    LookUpForm,
    RatingForm,
    ReopeningForm,
    UrgingForm,
    WithdrawalForm,
)
from lastmeter.matters.models import Channel, Enquiry, Grievance, Matter, Rating, Requester, Screening
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import asking, grievances, lapsing
from lastmeter.matters.talking.forms import GrievanceForm
from lastmeter.matters.timing import standing
from lastmeter.matters.timing.pressing import urge_by_requester
from lastmeter.matters.views import photos, proof, reach

BAR = (
    gettext_lazy("已上报"),
    gettext_lazy("已受理"),
    gettext_lazy("办理中"),
    gettext_lazy("已办结"),
    gettext_lazy("已评价"),
)
GRIEVANCES, A_DAY = 5, 24 * 3600
AT = {
    lifecycle.REPORTED: 0,
    lifecycle.FILED: 1,
    lifecycle.DISPATCHED: 2,
    lifecycle.SIGNED: 2,
    lifecycle.HANDLING: 2,
    lifecycle.REPLIED: 2,
    lifecycle.VERIFYING: 2,
    lifecycle.VERIFIED: 2,
    lifecycle.CLOSED: 3,
    lifecycle.REVISITED: 3,
    lifecycle.RATED: 4,
    lifecycle.ARCHIVED: 4,
}


@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: Request) -> HttpResponse:
    """`/m/`: number and code, for whoever comes back on another phone."""
    form = LookUpForm(request.POST or None)
    if form.is_valid() and _try(request, form, form.cleaned_data["number"]):
        return redirect("progress", form.cleaned_data["number"])
    return render(request, "matters/progress/look_up.html", {"form": form}, status=422 if form.errors else 200)


def _try(request: Request, form: CodeForm, number: str) -> bool:
    """Try the form's code; what is wrong stands beside the field."""
    try:
        proof.try_code(request, number, form.cleaned_data["code"], now=timezone.now())
    except limits.TooMany as error:
        form.add_error("code", str(error))
    except proof.WrongCode as wrong:
        said = _(
            "编号和查询码对不上，还可以试 %(left)d 次：请看看有没有抄错。查询码丢了，可以打网格员电话凭编号问进度。"
        )
        form.add_error("code", said % {"left": wrong.left})
    return form.is_valid()


@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: Request, number: str) -> HttpResponse:
    """The page of one matter; whoever has not proved it is asked for the code, whether or not it exists."""
    wanted = ids.check_number(number) if _is_number(number) else ""
    matter = Matter.objects.select_related(*reach.SHOWN).filter(dossier__number=wanted).first()
    if matter is not None and proof.holds(request, matter):
        return _page(request, matter)
    form = CodeForm(request.POST or None)
    if form.is_valid() and _try(request, form, wanted):
        return redirect("progress", wanted)
    context = {"form": form, "number": ids.pretty(wanted) if wanted else number[:20]}
    return render(request, "matters/progress/code.html", context, status=422 if form.errors else 200)


def _is_number(text: str) -> bool:
    try:
        return bool(ids.check_number(text))
    except ids.BadNumber:
        return False


def _page(request: Request, matter: Matter, *, status: int = 200, **bound: forms.Form) -> HttpResponse:
    dossier, now = matter.dossier, timezone.now()
    leads = None if matter.merged_into_id else holding.lead_of(matter.pk)
    into_id = matter.merged_into_id or leads
    can_reopen = matter.reopen_until is not None and now <= matter.reopen_until
    step = dossier.step
    enquiry = Enquiry.objects.filter(matter=matter, ended_at=None).first()
    rating = Rating.objects.filter(matter=matter).first()

    def allows(act: str) -> bool:
        return lifecycle.allows(matter.profile, act, step)

    promised = reckoning.promised(matter.pk, public=True)
    again_at = pressing.again_at(matter.pk, dossier.path, now)
    context: dict[str, Any] = {
        "matter": matter,
        "dossier": dossier,
        "word": _(lifecycle.BY_NAME[step].word),
        "tone": lifecycle.BY_NAME[step].tone,
        "number": ids.pretty(dossier.number),
        "node_code": tree.code_of(dossier.node),
        "bar": BAR,
        "at": AT.get(step),
        "promised": promised,
        "standing": standing.of(matter, promised),
        "lines": story.for_requester(matter.pk),
        "into_lines": story.for_requester(into_id) if into_id else [],
        "leads": leads,
        "photos": attachments.public(matter.pk),
        "enquiry": enquiry,
        "closes": bool(enquiry) and lapsing.closes(matter, now),
        "channel": _channel(matter),
        "to_ask": questions.to_ask(matter, timezone.localdate()),
        "rating": rating,
        "not_solved": rating is not None and not rating.solved,
        "answer": AnswerForm() if dossier.is_open else None,
        "urge": UrgingForm() if dossier.is_open and again_at is None else None,
        "urge_again_at": again_at,
        "rate": RatingForm() if allows("rate") else None,
        "reopen": ReopeningForm() if can_reopen and allows("reopen") else None,
        "complain": ComplaintForm() if not can_reopen and allows("complain") else None,
        "complaints": Grievance.objects.filter(matter=matter).select_related("node").order_by("pk"),
        "grieve": GrievanceForm(initial={"client_ref": ids.new_token()}),
        "withdraw": WithdrawalForm() if allows("withdraw") else None,
    }
    return render(request, "matters/progress/progress.html", {**context, **bound}, status=status)


def _channel(matter: Matter) -> str:
    """How to reach the legal channel that a diverted matter belongs to."""
    if matter.dossier.step != lifecycle.DIVERTED:
        return ""
    screening = Screening.objects.filter(matter=matter, channel__gt="").order_by("-pk").first()
    return str(channels.HOW[Channel(screening.channel)]) if screening else ""


def _act(
    request: Request, number: str, name: str, form: forms.Form, act: Callable[[Matter], object], thanks: str
) -> HttpResponse:
    """One act of the requester: the form again with its mistakes, or the page with what happened meanwhile."""
    matter = proof.proved_matter(request, number)
    if not form.is_valid():
        return _page(request, matter, status=422, **{name: form})
    visitor_client(request)
    try:
        act(matter)
    except (Overtaken, limits.TooMany) as error:
        form.add_error(None, str(error))
        fresh = proof.proved_matter(request, number)
        messages.error(request, str(error))
        return _page(request, fresh, status=409, **({name: form} if fresh.dossier.is_open else {}))
    messages.success(request, thanks)
    return redirect("progress", matter.dossier.number)


@require_POST
def answer(request: Request, number: str) -> HttpResponse:
    """Something added, asked for or not."""
    form = AnswerForm(request.POST, request.FILES)

    def act(matter: Matter) -> None:
        if not matter.dossier.is_open:
            raise Overtaken(_("这件事已经结束，不能再补充；没有解决可以要求重办。"))
        given = form.cleaned_data
        asking.answer(matter, text=given["text"], photos=given["photos"], by=request.actor, now=timezone.now())

    return _act(request, number, "answer", form, act, _("收到，已转给办理的人。"))


@require_POST
def urging(request: Request, number: str) -> HttpResponse:
    """催办, once in so many days."""
    form = UrgingForm(request.POST)

    def act(matter: Matter) -> None:
        try:
            urge_by_requester(matter, words=form.cleaned_data["words"], by=request.actor, now=timezone.now())
        except NotNow as error:
            raise Overtaken(str(error)) from None

    return _act(request, number, "urge", form, act, _("已催办，对方要在规定时间内给您回话。"))


@require_POST
def rating(request: Request, number: str) -> HttpResponse:
    """评价, once."""
    form = RatingForm(request.POST)

    def act(matter: Matter) -> None:
        given = form.cleaned_data
        closing.rate(
            matter,
            score=Rating.Score(given["score"]),
            solved=given["solved"],
            words=given["words"],
            by=request.actor,
            now=timezone.now(),
        )

    return _act(request, number, "rate", form, act, _("谢谢您的评价。"))


@require_POST
def reopening(request: Request, number: str) -> HttpResponse:
    """重办: it is not solved, inside the window."""
    form = ReopeningForm(request.POST)

    def act(matter: Matter) -> None:
        closing.reopen(matter, reason=form.cleaned_data["reason"], by=request.actor, now=timezone.now())

    return _act(request, number, "reopen", form, act, _("已重新受理，并通知了上次办理的人。"))


@require_POST
def complaint(request: Request, number: str) -> HttpResponse:
    """还没解决, when the window for reopening is over: handler and desk hear of it."""
    form = ComplaintForm(request.POST)

    def act(matter: Matter) -> None:
        closing.complain(matter, words=form.cleaned_data["words"], by=request.actor, now=timezone.now())

    return _act(request, number, "complain", form, act, _("已转告办理的人和工作台。"))


@require_POST
def withdrawal(request: Request, number: str) -> HttpResponse:
    """撤回, before anybody handles it."""
    form = WithdrawalForm(request.POST)

    def act(matter: Matter) -> None:
        closing.withdraw(matter, reason=form.cleaned_data["reason"], by=request.actor, now=timezone.now())

    return _act(request, number, "withdraw", form, act, _("已撤回。"))


@require_POST
def grievance(request: Request, number: str) -> HttpResponse:
    """投诉办理: to a desk above those who handled it."""
    form = GrievanceForm(request.POST)

    def act(matter: Matter) -> None:
        limits.hit(f"grievance:{matter.pk}", GRIEVANCES, A_DAY, timezone.now())
        grievances.complain(matter, **form.cleaned_data, by=request.actor, now=timezone.now())

    return _act(request, number, "grieve", form, act, _("收到。您的投诉交给上一级，办这件事的人看不到。"))


@require_safe
def photo(request: Request, number: str, sha: str, size: str = "") -> HttpResponseBase:
    """A photo that the requester may see."""
    matter = proof.proved_matter(request, number)
    if not attachments.public(matter.pk).filter(sha256=sha[:64]).exists():
        raise Http404
    return photos.send(matter.pk, sha, thumb=size == "thumb")


@require_safe
def mine(request: Request) -> HttpResponse:
    """`/mine/`: what this browser or this account has reported."""
    return render(request, "matters/progress/mine.html", {"rows": own(request, 50)})


def own(request: HttpRequest, most: int) -> list[tuple[Dossier, str, str]]:
    """The newest matters this browser has proved or this account has filed for itself: row, step in words, tone."""
    known = Q(pk__in=request.session.get(proof.PROVED, [])) | Q(client__in=proof.clients(request))
    if request.user.is_authenticated:
        # Looked up first: as a sub-query under OR it would cost PostgreSQL a walk through the whole table.
        requested = Requester.objects.filter(proof.theirs(request)).order_by("-pk").values_list("pk", flat=True)
        known |= Q(pk__in=list(requested[:most]))
    rows = Dossier.objects.filter(known).order_by("-pk")[:most]
    steps = [(row, lifecycle.BY_NAME[row.step]) for row in rows]
    return [(row, _(step.word), step.tone) for row, step in steps]
