"""What matters hold about a person: what they asked for under their account, and for how long."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.kit.ids import pretty
from lastmeter.matters.models import Grievance, Letter, Message, Requester

KEPT_AFTER_END = timedelta(days=2 * 365)
CHUNK = 500


def _theirs(user: User) -> "QuerySet[Requester]":
    return Requester.objects.filter(user=user).select_related("matter__dossier").order_by("-pk")


def show(user: User) -> Sequence[Held]:
    """Each matter they asked for, with its page."""
    return [
        Held(pretty(each.matter.dossier.number), each.matter.dossier.title, f"/m/{each.matter.dossier.number}/")
        for each in _theirs(user)[:200]
    ]


def export(user: User) -> list[dict[str, Any]]:
    """Number, date, words, place, answers and what was left as name and phone, of each matter."""
    return [
        {
            "number": each.matter.dossier.number,
            "opened_at": each.matter.dossier.opened_at.isoformat(),
            "text": each.matter.text,
            "place": each.matter.dossier.place,
            "answers": {answer.question.text: answer.text for answer in each.matter.answers.all()},
            "name": each.name or "",
            "phone": each.phone or "",
            "address": each.address or "",
            "consent": each.consent,
            "grievances": [told.words or "" for told in each.matter.grievances.order_by("pk")],
        }
        for each in _theirs(user).prefetch_related("matter__answers__question")
    ]


def erase(user: User, by: Actor, now: datetime) -> int:
    """Empty their ended matters of who asked; a running one needs it until it is answered."""
    return _empty(_theirs(user).filter(matter__dossier__is_open=False), by=by, now=now)


def erase_old(now: datetime) -> int:
    """Empty matters that ended two years ago of who asked; at most 500 a call. Returns how many."""
    old = Requester.objects.filter(
        matter__dossier__is_open=False, matter__dossier__updated_at__lt=now - KEPT_AFTER_END, erased_at=None
    )
    return _empty(old, by=system("retention"), now=now)


@transaction.atomic
def _empty(requesters: "QuerySet[Requester]", *, by: Actor, now: datetime) -> int:
    keys = list(requesters.filter(erased_at=None).values_list("pk", flat=True)[:CHUNK])
    Requester.objects.filter(pk__in=keys).update(
        name=None, phone=None, phone_hash=None, address=None, user=None, erased_at=now
    )
    Letter.objects.filter(message__matter__in=keys).update(address=None)
    Message.objects.filter(matter__in=keys).update(words=None)
    Grievance.objects.filter(matter__in=keys).exclude(answered_at=None).update(words=None, answer=None)
    audit.record_set(
        audit.Row(kind="requester.erased", by=by, object_kind="dossier", object_id=key, now=now) for key in keys
    )
    return len(keys)


KEEPER = Keeper(
    label=gettext_lazy("您上报的事"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("称呼、手机、通信地址和发给您的消息在办结两年后删去；事情本身按档案期限保存。"),
)
