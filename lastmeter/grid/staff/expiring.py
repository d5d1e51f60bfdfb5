"""到期提醒: holders and those who keep the ground are told before a term ends, once for each end."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.grid import keeping, posts
from lastmeter.grid.models import Role, Tenure
from lastmeter.grid.staff import appointing, terms
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox

CHUNK = 500
TOLD = (Role.COMMUNITY_CLERK, Role.SECRETARY, Role.DISPATCHER)


def warn(now: datetime) -> int:
    """Tell of terms that end within the warning days of their place; the notice's key makes a second run harmless.

    Returns the terms looked at.
    """
    today, last, looked = appointing.china_day(now), 0, 0
    while chunk := list(_ending(today).filter(pk__gt=last).order_by("pk")[:CHUNK]):
        outbox.tell_many(_messages(chunk, today), now=now)
        last, looked = chunk[-1].pk, looked + len(chunk)
    return looked


def _ending(today: date) -> QuerySet[Tenure]:
    ending = Tenure.objects.current(today).filter(terms.ending(today), post__closed_on=None)
    return ending.filter(user__is_active=True).select_related("user", "post__node", "post__unit__node")


def _messages(tenures: list[Tenure], today: date) -> list[outbox.Message]:
    paths = {keeping.path_of(tenure.post) for tenure in tenures}
    keepers = posts.holders_of(paths, TOLD, today)
    return [
        outbox.Message(
            user_id=user_id,
            kind="post.expiring",
            title=on_record(
                _("%(name)s的%(post)s任期到 %(until)s 为止"),
                name=tenure.user.name,
                post=Role(tenure.post.role).label,
                until=tenure.until,
            ),
            words=on_record(
                _("%(place)s。请在到期前续任、交接或办理离任；到期当天权限自动关闭。"),
                place=tenure.post.node or tenure.post.unit,
            ),
            link=f"/posts/{tenure.post_id}/",
            key=f"post.expiring:{tenure.pk}:{tenure.until}",
        )
        for tenure in tenures
        for user_id in dict.fromkeys([tenure.user_id, *keepers.get(keeping.path_of(tenure.post), [])])
    ]
