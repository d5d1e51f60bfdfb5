"""`/letters/`: what has to go out on paper, its PDF, where to, and the mark that it went."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit import downloads, ids
from lastmeter.kit.fonts import NoFont
from lastmeter.kit.paging import Keyset, page
from lastmeter.matters import policy
from lastmeter.matters.models import Letter
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import letters
from lastmeter.matters.talking.forms import AddressForm, SentForm

OLDEST_FIRST, NEWEST_FIRST = Keyset(("pk",)), Keyset(("-pk",))
SIZE = 30


@require_safe
@signed_in
def letter_list(request: Request, user: User) -> HttpResponse:
    """Those still to go, oldest first; with `?sent=1` those that went."""
    _only_desks(request)
    return _page(request)


def _only_desks(request: Request) -> None:
    if not policy.works_at_desk(request.actor):
        raise Http404


def _page(request: Request, wrong: tuple[int, AddressForm | SentForm] | None = None, status: int = 200) -> HttpResponse:
    sent = "sent" in request.GET
    found = page(
        letters.letters(request.actor, done=sent), request.GET.get("cursor"), SIZE,
        NEWEST_FIRST if sent else OLDEST_FIRST,
    )  # fmt: skip
    today = timezone.localdate()
    rows = []
    for each in found.items:
        forms = {
            "address": AddressForm(initial={"where": each.address or ""}, auto_id=f"to-{each.pk}-%s"),
            "mark": SentForm(initial={"on": today}, auto_id=f"sent-{each.pk}-%s", letter=each),
        }
        if wrong and wrong[0] == each.pk:
            forms["address" if isinstance(wrong[1], AddressForm) else "mark"] = wrong[1]
        rows.append((each, letters.envelope(each), ids.pretty(each.message.matter.dossier.number), forms))
    context = {"page": found, "rows": rows, "sent": sent, "tab_open": not sent}
    return render(request, "matters/talking/letters.html", context, status=status)


@require_safe
@signed_in
def pdf(request: Request, user: User, pk: int) -> HttpResponse:
    """`/letters/<pk>.pdf`: one letter."""
    return _print(request, [_letter(request, pk)], _("信件.pdf"))


@require_safe
@signed_in
def all_pdf(request: Request, user: User) -> HttpResponse:
    """`/letters/letters.pdf`: every letter that can go, at most a hundred."""
    _only_desks(request)
    ready = letters.letters(request.actor).exclude(address__isnull=True).order_by("pk")[: letters.MOST_PRINTED]
    return _print(request, list(ready), _("待寄信件.pdf"))


def _print(request: Request, found: list[Letter], name: str) -> HttpResponse:
    if not found:
        messages.error(request, _("没有可以打印的信：请先填通信地址。"))
        return redirect("letters")
    try:
        content = letters.print_letters(found, by=request.actor, now=timezone.now())
    except NoFont as error:
        messages.error(request, str(error))
        return redirect("letters")
    return downloads.attachment(content, name)


@require_POST
@signed_in
def address(request: Request, user: User, pk: int) -> HttpResponse:
    """`/letters/<pk>/address/`: where it goes."""
    letter = _letter(request, pk)
    form = AddressForm(request.POST, auto_id=f"to-{pk}-%s")
    if not form.is_valid():
        return _page(request, (pk, form), status=422)
    letters.address(letter, where=form.cleaned_data["where"], by=request.actor, now=timezone.now())
    messages.success(request, _("地址已记下。"))
    return redirect("letters")


@require_POST
@signed_in
def sending(request: Request, user: User, pk: int) -> HttpResponse:
    """`/letters/<pk>/sending/`: it went out, how and when."""
    letter = _letter(request, pk)
    form = SentForm(request.POST, auto_id=f"sent-{pk}-%s", letter=letter)
    if not form.is_valid():
        return _page(request, (pk, form), status=422)
    try:
        letters.mark(
            letter, how=Letter.How(form.cleaned_data["how"]), on=form.cleaned_data["on"], by=request.actor,
            now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("已记下。"))
    except Overtaken as error:
        messages.error(request, str(error))
    return redirect("letters")


def _letter(request: Request, pk: int) -> Letter:
    _only_desks(request)
    mine = letters.letters(request.actor) | letters.letters(request.actor, done=True)
    return get_object_or_404(mine, pk=pk)
