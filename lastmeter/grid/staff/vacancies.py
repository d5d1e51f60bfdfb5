"""空缺提醒: those who keep the ground are told when a post has nobody any more, once for each time it falls vacant."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.grid import keeping, posts
from lastmeter.grid.models import Role, Tenure
from lastmeter.grid.staff import appointing
from lastmeter.grid.staff.expiring import CHUNK, TOLD
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox

BACK = timedelta(days=7)  # a timetable that stood still for a week still tells of everybody who left


def warn(now: datetime) -> int:
    """Tell of posts whose last holder has left; the notice's key makes a second run harmless.

    Returns the posts looked at.
    """
    today, last, looked = appointing.china_day(now), 0, 0
    while chunk := list(_left(today).filter(pk__gt=last).order_by("pk")[:CHUNK]):
        outbox.tell_many(_messages(chunk, today), now=now)
        last, looked = chunk[-1].pk, looked + len(chunk)
    return looked


def _left(today: date) -> QuerySet[Tenure]:
    """The last tenures of posts that nobody holds now or from a later day on."""
    running = Tenure.objects.running(today).filter(post=OuterRef("post"), user__is_active=True)
    later = Tenure.objects.filter(post=OuterRef("post"), until__gt=OuterRef("until"))
    ended = Tenure.objects.filter(until__gt=today - BACK, until__lte=today, post__closed_on=None)
    left = ended.filter(~Exists(running), ~Exists(later))
    return left.select_related("user", "post__node", "post__unit__node")


def _messages(tenures: list[Tenure], today: date) -> list[outbox.Message]:
    keepers = posts.holders_of({keeping.path_of(tenure.post) for tenure in tenures}, TOLD, today)
    return [
        outbox.Message(
            user_id=user_id,
            kind="post.vacant",
            title=on_record(
                _("%(place)s的%(post)s空缺了"),
                place=tenure.post.node or tenure.post.unit,
                post=Role(tenure.post.role).label,
            ),
            words=on_record(_("%(name)s已离任。请安排人，或者公开招募。"), name=tenure.user.name),
            link=f"/posts/{tenure.post_id}/",
            key=f"post.vacant:{tenure.post_id}:{tenure.until}",
        )
        for tenure in tenures
        for user_id in keepers.get(keeping.path_of(tenure.post), [])
    ]
