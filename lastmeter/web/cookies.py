"""The two cookies of the look: the language and the large print; both outlive the session and hold nothing personal."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

LARGE_PRINT = "lm_print"
LEVELS = 4
YEAR = 365 * 24 * 3600


def large_print(request: HttpRequest) -> int:
    """0 (off) to 4 (30 px); a cookie that is not such a number counts as off."""
    raw = request.COOKIES.get(LARGE_PRINT, "")
    return int(raw) if raw in {"1", "2", "3", "4"} else 0


def put(response: HttpResponseBase, name: str, value: str) -> None:
    """Keep it a year; no script reads it."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
