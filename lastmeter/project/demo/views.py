"""`/demo/`: what to try as whom, and one-click sign-in. These views exist only while `gate.is_open()`."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from lastmeter.accounts import sessions
from lastmeter.dossiers.models import Dossier, DossierKind
from lastmeter.grid.models import Plate
from lastmeter.kit import ids
from lastmeter.matters import lifecycle, tracking
from lastmeter.project.demo import cast, gate
from lastmeter.project.demo.tales import VISITOR


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """One page: who there is, what each of them may try, a printed plate to scan."""
    _only_here(request)
    number, code = _followed()
    context = {"people": cast.PEOPLE, "plate": _plate(), "number": number, "code": code}
    return render(request, "demo/guide.html", context)


def _followed() -> tuple[str, str]:
    """Number and tracking code of a visitor's matter that is closed and waits for its rating; empty when none does."""
    closed = Dossier.objects.filter(kind=DossierKind.MATTER, step=lifecycle.CLOSED, client__startswith=VISITOR)
    dossier = closed.order_by("-pk").first()
    if dossier is None:
        return "", ""
    return ids.pretty(dossier.number), tracking.tracking_code(dossier.client, dossier.client_ref)


def _plate() -> Plate | None:
    """The plate at the stairwell of the worker's grid."""
    return Plate.objects.filter(node__name__startswith="第三网格", node__parent__name="鸳鸯湖社区").first()


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Be one of them, under a new session, and land where the button said or on their home."""
    _only_here(request)
    person = cast.BY_KEY.get(request.POST.get("person", ""))
    user = person.user() if person else None
    if person is None or user is None:
        raise Http404
    sessions.begin(request, user, timezone.now())
    if person.key == "resident" and (plate := _plate()):
        request.session["place"] = plate.node_id  # as if they had scanned the plate at their door
    return redirect(person.lands(request.POST.get("go", "")))


def _only_here(request: HttpRequest) -> None:
    if not gate.is_local(request):
        raise Http404
