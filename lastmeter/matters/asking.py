"""请补充: a question to the requester that lapses when it stays unanswered."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor, system
from lastmeter.clocks import book, deadlines
from lastmeter.dossiers import attachments, events
from lastmeter.kit.uploads import Photo
from lastmeter.matters import policy, tell
from lastmeter.matters.models import Enquiry, Matter
from lastmeter.matters.steps import Overtaken, tell_story

ASK_KIND = "ask"


def ask(matter: Matter, *, question: str, by: Actor, now: datetime) -> Enquiry:
    """Ask the requester for more. Raises Overtaken when a question is open already or the matter has ended."""
    policy.require(by, "ask", matter)
    if not matter.dossier.is_open:
        raise Overtaken(_("这件事已经结束，不能再请诉求人补充。"))
    try:
        with transaction.atomic():
            asked = Enquiry.objects.create(
                matter=matter, question=question, by_id=by.user_id, at=now, lapses_at=now + _patience(matter, now)
            )
            tell_story(matter, "asked", question, by=by, now=now, public=True)
    except IntegrityError:
        raise Overtaken(_("已经有一个问题在等诉求人回答。")) from None
    return asked


def _patience(matter: Matter, now: datetime) -> timedelta:
    wanted = deadlines.Wanted(ASK_KIND, matter.dossier.path, now, category_id=matter.category_id)
    planned = deadlines.plan(wanted, book.current_rules(now))
    return planned.due_at - now if planned else timedelta(days=5)


def answer(matter: Matter, *, text: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """The requester adds something, asked for or not; the handler and the desk are told."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        Enquiry.objects.filter(matter=matter, ended_at=None).update(answer=text, ended_at=now)
        told = tell_story(matter, "answered", text, by=by, now=now, public=True)
        attachments.attach(told, photos, files, by=by, now=now)
        if matter.unit_id or matter.handler_id:
            tell.assigned([matter], "answered", _("诉求人补充了情况"), by=by, now=now)
        else:
            tell.desk([matter], "answered", _("诉求人补充了情况"), by=by, now=now)


def lapse(now: datetime) -> int:
    """End the questions whose date has passed; the timeline says so. Returns how many."""
    with transaction.atomic():
        over = list(Enquiry.objects.select_for_update().filter(ended_at=None, lapses_at__lte=now)[:500])
        Enquiry.objects.filter(pk__in=[each.pk for each in over]).update(ended_at=now)
        happened = [events.Happened(each.matter_id, "matter.ask_lapsed", public=True) for each in over]
        events.record_many(happened, by=system("clock"), now=now)
    return len(over)
