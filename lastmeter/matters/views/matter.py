"""`/matters/<number>/`: everything staff see of one matter, and what each of them may do with it now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.dossiers.models import Attachment
from lastmeter.grid import tree
from lastmeter.kit import masking
from lastmeter.kit.ids import pretty
from lastmeter.matters import channels, lifecycle, policy, reckoning, story
from lastmeter.matters.forms import acts as forms
from lastmeter.matters.models import Channel, Enquiry, Matter, Requester, Screening
from lastmeter.matters.views import listing
from lastmeter.matters.views.reach import matter_for, number_of, sees


@dataclass(frozen=True, slots=True)
class Door:
    """How the page offers an act: its address, its key, the words on its button, and the form it opens."""

    act: str
    noun: str
    key: str
    words: str | Promise
    form: type[forms.ActForm]
    kind: str = "plain"


# In the order in which the buttons stand; the first one that is allowed is the page's one red action.
DOORS = (
    Door("dispatch", "assignment", "D", gettext_lazy("分派"), forms.Assignment),
    Door("sign", "signature", "S", gettext_lazy("签收"), forms.Plain),
    Door("reply", "reply", "R", gettext_lazy("答复"), forms.ReplyForm),
    Door("close", "closure", "C", gettext_lazy("办结"), forms.ClosureForm),
    Door("take", "taking", "T", gettext_lazy("我来办"), forms.Plain),
    Door("begin", "beginning", "B", gettext_lazy("开始办理"), forms.Plain),
    Door("settle", "settlement", "F", gettext_lazy("就地办结"), forms.Settlement),
    Door("revisit", "revisit", "H", gettext_lazy("回访"), forms.RevisitForm),
    Door("archive", "archiving", "Z", gettext_lazy("归档"), forms.Plain),
    Door("accept", "acceptance", "A", gettext_lazy("只受理"), forms.Acceptance),
    Door("merge", "merger", "M", gettext_lazy("归为一件"), forms.Merger),
    Door("divert", "diversion", "E", gettext_lazy("告知渠道"), forms.Diversion),
    Door("reject", "rejection", "X", pgettext_lazy("button", "不予受理"), forms.Rejection, "danger"),
    Door("verify", "verification", "V", gettext_lazy("核查"), forms.Plain),
    Door("rework", "rework", "W", gettext_lazy("返工"), forms.Rework),
    Door("send_up", "escalation", "U", gettext_lazy("报上级"), forms.Escalation),
    Door("send_back", "return", "Y", gettext_lazy("退回"), forms.Return, "danger"),
    Door("recall", "recall", "O", gettext_lazy("收回"), forms.Recall, "danger"),
)
ASK = Door("ask", "enquiry", "Q", gettext_lazy("请补充"), forms.EnquiryForm)
NOTE = Door("note", "note", "N", gettext_lazy("备注"), forms.NoteForm)
MAIN_BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A door that stands open now: its button and, when it asks something, its form in a dialog."""

    door: Door
    form: forms.ActForm
    address: str
    primary: bool

    @property
    def dialog(self) -> str:
        return f"act-{self.door.noun}"

    @property
    def asks(self) -> bool:
        return bool(self.form.fields)

    @property
    def wrong(self) -> bool:
        return self.form.is_bound and bool(self.form.errors)

    @property
    def kind(self) -> str:
        return "primary" if self.primary else self.door.kind


@require_safe
@signed_in
def matter_page(request: Request, user: User, number: str) -> HttpResponse:
    """The page; a number written another way leads to its one address."""
    if number != number_of(number):
        matter_for(request.actor, number)
        return HttpResponsePermanentRedirect(reverse("matter", args=[number_of(number)]))
    return answer(request, matter_for(request.actor, number))


def answer(
    request: Request,
    matter: Matter,
    *,
    bound: forms.ActForm | None = None,
    trouble: str = "",
    revealed: bool = False,
    since: Sequence[story.Line] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of a matter: as it is, with a form that has to be corrected, or with what went wrong on top."""
    filters, query = listing.read(request.GET)
    setting = bound.at if bound and not trouble else forms.Setting(matter, request.actor)
    offered = offers(setting, bound, query)
    context: dict[str, Any] = {
        "matter": matter,
        "dossier": matter.dossier,
        "step": lifecycle.BY_NAME[matter.dossier.step],
        "query": query,
        "offers": offered,
        "main": offered[:MAIN_BUTTONS],
        "others": offered[MAIN_BUTTONS:],
        "trouble": trouble,
        "since": since,
        "seen": f"{matter.dossier.version} {timezone.now().timestamp()}",
        "typed": bound.typed() if bound and trouble else [],
        "revealed": revealed,
        "done": "done" in request.GET,
        **facts(setting, bound),
    }
    if not _swapped(request):
        context |= listing.beside(request, filters, matter.pk)
    return render(request, "matters/desk/matter.html", context, status=status)


def since(request: Request, matter: Matter) -> list[story.Line]:
    """What happened after the page was made from which a form comes; nothing when the matter is still as it was then.

    The form says which version of the matter it was written on, and when that was.
    """
    version, _space, moment = request.POST.get("seen", "")[:60].partition(" ")
    if not version.isdecimal() or int(version) == matter.dossier.version:
        return []
    try:
        seen_at = datetime.fromtimestamp(float(moment), UTC)
    except (ValueError, OverflowError, OSError):
        return []
    lines = story.for_staff(matter.pk)
    return [line for line in lines if line.at > seen_at] or lines[-1:]


def _swapped(request: Request) -> bool:
    """Whether only the right column is wanted: the list beside it stays where it is."""
    asked = request.headers
    return asked.get("HX-Request") == "true" and "HX-History-Restore-Request" not in asked


def onward(request: Request, matter: Matter) -> HttpResponse:
    """After an act: the matter with its result and the way to the next one, or the queue when it is out of sight."""
    _filters, query = listing.read(request.GET)
    if not sees(request.actor, matter):
        return redirect(f"{reverse('queue')}{query}")
    following = request.POST.get("next", "")[:20]
    after = f"&{urlencode({'next': following})}" if following else ""
    return redirect(f"{reverse('matter', args=[matter.dossier.number])}{query}&done=1{after}")


def offers(setting: forms.Setting, bound: forms.ActForm | None, query: str) -> list[Offer]:
    """The acts that are open to this actor now, each with its form; the form that came back stands in its place."""
    matter, actor = setting.matter, setting.by
    allowed = {each.act for each in policy.acts_for(actor, matter)}
    doors = [door for door in DOORS if door.act in allowed]
    doors += [door for door in (ASK, NOTE) if policy.may(actor, door.act, matter)]
    if not matter.dossier.is_open:
        doors = [door for door in doors if door is not ASK]
    found = []
    for number, door in enumerate(doors):
        form = bound if type(bound) is door.form else door.form(at=setting)
        address = reverse(f"matter-{door.noun}", args=[matter.dossier.number]) + query
        found.append(Offer(door, form, address, primary=number == 0 and door.act in allowed and door.kind == "plain"))
    return found


def facts(setting: forms.Setting, bound: forms.ActForm | None = None) -> dict[str, Any]:
    """What the page, its print and its PDF say of a matter besides its own columns."""
    matter, actor, dossier = setting.matter, setting.by, setting.matter.dossier
    may_reveal = policy.may(actor, "reveal", matter)
    merges = dossier.step in lifecycle.BY_ACT["merge"].before and policy.may(actor, "screen", matter)
    reveal_form = bound if isinstance(bound, forms.Reveal) else forms.Reveal(at=setting)
    return {
        "number": pretty(dossier.number),
        "whole_text": matter.text.rstrip("。.！!") != dossier.title,
        "requester": requester_of(matter),
        "may_reveal": may_reveal,
        "reveal_form": reveal_form if may_reveal else None,
        "reveal_wrong": reveal_form.is_bound and bool(reveal_form.errors),
        "place": place_words(matter),
        "node_code": tree.code_of(dossier.node),
        "promised": reckoning.promised(matter.pk),
        "lines": story.for_staff(matter.pk),
        "photos": list(Attachment.objects.filter(dossier=matter.pk).order_by("pk")),
        "similar": setting.similar if merges else [],
        "question": Enquiry.objects.filter(matter=matter, ended_at=None).first(),
        "screened": Screening.objects.filter(matter=matter).order_by("-pk").first(),
        "channels": [(each, channels.HOW[each]) for each in Channel],
    }


@dataclass(frozen=True, slots=True)
class Asker:
    """The requester as the page shows them: masked, and whole for the one answer that follows a reveal."""

    masked_name: str
    masked_phone: str
    name: str
    phone: str
    verified: bool
    on_behalf: bool
    consent_at: datetime


def requester_of(matter: Matter) -> Asker | None:
    """The requester of a matter, None when nobody is named."""
    row: Requester | None = getattr(matter, "requester", None)
    if row is None or row.erased_at:
        return None
    name, phone = row.name or "", row.phone or ""
    return Asker(
        masking.mask_name(name) if name else _("未留称呼"),
        masking.mask_phone(phone) if phone else "",
        name,
        phone,
        row.phone_verified_at is not None,
        row.on_behalf,
        row.consent_at,
    )


def place_words(matter: Matter) -> str:
    """Community · grid · the words of the place, as far as they are known."""
    dossier = matter.dossier
    names = [node.name for node in (dossier.community, dossier.grid) if node]
    if dossier.node_id not in (dossier.community_id, dossier.grid_id):
        names.append(dossier.node.name)
    return " · ".join([*names, *([dossier.place] if dossier.place else [])])


@require_safe
@signed_in
def matter_print(request: Request, user: User, number: str) -> HttpResponse:
    """One page for the file: facts, text, timeline; the requester stays masked."""
    matter = matter_for(request.actor, number)
    context = {
        "matter": matter,
        "dossier": matter.dossier,
        "step": lifecycle.BY_NAME[matter.dossier.step],
        "back_to": reverse("matter", args=[matter.dossier.number]),
        **facts(forms.Setting(matter, request.actor)),
    }
    return render(request, "matters/desk/print.html", context)
