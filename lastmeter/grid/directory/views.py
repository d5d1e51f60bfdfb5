"""The directory of a community as a page to print, as PDF and as Excel, and a place's address as a QR code."""

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Concatenate, ParamSpec

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.accounts import limits
from lastmeter.accounts.requests import address_client
from lastmeter.grid import tree
from lastmeter.grid.directory import entries as directory
from lastmeter.grid.models import Node
from lastmeter.kit import downloads
from lastmeter.kit.fonts import NoFont

P = ParamSpec("P")
FILES_AN_HOUR = 60  # from one network address: each is made anew


def _place(code: str) -> Node:
    node = tree.named(code)
    if node is None:
        raise Http404(_("没有这个地点"))
    return node


def _community(code: str) -> Node:
    community = directory.community_of(_place(code))
    if community is None:
        raise Http404(_("通讯录按社区（村）编，请先选一个社区"))
    return community


@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/directory/`: the whole community with numbers that can be called; a grid leads to its community's."""
    community = _community(code)
    own = tree.code_of(community)
    return _shown(request, community) if code == own else redirect("directory", own)


def _shown(request: HttpRequest, community: Node, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {"directory": directory.of_community(community), "code": tree.code_of(community), "problem": problem}
    return render(request, "grid/directory.html", context, status=status)


def _limited(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """At most so many files an hour for one network address."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            limits.hit(f"directory:{address_client(request)}", FILES_AN_HOUR, 3600, timezone.now())
        except limits.TooMany as error:
            answer = HttpResponse(str(error), status=429, content_type="text/plain; charset=utf-8")
            answer["Retry-After"] = str(error.retry_after)
            return answer
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@_limited
def pdf(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/directory.pdf`; without a Chinese font the page itself, which can be printed, says what is missing."""
    from lastmeter.grid.directory import paper as directory_paper  # fpdf2 takes 46 MB: only a worker that prints pays

    community = _community(code)
    try:
        made = directory_paper.directory_pdf(directory.of_community(community), now=timezone.now())
    except NoFont as error:
        return _shown(request, community, problem=str(error), status=503)
    return downloads.attachment(made, _("%(place)s网格通讯录.pdf") % {"place": community.name})


@require_safe
@_limited
def xlsx(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/directory.xlsx`."""
    from lastmeter.grid.directory import paper as directory_paper  # fpdf2 takes 46 MB: only a worker that prints pays

    community = _community(code)
    listed = directory.of_community(community)
    name = _("%(place)s网格通讯录.xlsx") % {"place": community.name}
    return downloads.written(name, lambda path: directory_paper.directory_xlsx(listed, path))


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """`/g/<code>/qr.svg`: the address of the place's page, to be scanned from a screen or passed on."""
    drawn = BytesIO()
    target = settings.SITE_URL + reverse("who-is-mine", args=[tree.code_of(_place(code))])
    segno.make(target, error="m", micro=False).save(drawn, kind="svg", light="#fff", title=target, omitsize=True)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
