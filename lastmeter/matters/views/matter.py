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

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in, swaps
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Attachment
from lastmeter.grid import tree
from lastmeter.kit import masking
from lastmeter.kit.ids import pretty
from lastmeter.matters import channels, danger, lifecycle, policy, story
from lastmeter.matters.catalogue import mapping, questions
from lastmeter.matters.events import gathering, holding
from lastmeter.matters.forms import acts as forms
from lastmeter.matters.forms import reassigning, together
from lastmeter.matters.forms.page import PageForm
from lastmeter.matters.models import Channel, Enquiry, Incident, Matter, Objection, Profile, Requester
from lastmeter.matters.talking import arriving, outside
from lastmeter.matters.talking.forms import OutsideForm
from lastmeter.matters.views import listing
from lastmeter.matters.views.door import AWAITED, TIMING, Door, Offer, asked_for, at_hand
from lastmeter.matters.views.reach import has, matter_for, number_of, sees
from lastmeter.matters.whistles import forms as whistling

# In the order in which the buttons stand; the first one that is allowed is the page's one red action.
DOORS = (
    Door("dispatch", "assignment", "D", gettext_lazy("分派"), forms.Assignment),
    Door("sign", "signature", "S", gettext_lazy("签收"), forms.Plain),
    Door("reply", "reply", "R", gettext_lazy("答复"), forms.ReplyForm),
    Door("close", "closure", "C", gettext_lazy("办结"), forms.ClosureForm),
    Door("uphold", "ruling", "G", gettext_lazy("裁定"), reassigning.Ruling),
    Door("grant_transfer", "transfer-answer", "T", gettext_lazy("答复转办申请"), reassigning.TransferAnswer),
    Door("confirm", "check", "L", gettext_lazy("现场核实"), forms.CheckForm),
    Door("part_finish", "part-result", "I", gettext_lazy("办完这一份"), together.PartResult),
    Door("part_sign", "part-signature", "", gettext_lazy("签收这一份"), together.PartSignature),
    Door("take", "taking", "T", gettext_lazy("我来办"), forms.Plain),
    Door("begin", "beginning", "B", gettext_lazy("开始办理"), forms.Plain),
    Door("settle", "settlement", "F", gettext_lazy("就地办结"), forms.Settlement),
    Door("revisit", "revisit", "H", gettext_lazy("回访"), forms.RevisitForm),
    Door("archive", "archiving", "Z", gettext_lazy("归档"), forms.Plain),
    Door("accept", "acceptance", "A", gettext_lazy("只受理"), forms.Acceptance),
    Door("merge", "merger", "M", gettext_lazy("归为一件"), forms.Merger),
    Door("repeat", "repetition", "", gettext_lazy("重复反映"), forms.Repetition),
    Door("hand_over", "alarm", "", gettext_lazy("移交紧急电话"), forms.HandOver),
    Door("divert", "diversion", "E", gettext_lazy("告知渠道"), forms.Diversion),
    Door("reject", "rejection", "X", pgettext_lazy("button", "不予受理"), forms.Rejection, "danger"),
    Door("verify", "verification", "V", gettext_lazy("核查"), forms.Plain),
    Door("rework", "rework", "W", gettext_lazy("返工"), forms.Rework),
    Door("correct", "correction", "", gettext_lazy("更正"), reassigning.Correction),
    Door("change_profile", "profile", "", gettext_lazy("改流程"), forms.ProfileForm),
    Door("blow", "whistle", "", pgettext_lazy("button", "吹哨"), whistling.Blow),
    Door("call_in", "assistance", "", gettext_lazy("请协办"), together.Assist),
    Door("give_task", "task", "", gettext_lazy("小任务"), together.TaskForm),
    Door("part_cancel", "part-cancellation", "", gettext_lazy("取消协办"), together.PartCancellation),
    Door("reopen_for", "reopening", "", gettext_lazy("代为重开"), forms.ReopenFor),
    Door("send_up", "escalation", "U", gettext_lazy("报上级"), forms.Escalation),
    Door("propose_transfer", "transfer", "", gettext_lazy("申请转办"), reassigning.Transfer),
    Door("send_back", "return", "Y", gettext_lazy("退回"), reassigning.Return, "danger"),
    Door("recall", "recall", "O", gettext_lazy("收回"), forms.Recall, "danger"),
)
ASK = Door("ask", "enquiry", "Q", gettext_lazy("请补充"), forms.EnquiryForm)
OUTSIDE = Door("outside", "outside", "P", gettext_lazy("请外部单位"), OutsideForm)
NOTE = Door("note", "note", "N", gettext_lazy("备注"), forms.NoteForm)
MAIN_BUTTONS = 3
CHOSEN = "into"  # the address's word for the matter that is chosen in a form
OWN_WORDS = ("accept", "dispatch", "sign", "reply", "close", "verify")  # acts that flows give names of their own


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
    bound: PageForm | None = None,
    trouble: str = "",
    revealed: bool = False,
    since: Sequence[story.Line] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of a matter: as it is, with a form that has to be corrected, or with what went wrong on top."""
    filters, query = listing.read(request.GET)
    setting = bound.at if bound and not trouble else forms.Setting(matter, request.actor, request.GET.get(CHOSEN, ""))
    offered = offers(setting, bound, query)
    moving = timing_offers(setting, bound, query)
    usual = [each for each in offered if not _rare(each, setting)]
    dialogs = at_hand(request, usual[:MAIN_BUTTONS], [*offered, *moving])
    context: dict[str, Any] = {
        "matter": matter,
        "dossier": matter.dossier,
        "step": lifecycle.BY_NAME[matter.dossier.step],
        "query": query,
        "offers": offered,
        "timing": moving,
        "dialogs": dialogs,
        "at_hand": {each.name for each in dialogs},
        "standing": setting.standing,
        "main": usual[:MAIN_BUTTONS],
        "others": usual[MAIN_BUTTONS:],
        "rare": [each for each in offered if each not in usual],
        "trouble": trouble,
        "since": since,
        "seen": f"{matter.dossier.version} {timezone.now().timestamp()}",
        "typed": bound.typed() if bound and trouble else [],
        "revealed": revealed,
        "done": "done" in request.GET,
        "merging": next((each.opening for each in offered if each.door.noun == "merger"), ""),
        "proposal": setting.proposal if any(each.door.act == "dispatch" for each in offered) else None,
        **facts(setting, bound),
    }
    if asked_for(request):
        return render(request, "matters/desk/parts/dialogs.html", context)
    if listing.named(filters, request.GET) and not swaps(request):  # a script keeps the list that stands beside already
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


def onward(request: Request, matter: Matter) -> HttpResponse:
    """After an act: the matter with its result and the way to the next one, or the queue when it is out of sight."""
    _filters, query = listing.read(request.GET)
    if not sees(request.actor, matter):
        return redirect(f"{reverse('queue')}{query}")
    following = request.POST.get("next", "")[:20]
    after = f"&{urlencode({'next': following})}" if following else ""
    return redirect(f"{reverse('matter', args=[matter.dossier.number])}{query}&done=1{after}")


def offers(setting: forms.Setting, bound: PageForm | None, query: str) -> list[Offer]:
    """The acts that are open to this actor now, each with its form; the form that came back stands in its place."""
    matter, actor = setting.matter, setting.by
    allowed = {each.act for each in policy.acts_for(actor, matter)} | setting.timing
    if "dispute" in allowed:
        allowed.add("send_back")
    doors = [door for door in (*AWAITED, *DOORS) if door.act in allowed]
    doors += [door for door in (ASK, OUTSIDE, NOTE) if policy.may(actor, door.act, matter)]
    if not matter.dossier.is_open:
        doors = [door for door in doors if door not in (ASK, OUTSIDE)]
    return [
        _offer(door, setting, bound, query, primary=not number and door.act in allowed and door.kind == "plain")
        for number, door in enumerate(doors)
    ]


def timing_offers(setting: forms.Setting, bound: PageForm | None, query: str) -> list[Offer]:
    """The acts on the clocks that nobody waits for: they stand together, out of the way."""
    return [_offer(door, setting, bound, query) for door in TIMING if door.act in setting.timing]


def _offer(door: Door, setting: forms.Setting, bound: PageForm | None, query: str, *, primary: bool = False) -> Offer:
    address = reverse(f"matter-{door.noun}", args=[setting.matter.dossier.number]) + query
    kind = "primary" if primary else door.kind
    mine = bound if type(bound) is door.form else None
    return Offer(door, setting, mine, address, kind, _words(door, setting), query)


RARE = ("correct", "change_profile", "repeat", "hand_over", "propose_transfer", "part_cancel")


def _rare(offer: Offer, setting: forms.Setting) -> bool:
    """Whether a button stays folded: seldom wanted, unless the matter itself speaks for it."""
    if offer.door.act == "repeat":
        return not setting.earlier
    if offer.door.act == "hand_over":
        return not danger.named_in(setting.matter.text)
    return offer.door.act in RARE and not offer.wrong


def _words(door: Door, setting: forms.Setting) -> str | Promise:
    """What the button says: the door's words, or the flow's own where it calls the act something else."""
    if door.act == "send_back" and not setting.leave.open:
        return _("提请裁定")
    row = lifecycle.row(setting.matter.profile, door.act)
    own = row is not None and row.word != lifecycle.word(door.act) and door.act in OWN_WORDS
    return _(row.word) if row is not None and own else door.words


def facts(setting: forms.Setting, bound: PageForm | None = None) -> dict[str, Any]:
    """What the page, its print and its PDF say of a matter besides its own columns."""
    matter, actor, dossier = setting.matter, setting.by, setting.matter.dossier
    may_reveal = policy.may(actor, "reveal", matter)
    merges = lifecycle.allows(matter.profile, "merge", dossier.step) and policy.may(actor, "screen", matter)
    reveal_form = bound if isinstance(bound, forms.Reveal) else forms.Reveal(at=setting)
    return {
        "number": pretty(dossier.number),
        "whole_text": matter.text.rstrip("。.！!？?") != dossier.title.rstrip("？?"),
        "requester": requester_of(matter),
        "may_reveal": may_reveal,
        "reveal_form": reveal_form if may_reveal else None,
        "reveal_wrong": reveal_form.is_bound and bool(reveal_form.errors),
        "place": place_words(matter),
        "node_code": tree.code_of(dossier.node),
        "promised": setting.promised,
        "lines": story.for_staff(matter.pk),
        "photos": list(Attachment.objects.filter(dossier=matter.pk).order_by("pk")) if has(matter, "photos") else [],
        "similar": setting.similar if merges else [],
        "earlier": setting.earlier if merges else [],
        "incident": holding.holder(matter.pk) if has(matter, "memberships") else None,
        "belongs": _belongs(matter, actor) if has(matter, "memberships") else None,
        "dangers": danger.named_in(matter.text) if dossier.step == lifecycle.REPORTED else [],
        "first_receiver": _first_receiver(matter),
        "profile_word": _(lifecycle.PROFILE[matter.profile].word),
        "whistles": list(matter.whistles.all()),
        "parts": sorted(matter.parts.all(), key=lambda part: (part.ended_at is not None, part.pk)),
        "objections": [(each, _decide_by(each)) for each in matter.objections.all() if each.decided_at is None],
        "closure": matter.closures.filter(reopened_at=None).first() if not dossier.is_open else None,
        "question": Enquiry.objects.filter(matter=matter, ended_at=None).first() if has(matter, "question") else None,
        "elsewhere": mapping.in_words(matter.category_id, timezone.localdate()),
        "answers": questions.answers(matter),
        "to_ask": questions.to_ask(matter, timezone.localdate()) if policy.may(actor, "note", matter) else [],
        "asked_outside": outside.asked(matter, timezone.now()) if has(matter, "links") else [],
        "may_ask_outside": policy.may(actor, "outside", matter),
        "told": arriving.told(matter, timezone.now()) if has(matter, "messages") else [],
        "may_tell": policy.may(actor, "tell", matter),
        "channels": [(each, channels.HOW[each]) for each in Channel],
    }


def _belongs(matter: Matter, actor: Actor) -> Incident | None:
    """The event that this matter is proposed to, for whoever may join it there."""
    found = holding.proposed_to(matter.pk)
    return found if found and gathering.may_decide(actor, found) else None


def _decide_by(objection: Objection) -> datetime | None:
    """Until when an objection is to be decided: by its own clock, which has its kind."""
    running = Deadline.objects.filter(dossier=objection.matter_id, kind=objection.kind, ended_at=None)
    return running.values_list("due_at", flat=True).first()


def _first_receiver(matter: Matter) -> str:
    """首接负责: in the hotline, the unit that had the matter first leads to the end; it stands on the page."""
    if matter.profile != Profile.HOTLINE:
        return ""
    first = matter.assignments.filter(unit__isnull=False).order_by("pk").values_list("unit__name", flat=True).first()
    return first or ""


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
