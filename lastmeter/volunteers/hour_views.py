"""My hours and my certificate; the desk that records them; the page on which anybody checks a certificate."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import scope
from lastmeter.kit import downloads
from lastmeter.kit.ids import BadNumber, check_number, pretty
from lastmeter.kit.masking import mask_name
from lastmeter.volunteers import certificate as paper
from lastmeter.volunteers import hours, slips
from lastmeter.volunteers.forms import DoubtForm, StintForm
from lastmeter.volunteers.models import Certificate, Member

MOST = 200


@require_safe
@signed_in
def my_hours(request: Request, user: User) -> HttpResponse:
    """What is recorded of me, and my certificate."""
    return _mine(request, user)


def _mine(request: Request, user: User, wrong: tuple[int, DoubtForm] | None = None) -> HttpResponse:
    """Each record with a form of its own to say what is wrong; the one that was refused comes back filled."""
    rows = [
        (each, wrong[1] if wrong and wrong[0] == each.pk else DoubtForm(auto_id=f"doubt-{each.pk}-%s"))
        for each in hours.of_user(user)[:MOST]
    ]
    context = {"stints": rows, "total": paper.hours(hours.total(user))}
    return render(request, "volunteers/hours.html", context, status=422 if wrong else 200)


@require_POST
@signed_in
def doubting(request: Request, user: User, pk: int) -> HttpResponse:
    """有误: whoever recorded it is shown why."""
    stint, form = get_object_or_404(hours.of_user(user), pk=pk), DoubtForm(request.POST, auto_id=f"doubt-{pk}-%s")
    if form.is_valid():
        hours.doubt(stint, words=form.cleaned_data["doubt"])
        messages.success(request, _("已告诉社区，会核对更正。"))
        return redirect("hours")
    return _mine(request, user, (pk, form))


@require_POST
@signed_in
def certifying(request: Request, user: User) -> HttpResponse:
    """The PDF."""
    member = get_object_or_404(Member.objects.select_related("node", "user"), user=user)
    now = timezone.now()
    try:
        made = hours.certify(member, now=now)
    except slips.TooLate as late:
        messages.error(request, str(late))
        return redirect("hours")
    rows = list(hours.of_user(user).order_by("starts_at"))
    return downloads.attachment(paper.pdf(made, rows, now=now), f"{made.number}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def desk(request: Request, user: User) -> HttpResponse:
    """Who served and has no record yet, whose record is doubted; one form for both."""
    if not scope.has_post(request.actor, slips.RECEIVERS):
        raise Http404
    now = timezone.now()
    waiting, doubted = list(hours.to_record(request.actor, now)[:MOST]), list(hours.doubted(request.actor)[:MOST])
    form = StintForm(request.POST if request.method == "POST" else None, waiting=waiting, doubted=doubted, now=now)
    if form.is_valid():
        span = {"starts_at": form.cleaned_data["starts_at"], "ends_at": form.cleaned_data["ends_at"]}
        try:
            form.carry_out(**span, by=request.actor, now=now)
        except slips.TooLate as late:
            form.add_error(None, str(late))
        else:
            messages.success(request, _("已记下。"))
            return redirect("hours-desk")
    context = {"form": form, "doubted": doubted, "waiting": waiting}
    return render(request, "volunteers/hours_desk.html", context, status=422 if form.is_bound else 200)


@require_safe
def certificate(request: Request, number: str) -> HttpResponse:
    """核验: whether a certificate of that number exists and holds; the name is shown masked."""
    try:
        found = Certificate.objects.select_related("node").filter(number=check_number(number)).first()
    except BadNumber:
        found = None
    context = {
        "certificate": found,
        "number": pretty(found.number) if found else number[:20],
        "holds": found is not None and hours.holds(found),
        "name": mask_name(found.name) if found and found.name else "",
        "hours": paper.hours(found.halves) if found else "",
    }
    return render(request, "volunteers/certificate.html", context, status=200 if found else 404)
