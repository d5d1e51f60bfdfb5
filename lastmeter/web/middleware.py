"""Four plain middlewares: security headers, the language, the shell, addresses that no database could look up."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from lastmeter.web.shells import HOMES, SHELLS, Shell, at_first

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def content_security_policy(basemap: str) -> str:
    """Everything from this site alone; the host of the base map, when there is one, may be asked for pictures."""
    parts = urlsplit(basemap)
    host = f" {parts.scheme}://{parts.netloc}" if basemap else ""
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:{host}; "
        f"connect-src 'self'{host}; worker-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


CONTENT_SECURITY_POLICY = content_security_policy(settings.BASEMAP)
PERMISSIONS_POLICY = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=()"


def headers(get_response: GetResponse) -> GetResponse:
    """Nothing foreign runs or frames a page; dynamic pages are not kept by shared or local caches."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """The cookie `lm_language`, else Accept-Language, else Chinese."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return middleware


def shell(get_response: GetResponse) -> GetResponse:
    """`request.shell`: the name of that of the home asked for, else of the last home visited, else the place's own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.shell = _choose(request).name  # type: ignore[attr-defined]  # ours: accounts.requests.Request
        return get_response(request)

    return middleware


def address(get_response: GetResponse) -> GetResponse:
    """400 for a NUL in the path or the query: PostgreSQL refuses it in any text, which would be our fault (500)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return get_response(request)

    return middleware


def _choose(request: HttpRequest) -> Shell:
    kept = SHELLS.get(request.session.get("shell", "")) or at_first(request.path_info)
    asked = HOMES.get(request.path_info)
    if asked is None:
        if kept.name == "field" and "shell" not in request.session and request.user.is_authenticated:
            request.session["shell"] = kept.name  # from 今日 on to a matter: still the worker's frame
        return kept
    if asked != kept:  # a resident who never leaves the resident's home gets no session row for it
        request.session["shell"] = asked.name
    return asked
