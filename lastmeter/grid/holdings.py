"""What the grid holds about a person: their posts, and what they wrote when they applied for one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.grid.models import Application, Tenure

KEPT = timedelta(days=180)  # after the decision, or after the last day when nobody decided
CHUNK = 500


def _theirs(user: User) -> QuerySet[Application]:
    same = Q(user=user.pk)
    if user.phone_hash:
        same |= Q(phone_hash=user.phone_hash)
    return Application.objects.filter(same).select_related("opening__post").order_by("-pk")


def show(user: User) -> Sequence[Held]:
    """Every post they hold or held, and every application."""
    tenures = Tenure.objects.filter(user=user).select_related("post__node", "post__unit").order_by("-since")
    posts = [Held(_("岗位"), f"{each.post} · {each.post.node or each.post.unit} · {each.since}") for each in tenures]
    sent = [
        Held(_("报名"), str(each.opening.post), f"/openings/applications/{each.number}/")
        for each in _theirs(user)[:200]
    ]
    return [*posts, *sent]


def export(user: User) -> dict[str, Any]:
    """Posts with their terms; applications with all that was written."""
    return {
        "posts": [
            {
                "role": each.post.role,
                "place": str(each.post.node or each.post.unit),
                "since": each.since.isoformat(),
                "until": each.until.isoformat() if each.until else "",
            }
            for each in Tenure.objects.filter(user=user).select_related("post__node", "post__unit")
        ],
        "applications": [
            {
                "number": each.number,
                "post": str(each.opening.post),
                "made_at": each.made_at.isoformat(),
                "name": each.name or "",
                "phone": each.phone or "",
                "words": each.words or "",
                "state": each.state,
                "reason": each.reason,
            }
            for each in _theirs(user)
        ],
    }


def erase(user: User, by: Actor, now: datetime) -> int:
    """Empty their decided applications; one that waits is needed until it is answered. Terms of office stay."""
    return _empty(_theirs(user).exclude(state=Application.State.WAITING), by=by, now=now)


def erase_old(now: datetime) -> int:
    """Empty applications half a year after the decision or, undecided, after the last day; at most 500 a call."""
    decided = Q(decided_at__lt=now - KEPT)
    left_lying = Q(decided_at=None, opening__open_until__lt=(now - KEPT).date())
    return _empty(Application.objects.filter(decided | left_lying), by=system("retention"), now=now)


@transaction.atomic
def _empty(applications: QuerySet[Application], *, by: Actor, now: datetime) -> int:
    keys = list(applications.filter(erased_at=None).values_list("pk", flat=True)[:CHUNK])
    Application.objects.filter(pk__in=keys).update(
        name=None, phone=None, phone_hash=None, words=None, reason="", user=None, erased_at=now
    )
    audit.record_set(
        audit.Row(kind="application.erased", by=by, object_kind="application", object_id=key, now=now) for key in keys
    )
    return len(keys)


KEEPER = Keeper(
    label=gettext_lazy("您的岗位和报名"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy("报名时写的内容在答复半年后删去；任职记录随网格保存。"),
)
