"""What occasions hold about a person: what they signed up for, whether they came, and what they said of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.keepers import Held, Keeper
from lastmeter.accounts.models import User
from lastmeter.occasions import signing
from lastmeter.occasions.models import CheckIn, Feed, Feedback, SignUp


def show(user: User) -> Sequence[Held]:
    """How many occasions they signed up for."""
    count = SignUp.objects.filter(user=user).count()
    return [Held(_("报过的活动"), _("%(count)d 次") % {"count": count}, "/activities/mine/")] if count else []


def export(user: User) -> list[dict[str, Any]]:
    """Each sign-up with what became of it and what was said."""
    rows = SignUp.objects.filter(user=user).select_related("occasion", "check_in", "feedback").order_by("pk")
    return [
        {
            "title": each.occasion.title,
            "starts_at": each.starts_at.isoformat(),
            "seats": each.seats,
            "state": each.state,
            "signed_up_at": each.at.isoformat(),
            "came_at": each.check_in.at.isoformat() if hasattr(each, "check_in") else None,
            "stars": each.feedback.stars if hasattr(each, "feedback") else None,
            "words": each.feedback.words if hasattr(each, "feedback") else "",
        }
        for each in rows
    ]


def erase(user: User, by: Actor, now: datetime) -> int:
    """Give up what is to come; of what is over only the number of seats stays, without the person."""
    for signup in signing.of_user(user, now):
        if signup.starts_at > now:
            signing.cancel(signup, now=now)
    Feed.objects.filter(user=user).delete()
    Feedback.objects.filter(signup__user=user).delete()
    CheckIn.objects.filter(by=user).update(by=None)
    return SignUp.objects.filter(user=user).update(user=None)


KEEPER = Keeper(
    label=gettext_lazy("您报名的活动"),
    show=show,
    export=export,
    erase=erase,
    retention=gettext_lazy(
        "活动办完后留作统计；要求删除时，还没办的替您取消，办过的只留人数。柜台报名的姓名电话三十天后清除。"
    ),
)
