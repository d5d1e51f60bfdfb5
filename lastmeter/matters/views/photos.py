"""Photos of a matter, through the same door as the matter itself."""

import re
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers.models import Attachment
from lastmeter.matters.views.reach import matter_for

SHA256 = re.compile("[0-9a-f]{64}")


@require_safe
@signed_in
def photo(request: Request, user: User, number: str, sha: str, size: str = "") -> HttpResponseBase:
    """A photo, or its thumbnail, for staff who see the matter."""
    return send(matter_for(request.actor, number).pk, sha, thumb=size == "thumb")


def send(dossier_id: int, sha: str, *, thumb: bool) -> HttpResponseBase:
    """The file of one photo of that dossier; Http404 when it has none such. The caller has checked who asks."""
    if not SHA256.fullmatch(sha):
        raise Http404
    found = Attachment.objects.filter(dossier=dossier_id, sha256=sha).first()
    if found is None:
        raise Http404
    path = Path(settings.MEDIA_ROOT) / ((thumb and found.thumb_path) or found.path)
    try:
        answer: HttpResponseBase = FileResponse(path.open("rb"), content_type=found.media_type)
    except FileNotFoundError:
        return HttpResponse(status=410)
    answer["Content-Disposition"] = f'inline; filename="{sha[:12]}.jpg"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=3600"
    return answer
