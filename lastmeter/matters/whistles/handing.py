"""What lies with one person under whistles when they leave: what a conference gave them goes to the successor, and
they are signed out where they still stand as present; their unit stays called."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers import access
from lastmeter.grid.models import Post
from lastmeter.grid.staff.handovers import Item, OpenWork
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import on_record
from lastmeter.matters import handing
from lastmeter.matters.models import Attendance, Decision, Whistle
from lastmeter.matters.whistles import legs, reporting_in, steps, tell


def decided(post: Post, holder: User) -> list[Decision]:
    """What conferences gave to the holder themselves and is not done."""
    rows = Decision.objects.filter(user=holder, done_at=None).select_related("whistle__matter__dossier")
    return list(handing.by_post(rows, post, holder, "whistle__matter__dossier__path").order_by("pk"))


def present(post: Post, holder: User) -> list[Attendance]:
    """Where the holder stands as present for the unit of this post."""
    rows = Attendance.objects.filter(user=holder, out_at=None, called__ended_at=None, called__unit=post.unit_id)
    return list(rows.select_related("called__unit", "called__whistle__matter__dossier").order_by("pk"))


def find(post: Post, holder: User) -> list[Item]:
    """Both of them."""
    return [
        *(_item(each.whistle, each.words) for each in decided(post, holder)),
        *(_item(each.called.whistle, each.called.whistle.request) for each in present(post, holder)),
    ]


def _item(whistle: Whistle, words: str) -> Item:
    return Item(f"{pretty(whistle.number)} {words}"[:200], f"/whistles/{whistle.number}/")


def move(post: Post, leaver: User, successor: User, by: Actor, now: datetime) -> Sequence[Item]:
    """The successor does what was decided and is told where the unit is at work; nobody is present for another."""
    owed = [each for each in decided(post, leaver) if _take_over(each, leaver, successor, by, now)]
    here = present(post, leaver)
    for each in here:
        reporting_in.sign_out(each, by=by, now=now)
        tell.people(each.called.whistle, [successor.pk], "handed_over", _("交接给您"), by=by, now=now)
    return [
        *(_item(each.whistle, each.words) for each in owed),
        *(_item(each.called.whistle, each.called.whistle.request) for each in here),
    ]


def _take_over(decision: Decision, leaver: User, successor: User, by: Actor, now: datetime) -> bool:
    """False when it was done meanwhile."""
    whistle = decision.whistle
    if not Decision.objects.filter(pk=decision.pk, user=leaver, done_at=None).update(user=successor):
        return False
    legs.leave_people(whistle, [leaver.pk], now=now)
    access.grant_user(whistle.matter_id, successor.pk, role="whistled", now=now)
    words = on_record(_("交接：由%(leaver)s转给%(successor)s办理。"), leaver=leaver.name, successor=successor.name)
    steps.story(whistle, "decision_handed", words, by=by, now=now)
    tell.people(whistle, [successor.pk], "handed_over", _("交接给您"), by=by, now=now)
    return True


WORK = OpenWork(_("吹哨报到里没办完的"), find, move)
