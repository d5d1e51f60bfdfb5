"""Which entries of the menus are for whom."""

from django.http import HttpRequest

from lastmeter.accounts.requests import actor_in
from lastmeter.insight import reach


def _sees(request: HttpRequest) -> bool:
    return reach.sees(actor_in(request))


GATES = {"/rates/": _sees}
