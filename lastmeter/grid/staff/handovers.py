"""交接: a post goes to a successor with its open work; packages say what open work a holder has and how it moves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import HandedItem, Handover, Post, Role, Tenure
from lastmeter.grid.staff import appointing
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of open work, as the list shows it; `link` is a path of this site."""

    title: str
    link: str


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Open work of one kind. `find` lists what the person has by this post; `move` gives it to the successor.

    `move` takes (post, leaver, successor, by, now), runs in the act's transaction and returns what it moved.
    """

    label: str | Promise
    find: Callable[[Post, User], Sequence[Item]]
    move: Callable[[Post, User, User, Actor, datetime], Sequence[Item]]


_kinds: dict[str, OpenWork] = {}


def register(name: str, work: OpenWork) -> None:
    """Name a kind of open work (≤ 20 characters); called from the package's `apps.py`."""
    _kinds[name] = work


def registered() -> Mapping[str, OpenWork]:
    """Every kind of open work by its name."""
    return dict(_kinds)


def open_work(post: Post, leaver: User) -> list[tuple[OpenWork, list[Item]]]:
    """What would go to a successor today, kind by kind; kinds without any are left out."""
    found = [(work, list(work.find(post, leaver))) for work in _kinds.values()]
    return [(work, items) for work, items in found if items]


@transaction.atomic
def hand_over(tenure: Tenure, successor: User, *, until: date | None = None, by: Actor, now: datetime) -> Handover:
    """The successor takes the post and its open work today, the holder leaves it; both can read the list.

    Raises Refused when the holder has left already or is the successor.
    """
    tenure = appointing.running(tenure, now=now)
    if tenure.user_id == successor.pk:
        raise appointing.Refused(_("接任的人就是现在的人，不用交接。"))
    post, leaver = tenure.post, tenure.user
    today = appointing.china_day(now)
    appointing.appoint(post, successor, since=today, until=until, source=tenure.source, by=by, now=now)
    made = Handover.objects.create(post=post, leaver=leaver, successor=successor, by_id=by.user_id, at=now)
    moved = [
        HandedItem(handover=made, kind=kind, title=item.title[:200], link=item.link)
        for kind, work in _kinds.items()
        for item in work.move(post, leaver, successor, by, now)
    ]
    HandedItem.objects.bulk_create(moved, batch_size=500)
    appointing.leave(tenure, today=today, by=by, now=now)
    _tell(made, len(moved), now)
    return made


@transaction.atomic
def hand_over_to_person(
    tenure: Tenure,
    successor: User | None,
    name: str,
    phone: str,
    *,
    until: date | None = None,
    by: Actor,
    now: datetime,
) -> Handover:
    """Like `hand_over`, to somebody who may have no account yet (`successor` None): one is opened."""
    person = successor or appointing.open_account(name, phone, by=by, now=now)
    return hand_over(tenure, person, until=until, by=by, now=now)


def _tell(made: Handover, moved: int, now: datetime) -> None:
    outbox.tell(
        [made.successor],
        kind="post.handed_over",
        title=on_record(
            gettext_lazy("%(post)s已交接给您，随同 %(count)d 件未办完的工作"),
            post=Role(made.post.role).label,
            count=moved,
        ),
        link=f"/posts/handovers/{made.pk}/",
        key=f"post.handed_over:{made.pk}",
        now=now,
    )
