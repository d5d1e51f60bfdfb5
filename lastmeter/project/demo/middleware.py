"""In the demonstration nothing is answered that came from elsewhere: no proxy, no other machine."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from lastmeter.project.demo import gate


def local_only(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """404 for every request with a forwarding header or from another machine, as long as LASTMETER_DEMO=1."""
    if not settings.DEMO:
        return get_response

    def middleware(request: HttpRequest) -> HttpResponse:
        if not gate.is_local(request):
            return HttpResponse(status=404)
        return get_response(request)

    return middleware
