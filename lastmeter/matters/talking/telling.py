"""Telling the requester: every message to them is made here, from a template, over the ways they can be reached by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from django.utils.functional import cached_property

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline
from lastmeter.kit import bulk, ids, zhtime
from lastmeter.kit.masking import mask_name, mask_words
from lastmeter.kit.text import on_record
from lastmeter.matters import tracking
from lastmeter.matters.models import Enquiry, Incident, Letter, Matter, Membership, Message, Requester, Urgency, Way
from lastmeter.matters.talking import placeholders, rules, templates
from lastmeter.matters.talking.occasions import OCCASIONS
from lastmeter.notices import outbox
from lastmeter.notices.rules import clip

MOST_IN_SMS = 200
JOINED = {"settled", "closed"}  # what a merged matter's requester is told of the one it was merged into
FOLLOWED = {"dispatched", "replied"}  # what those who follow a lead in an event are told of it


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message is about: the matter, the words of the act, and the requester as they are shown in it.

    `dates` are shared by the messages that are sent together.
    """

    matter: Matter
    name: str = ""
    words: str = ""
    code: Callable[[], str] = str
    masked: bool = False
    dates: "Promised | None" = None


class Promised:
    """The next date promised in each of some matters: an open question's, else the nearest deadline of the whole.

    Asked for when the first of them is needed: two statements for any number.
    """

    def __init__(self, matter_ids: Sequence[int]) -> None:
        self._ids = list(matter_ids)

    @cached_property
    def _known(self) -> dict[int, datetime]:
        running = Deadline.objects.filter(dossier__in=self._ids, ended_at=None, leg="")
        known = dict(running.values_list("dossier").annotate(at=Min("due_at")))
        asked = Enquiry.objects.filter(matter__in=self._ids, ended_at=None)
        return known | dict(asked.values_list("matter").annotate(at=Min("lapses_at")))

    def words(self, matter_id: int) -> str:
        """The date in words; "" where none is promised."""
        at = self._known.get(matter_id)
        return zhtime.long_date(at, settings.LANGUAGE_CODE) if at else ""


def tell(matter: Matter, occasion: str, words: str = "", *, by: Actor, now: datetime) -> list[Message]:
    """Tell the requester of a matter, and of those merged into it, what happened; in the caller's transaction.

    Nobody is told who left no way to be reached, who acts themselves, or for whom the words are empty.
    """
    return tell_many([(matter, words)], occasion, by=by, now=now)


def tell_many(said: Sequence[tuple[Matter, str]], occasion: str, *, by: Actor, now: datetime) -> list[Message]:
    """`tell` for many matters, each with its words: a few statements when they were read with their requesters."""
    told = list(said)
    if occasion in JOINED:
        words = {matter.pk: text for matter, text in said}
        joined = Matter.objects.filter(merged_into__in=list(words)).select_related("dossier", "category", "requester")
        told += [(each, words[each.merged_into_id or 0]) for each in joined.order_by("pk")]
    if occasion in FOLLOWED:
        told += _following(said)
    dates = Promised([matter.pk for matter, _text in told])
    drafts = (each for matter, text in told for each in _composed(matter, occasion, text, dates, by=by, now=now))
    return _send(list(drafts), now=now)


def _following(said: Sequence[tuple[Matter, str]]) -> list[tuple[Matter, str]]:
    """Those who follow one of these matters in a confirmed event, each with the words about its lead."""
    words = {matter.pk: text for matter, text in said}
    rows = (
        Membership.objects.filter(incident__lead__in=list(words), incident__state=Incident.State.CONFIRMED)
        .filter(joined_at__isnull=False, left_at=None, matter__dossier__is_open=True)
        .exclude(matter__in=list(words))
        .select_related("incident", "matter__dossier", "matter__category", "matter__requester", "matter__unit")
    )
    return [(each.matter, words[each.incident.lead_id]) for each in rows.order_by("pk")]


def received(dossier_ids: Sequence[int], *, by: Actor, now: datetime) -> None:
    """Tell the requesters of new reports that they are registered."""
    if dossier_ids:
        found = Matter.objects.select_related("dossier", "category", "requester").filter(pk__in=dossier_ids)
        tell_many([(matter, "") for matter in found.order_by("pk")], "reported", by=by, now=now)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A message that is not sent yet, and to whom."""

    message: Message
    matter: Matter
    requester: Requester


def _composed(
    matter: Matter, occasion: str, words: str, dates: "Promised", *, by: Actor, now: datetime
) -> list[_Draft]:
    requester: Requester | None = getattr(matter, "requester", None)
    if requester is None or requester.erased_at:
        return []
    found = []
    for way in ways_to(requester, occasion, by=by):
        wording = templates.words_for(matter, occasion, way, now=now)
        if wording.text:
            about = Subject(matter, requester.name or "", cut(words, way), code=lambda: _code(matter), dates=dates)
            text = rules.fill(wording.text, values(about, now))
            unsent = way == Way.SMS and not outbox.has("sms")
            message = Message(
                matter_id=matter.pk, occasion=occasion, way=way, template_id=wording.template_id, words=text,
                unsent=unsent, at=now,
            )  # fmt: skip
            found.append(_Draft(message, matter, requester))
    return found


def ways_to(requester: Requester, occasion: str, *, by: Actor) -> list[Way]:
    """How this requester is reached. Paper is for whoever has neither account nor mobile, and for what matters most.

    A phone that a visitor left unproved gets nothing at once: anybody could send messages to others that way.
    """
    ways = [Way.NOTICE] if requester.user_id and requester.user_id != by.user_id else []
    mobile = bool(requester.phone) and not (requester.phone or "").startswith("0")
    proved = requester.phone_verified_at or requester.on_behalf or requester.user_id
    if mobile and (proved or occasion != "reported"):
        ways.append(Way.SMS)
    if not mobile and not requester.user_id and (requester.on_behalf or requester.address):
        ways.append(Way.LETTER)  # who wrote in the browser and left a name alone looks there again, with the code
    return ways


def cut(words: str, way: Way) -> str:
    """The words of an act as they stand in a message: in a text message only their beginning."""
    return clip(words, MOST_IN_SMS) if way == Way.SMS else words


def _code(matter: Matter) -> str:
    return tracking.tracking_code(matter.dossier.client, matter.dossier.client_ref)


def values(about: Subject, now: datetime) -> dict[str, Callable[[], str]]:
    """What stands for each placeholder, looked up only when the words use it."""
    matter, hide = about.matter, mask_words if about.masked else str
    dossier = matter.dossier
    return {
        placeholders.NUMBER: lambda: ids.pretty(dossier.number),
        placeholders.TITLE: lambda: hide(dossier.title),
        placeholders.NAME: lambda: mask_name(about.name) if about.masked else about.name,
        placeholders.PLACE: lambda: dossier.place or dossier.node.name,
        placeholders.CATEGORY: lambda: matter.category.name if matter.category else "",
        placeholders.UNIT: lambda: matter.unit.name if matter.unit else "",
        placeholders.WORDS: lambda: hide(about.words),
        placeholders.UNTIL: lambda: (about.dates or Promised([matter.pk])).words(matter.pk),
        placeholders.LINK: lambda: f"{settings.SITE_URL}/m/{dossier.number}/",
        placeholders.CODE: about.code,
        placeholders.TODAY: lambda: zhtime.long_date(now, settings.LANGUAGE_CODE),
        placeholders.OWNER: lambda: settings.OWNER,
    }


def _send(drafts: Sequence[_Draft], *, now: datetime) -> list[Message]:
    """Write the messages and hand them to the outbox or to whoever posts letters, all in the caller's transaction."""
    bulk.create(Message, [each.message for each in drafts], keys=True)
    letters = [each for each in drafts if each.message.way == Way.LETTER]
    bulk.create(Letter, [Letter(message=each.message, address=each.requester.address) for each in letters])
    notices = [each for each in drafts if each.message.way == Way.NOTICE]
    outbox.tell_many([_notice(each) for each in notices], now=now)
    outbox.send_many(
        "sms",
        [
            outbox.Sending(
                address=each.requester.phone,
                words=each.message.words or "",
                key=each.message.key,
                urgent=_hurries(each.matter),
            )
            for each in drafts
            if each.message.way == Way.SMS and each.requester.phone and not each.message.unsent
        ],
        now=now,
    )
    return [each.message for each in drafts]


def _notice(draft: _Draft) -> outbox.Message:
    message, dossier = draft.message, draft.matter.dossier
    return outbox.Message(
        user_id=draft.requester.user_id or 0,
        kind=f"told.{message.occasion}",
        title=f"{on_record(OCCASIONS[message.occasion].word)}：{dossier.title}",
        words=message.words or "",
        link=f"/m/{dossier.number}/",
        key=message.key,
        urgent=_hurries(draft.matter),
    )


def _hurries(matter: Matter) -> bool:
    """Whether what is said of it does not wait for the end of quiet hours."""
    return matter.urgency == Urgency.EMERGENCY
