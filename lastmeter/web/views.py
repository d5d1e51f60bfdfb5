"""Pages about the installation, the switches of the look, the health answers."""

import logging
from importlib.metadata import PackageNotFoundError, version

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from lastmeter.kit.goal import goal_of
from lastmeter.web import cookies, readiness

log = logging.getLogger(__name__)


def release() -> str:
    """The installed version; "dev" from a bare checkout."""
    try:
        return version("lastmeter")
    except PackageNotFoundError:
        return "dev"


@require_safe
def large_print(request: HttpRequest) -> HttpResponse:
    """`/large-print/?level=0…4&next=`: sets the size and returns; without a level, the page to choose one."""
    level = request.GET.get("level", "")
    if level not in {str(n) for n in range(cookies.LEVELS + 1)}:
        return render(
            request,
            "web/large_print.html",
            {"sizes": SIZES, "next": goal_of(request, "/")},
        )
    response = HttpResponseRedirect(goal_of(request, "/"))
    cookies.put(response, cookies.LARGE_PRINT, level)
    return response


SIZES = (
    (1, 20),
    (2, 23),
    (3, 26),
    (4, 30),
)  # level, pixels of running text: as in tokens.css


@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """`/language/?to=zh-hans|en&next=`: sets the language and returns."""
    response = HttpResponseRedirect(goal_of(request, "/"))
    if (chosen := request.GET.get("to")) in dict(settings.LANGUAGES):
        cookies.put(response, settings.LANGUAGE_COOKIE_NAME, str(chosen))
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who runs this, under which filing number, which version, which kinds of data."""
    return render(request, "web/about.html", _owner())


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What a person is told before giving anything: Personal Information Protection Law art. 17."""
    return render(request, "web/privacy.html", _owner())


def _owner() -> dict[str, str]:
    return {
        "owner": settings.OWNER,
        "contact": settings.OWNER_CONTACT,
        "filing": settings.FILING_NUMBER,
        "version": release(),
        "site": settings.SITE_URL,
    }


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; no database asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database takes a write and is migrated; else 503 with one word."""
    try:
        trouble = readiness.problem()
    except DatabaseError:
        log.exception("readyz: the database refused")
        trouble = "database"
    return HttpResponse(
        f"{trouble or 'ok'}\n",
        content_type="text/plain",
        status=503 if trouble else 200,
    )
