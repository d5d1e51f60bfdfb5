"""Which entries of the desk's menu are for those who keep the ground."""

from typing import cast

from django.http import HttpRequest

from lastmeter.accounts.requests import Request
from lastmeter.grid import plates


def keeps_plates(request: HttpRequest) -> bool:
    """Whether somebody keeps the plates of a place."""
    return bool(plates.grounds(cast(Request, request).actor))


GATES = {"/plates/": keeps_plates}
