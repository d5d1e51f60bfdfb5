"""The signed-in person's notices."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit.paging import Keyset, page
from lastmeter.notices import inbox
from lastmeter.notices.models import Notice

NEWEST_FIRST = Keyset(("-id",))
SIZE = 30


@require_safe
@signed_in
def my_notices(request: Request, user: User) -> HttpResponse:
    found = page(Notice.objects.filter(user=user), request.GET.get("cursor"), SIZE, NEWEST_FIRST)
    return render(request, "notices/list.html", {"page": found, "unread": inbox.unread_count(user)})


@require_GET
@signed_in
def notice(request: Request, user: User, pk: int) -> HttpResponse:
    """One notice, read by being opened; with a link it leads straight there."""
    found = get_object_or_404(Notice, pk=pk, user=user)
    inbox.read(user, timezone.now(), found.pk)
    return redirect(found.link) if found.link else render(request, "notices/notice.html", {"notice": found})


@require_POST
@signed_in
def read_all(request: Request, user: User) -> HttpResponse:
    inbox.read(user, timezone.now())
    return redirect("notices:list")
