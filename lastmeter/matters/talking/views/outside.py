"""`/outside/<token>/`: the firm's one page — what is asked, what it may see, its answer; and the staff's side of it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts import limits
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, address_client, signed_in
from lastmeter.dossiers import attachments
from lastmeter.kit import ids
from lastmeter.kit.masking import mask_words
from lastmeter.matters import policy
from lastmeter.matters.models import Matter, OutsideLink
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import outside
from lastmeter.matters.talking.forms import OutsideAnswerForm, OutsideForm
from lastmeter.matters.views import photos
from lastmeter.matters.views.acts import act
from lastmeter.matters.views.matter import onward
from lastmeter.matters.views.reach import matter_for

AN_HOUR = 3600
TRIES, ANSWERS = 60, 20  # tokens tried from an address, answers by a link, each in an hour


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Request, token: str) -> HttpResponse:
    """What the firm sees, and its answer."""
    now, client = timezone.now(), address_client(request)
    try:
        link = _open(token, client)
        if request.method == "POST":
            return _answer(request, link, token, client)
    except outside.Closed as closed:
        return _closed(request, str(closed), 410 if closed.gone else 404)
    except limits.TooMany as many:
        return _closed(request, str(many), 429)
    outside.opened(link, client=client, now=now)
    return _page(request, link, token, OutsideAnswerForm(initial={"client_ref": ids.new_token()}))


def _open(token: str, client: str) -> OutsideLink:
    """The link; what does not open is counted, so that nobody tries tokens by the thousand."""
    now = timezone.now()
    try:
        return outside.open_link(token, now=now)
    except outside.Closed:
        limits.hit(f"outside-try:{client}", TRIES, AN_HOUR, now)
        raise


def _answer(request: Request, link: OutsideLink, token: str, client: str) -> HttpResponse:
    now = timezone.now()
    form = OutsideAnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        form.hold()
        return _page(request, link, token, form, status=422)
    limits.hit(f"outside:{link.pk}", ANSWERS, AN_HOUR, now)
    given = form.cleaned_data
    outside.answer(
        link, text=given["text"], photos=given["photos"], client_ref=given["client_ref"], client=client, now=now
    )
    messages.success(request, _("收到，已转给办理的人。链接到期以前还可以再补充。"))
    return redirect("outside", token)


def _page(
    request: Request, link: OutsideLink, token: str, form: OutsideAnswerForm, *, status: int = 200
) -> HttpResponse:
    dossier = link.matter.dossier
    context: dict[str, Any] = {
        "link": link,
        "token": token,
        "number": ids.pretty(dossier.number),
        "title": mask_words(dossier.title),
        "text": mask_words(link.matter.text),
        "place": " ".join(
            filter(None, [dossier.community.name if dossier.community else "", mask_words(dossier.place)])
        ),
        "photos": attachments.public(link.matter_id) if link.with_photos else [],
        "answers": link.answers.select_related("event__words").order_by("pk"),
        "form": form,
    }
    return render(request, "matters/talking/outside.html", context, status=status)


def _closed(request: Request, sentence: str, status: int) -> HttpResponse:
    return render(request, "matters/talking/outside_closed.html", {"sentence": sentence}, status=status)


@require_safe
def photo(request: Request, token: str, sha: str, size: str = "") -> HttpResponseBase:
    """`/outside/<token>/photos/<sha>/`: a photo of the report, where the desk lets the firm see it."""
    try:
        link = _open(token, address_client(request))
    except (outside.Closed, limits.TooMany):
        raise Http404 from None
    if not link.with_photos or not attachments.public(link.matter_id).filter(sha256=sha[:64]).exists():
        raise Http404
    return photos.send(link.matter_id, sha, thumb=size == "thumb")


@act("outside", OutsideForm, gettext_lazy("已请外部单位答复。"))
def invitation(matter: Matter, given: dict[str, Any], by: Actor, now: Any) -> None:
    """`/matters/<number>/outside/`: ask a firm."""
    outside.invite(matter, **given, by=by, now=now)


@require_POST
@signed_in
def revocation(request: Request, user: User, number: str) -> HttpResponse:
    """`/matters/<number>/outside/ending/`: a link is withdrawn."""
    matter = matter_for(request.actor, number)
    policy.require(request.actor, "outside", matter)
    wanted = request.POST.get("link", "")
    found = OutsideLink.objects.filter(matter=matter, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
    try:
        if (link := found.select_related("matter__dossier").first()) is None:
            raise Overtaken(_("没有找到这个链接，请刷新页面再试。"))
        outside.revoke(link, by=request.actor, now=timezone.now())
        messages.success(request, _("链接已停用，马上就打不开了。"))
    except Overtaken as error:
        messages.error(request, str(error))
    return onward(request, matter)
