"""What every template gets besides its own."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from lastmeter.accounts.requests import swaps
from lastmeter.grid import scope
from lastmeter.web import cookies, navigation, shells


def page(request: HttpRequest) -> dict[str, object]:
    """shell, shell_name, home, language, large_print, navigation, actor, now, acting and the rest named below.

    `part`: a script asks for the content of a page that stands already; what stands around it is left out.
    """
    shell = shells.of(request)
    return {
        "part": swaps(request),
        "shell": shell.template,
        "shell_name": shell.name,
        "home": shell.home,
        "language": "en" if (translation.get_language() or "").startswith("en") else "zh-hans",
        "large_print": cookies.large_print(request),
        "navigation": SimpleLazyObject(lambda: navigation.links(request)),
        "complaints": SimpleLazyObject(lambda: navigation.address(navigation.COMPLAINTS)),
        "staff_door": SimpleLazyObject(lambda: navigation.address(navigation.STAFF_DOOR)),
        "actor": getattr(request, "actor", None),
        "now": timezone.now(),
        "filing_number": settings.FILING_NUMBER,
        "demo": SimpleLazyObject(lambda: navigation.address(navigation.DEMO)),
        "acting": SimpleLazyObject(lambda: _acting(request)),
        "here": request.get_full_path() if request.method == "GET" else request.path,
    }


def _acting(request: HttpRequest) -> str:
    """What stands in the header of somebody with several posts: the one they act for, or all; "" for others."""
    actor = getattr(request, "actor", None)
    posts = scope.all_held(actor) if actor else ()
    if len(posts) < 2:
        return ""
    chosen = scope.acting_post(actor) if actor else None
    return next((post.label for post in posts if post.post_id == chosen), _("全部岗位"))
