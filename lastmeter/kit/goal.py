"""Where a page sends its reader on to: the `next` of a form or an address, which anybody can have written."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def goal_of(request: HttpRequest, default: str = "") -> str:
    """The `next` of the form, else of the query, when it is an address of this site; else `default`."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    inside = goal.startswith("/") and url_has_allowed_host_and_scheme(goal, allowed_hosts=None)
    return goal if inside else default
