"""Who is told of a whistle: heads, routers, the units that are called, and whoever blew it."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid import posts
from lastmeter.grid.models import Role
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Rank, Tier, Whistle
from lastmeter.matters.policy import HANDLERS
from lastmeter.matters.whistles import rights
from lastmeter.notices import outbox

SENTENCE = _("%(what)s：%(title)s")


def heads(whistle: Whistle, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """Whoever heads the level that blew it; where nobody does, above it."""
    path = whistle.matter.dossier.path
    people(whistle, posts.nearest_from([path], whistle.origin.level, rights.HEADS)[path], kind, title, by=by, now=now)


def routers(whistle: Whistle, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """The desk of the level that hears it; where nobody is, above it."""
    path, level = whistle.matter.dossier.path, rights.HEARS[Tier(whistle.tier)]
    people(whistle, posts.nearest_from([path], level, rights.ROUTERS)[path], kind, title, by=by, now=now)


def units(
    whistle: Whistle, ranks: dict[int, int], kind: str, title: str | Promise, *, by: Actor, now: datetime
) -> None:
    """The people of these units (unit → rank that must come); from the deputy up its head is among them for certain."""
    for unit_id, rank in ranks.items():
        roles = (Role.UNIT_HEAD,) if rank == Rank.HEAD else HANDLERS
        found = posts.unit_people(unit_id, roles) or posts.unit_people(unit_id, HANDLERS)
        people(whistle, found, kind, title, by=by, now=now)


def blower(whistle: Whistle, kind: str, title: str | Promise, *, by: Actor, now: datetime) -> None:
    """Whoever blew it, or once they have left whoever works where it was blown: see `rights.is_blower`."""
    origin = whistle.origin
    there = posts.nearest_from([origin.path], origin.level, rights.BLOWERS)[origin.path]
    gone = there and whistle.blown_by_id not in there
    people(whistle, there if gone else [whistle.blown_by_id], kind, title, by=by, now=now)


def people(
    whistle: Whistle, users: Iterable[int], kind: str, title: str | Promise, *, by: Actor, now: datetime
) -> None:
    """These people, but not whoever acts."""
    words = on_record(SENTENCE, what=on_record(title), title=whistle.matter.dossier.title)
    messages = [
        outbox.Message(
            user_id=user_id,
            kind=f"matter.whistle_{kind}",
            title=words,
            link=f"/whistles/{whistle.number}/",
            key=f"whistle.{kind}:{whistle.pk}:{now:%Y%m%d%H%M%S}",
            urgent=whistle.colour == "red",
        )
        for user_id in dict.fromkeys(users)
        if user_id != by.user_id
    ]
    if messages:
        outbox.tell_many(messages, now=now)
