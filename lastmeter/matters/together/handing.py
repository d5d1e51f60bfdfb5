"""Open parts of a post: tasks of its holder go to the successor, with a word in each timeline; their dates stay."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers import access, events
from lastmeter.grid.models import Post
from lastmeter.grid.staff.handovers import Item, OpenWork
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import on_record
from lastmeter.matters.handing import by_post
from lastmeter.matters.models import Part
from lastmeter.matters.talking import tell


def lying_with(post: Post, holder: User) -> list[Part]:
    """Open parts of the holder by this post: those in its node, or all when they hold no other post of a node."""
    mine = Part.objects.filter(user=holder, ended_at=None).select_related("matter__dossier", "user").order_by("pk")
    return list(by_post(mine, post, holder, "matter__dossier__path"))


def find(post: Post, holder: User) -> list[Item]:
    """The parts that would go to a successor."""
    return [_item(part) for part in lying_with(post, holder)]


def _item(part: Part) -> Item:
    number = part.matter.dossier.number
    return Item(f"{pretty(number)} {part.request}"[:200], f"/matters/{number}/")


def move(post: Post, leaver: User, successor: User, by: Actor, now: datetime) -> Sequence[Item]:
    """Let the successor do them; whose they were no longer takes part by them."""
    parts = [
        part
        for part in lying_with(post, leaver)
        if Part.objects.filter(pk=part.pk, user=leaver, ended_at=None).update(user=successor)
    ]
    words = on_record(_("交接：由%(leaver)s转给%(successor)s办理。"), leaver=leaver.name, successor=successor.name)
    events.record_many([events.Happened(each.matter_id, "matter.handed_over", words) for each in parts], by=by, now=now)
    for part in parts:
        part.user = successor
        if part.matter.handler_id != leaver.pk:
            access.withdraw(part.matter_id, now=now, user_id=leaver.pk)
        access.grant_user(part.matter_id, successor.pk, role="assistant", now=now)
        tell.partner(part, "handed_over", _("交接给您"), by=by, now=now)
    return [_item(part) for part in parts]


WORK = OpenWork(_("没办完的小任务"), find, move)
