"""`/venues/draws/<pk>/`: a draw that everybody can recompute; opening one, entering it, drawing."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid.duty.reach import for_posts
from lastmeter.kit.zhtime import span_of
from lastmeter.venues import deciding, drawing
from lastmeter.venues.booking import Refused
from lastmeter.venues.forms import DrawForm, EntryForm
from lastmeter.venues.models import Draw, Lot, Space
from lastmeter.venues.views.desk import kept


def _draw(pk: int) -> Draw:
    return get_object_or_404(Draw.objects.select_related("space__venue__node"), pk=pk)


@require_safe
def show(request: Request, pk: int) -> HttpResponse:
    return _show(request, _draw(pk))


def _show(request: Request, draw: Draw, form: EntryForm | None = None, trouble: str = "") -> HttpResponse:
    """Numbers for everybody; who has which, only each their own."""
    now, user = timezone.now(), request.actor.user
    lots = list(draw.lots.select_related("booking").order_by("rank", "number"))
    context = {
        "draw": draw,
        "lots": lots,
        "mine": next((lot for lot in lots if user is not None and lot.booking.user_id == user.pk), None),
        "open": draw.drawn_at is None and now < draw.closes_at,
        "due": draw.drawn_at is None and now >= draw.closes_at,
        "keeps": deciding.may_keep(request.actor, draw.space.venue.node.path),
        "form": form or EntryForm(initial={"people": min(4, draw.space.capacity)}),
        "trouble": trouble,
    }
    return render(request, "venues/draw.html", context, status=409 if trouble else 422 if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def entry(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/entry/`: a lot for one person."""
    draw = _draw(pk)
    if request.method != "POST":
        return redirect("venue-draw", pk)
    form = EntryForm(request.POST)
    if not form.is_valid():
        return _show(request, draw, form)
    try:
        made: Lot = drawing.enter(draw, user=user, now=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        return _show(request, draw, trouble=str(refused))
    messages.success(request, _("已报名，您是 %(number)d 号。") % {"number": made.number})
    return redirect("venue-draw", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_posts
def new(request: Request, user: User, pk: int) -> HttpResponse:
    """`/venues/rooms/<pk>/draws/`: open a draw for a span of this room."""
    space = get_object_or_404(Space.objects.select_related("venue__node"), pk=pk, closed_on=None)
    kept(request, space.venue_id)
    form = DrawForm(request.POST or None, initial={"day": timezone.localdate() + timedelta(days=7)})
    if request.method == "POST" and form.is_valid():
        said, now = form.cleaned_data, timezone.now()
        starts_at, ends_at = span_of(said["day"], said["opens"], said["closes"])
        closes_at, _end = span_of(said["closing_day"], said["closing_time"], said["closing_time"])
        try:
            made = drawing.open_draw(
                space, starts_at=starts_at, ends_at=ends_at, closes_at=closes_at, by=request.actor, now=now
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("venue-draw", made.pk)
    return render(request, "venues/draw_new.html", {"space": space, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@for_posts
def drawing_now(request: Request, user: User, pk: int) -> HttpResponse:
    """`…/drawing/`: draw, once."""
    draw = _draw(pk)
    if not deciding.may_keep(request.actor, draw.space.venue.node.path):
        raise Http404
    try:
        drawing.draw_lots(draw, by=request.actor, now=timezone.now())
    except Refused as refused:
        return _show(request, draw, trouble=str(refused))
    messages.success(request, _("已抽签，种子已公布。"))
    return redirect("venue-draw", pk)
