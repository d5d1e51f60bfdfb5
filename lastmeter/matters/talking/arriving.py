"""Whether what a requester was told arrived; sending again, or on paper instead."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.kit.masking import mask_name
from lastmeter.matters import policy
from lastmeter.matters.models import Letter, Matter, Message, Requester, Way
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking.occasions import OCCASIONS
from lastmeter.notices import delivering, outbox, states
from lastmeter.notices.models import Delivery, Notice
from lastmeter.notices.states import State


@dataclass(frozen=True, slots=True)
class Told:
    """One message as the staff page shows it; `again` and `on_paper` say which buttons stand beside it."""

    message: Message
    word: str | Promise
    words: str
    state: State
    again: bool
    on_paper: bool


def told(matter: Matter, now: datetime) -> list[Told]:
    """What the requester of a matter was told, newest first, and how each stands: three queries at most."""
    rows = list(Message.objects.filter(matter=matter.pk).select_related("letter").order_by("-pk"))
    if not rows:
        return []
    requester: Requester | None = getattr(matter, "requester", None)
    user_id = requester.user_id if requester else None
    sendings = states.deliveries(filter(None, (_sending_key(each, user_id) for each in rows)))
    notices = states.notices(user_id, (each.key for each in rows if each.way == Way.NOTICE)) if user_id else {}
    on_paper = {each.words for each in rows if each.way == Way.LETTER}
    found = []
    for each in rows:
        state = _state(each, notices.get(each.key), sendings.get(_sending_key(each, user_id)), now)
        failed = (state.dead or each.unsent) and bool(each.words)
        again = state.dead or (failed and outbox.has("sms"))
        words = _shown(each, (requester.name if requester else "") or "")
        found.append(Told(each, _word(each.occasion), words, state, again, failed and each.words not in on_paper))
    return found


def _word(occasion: str) -> str | Promise:
    return OCCASIONS[occasion].word if occasion in OCCASIONS else occasion


def _shown(message: Message, name: str) -> str:
    """The words as staff read them: the name masked; the answer to a complaint is not for who handled the matter."""
    if message.occasion == "grievance_answered":
        return _("（办理投诉的答复，这里不显示）")
    words = message.words or ""
    return words.replace(name, mask_name(name)) if name else words


def _sending_key(message: Message, user_id: int | None) -> str:
    """Under which the outbox has the sending of a message: the mail beside a notice, the text message; "" for paper."""
    if message.way == Way.NOTICE:
        return f"email:{user_id}:{message.key}" if user_id else ""
    return message.key if message.way == Way.SMS else ""


def _state(message: Message, notice: Notice | None, sending: Delivery | None, now: datetime) -> State:
    if notice and notice.read_at:
        return State(_("已读"), "ok", notice.read_at)
    if sending:
        return states.of_delivery(sending, now)
    if message.unsent:
        return State(_("没有发出"), "warn", None, _("本系统没有接短信通道，请打电话告知。"))
    if message.way == Way.LETTER:
        return _of_letter(message.letter)
    return State(_("站内未读"), "info") if notice else State(_("发送记录已过保存期"), "mute")


def _of_letter(letter: Letter) -> State:
    if letter.done_at:
        return State(letter.get_how_display(), "ok", letter.done_at)
    return State(_("待寄"), "warn", None, "" if letter.address else _("还没有通信地址。"))


@transaction.atomic
def resend(message: Message, *, by: Actor, now: datetime) -> None:
    """Send a message again that was given up. Raises NotAllowed, and Overtaken when it is on its way or arrived."""
    policy.require(by, "tell", message.matter)
    requester: Requester | None = getattr(message.matter, "requester", None)
    if message.unsent and message.words and requester and requester.phone and outbox.has("sms"):
        first = Message.objects.filter(pk=message.pk, unsent=True).update(unsent=False)
        if first:
            outbox.send_to("sms", requester.phone, "", message.words, key=message.key, now=now)
            audit.record("message.resent", by=by, object_kind="dossier", object_id=message.matter_id, now=now)
            return
    dead = states.deliveries([_sending_key(message, requester.user_id if requester else None)]).values()
    again = [delivering.resend(each, by=by, now=now) for each in dead]
    if not any(again):
        raise Overtaken(_("这条消息已经发出，或者正在发送。"))


@transaction.atomic
def put_on_paper(message: Message, *, by: Actor, now: datetime) -> Letter:
    """Send on paper what could not be sent otherwise. Raises NotAllowed, and Overtaken when that was done already."""
    policy.require(by, "tell", message.matter)
    same = Message.objects.select_for_update().filter(matter=message.matter_id, occasion=message.occasion)
    if not message.words or any(each.way == Way.LETTER and each.words == message.words for each in same):
        raise Overtaken(_("这条消息已经改成信件了。"))
    requester: Requester | None = getattr(message.matter, "requester", None)
    paper = Message.objects.create(
        matter_id=message.matter_id, occasion=message.occasion, way=Way.LETTER,
        template_id=message.template_id, words=message.words, at=now,
    )  # fmt: skip
    audit.record("letter.made", by=by, object_kind="dossier", object_id=message.matter_id, now=now)
    return Letter.objects.create(message=paper, address=requester.address if requester else None)
