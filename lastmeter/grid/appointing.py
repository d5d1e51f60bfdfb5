"""任职 and 离任: somebody takes a post or leaves it; leaving closes the rights at once."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F

from lastmeter.accounts import administrators, audit, people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import ground
from lastmeter.grid.models import Post, Tenure
from lastmeter.kit.zhtime import CHINA


@transaction.atomic
def appoint(
    post: Post, user: User, *, since: date, until: date | None = None, source: str = "", by: Actor, now: datetime
) -> tuple[Tenure, bool]:
    """Let somebody hold a post from a day (China date) on, until another when given.

    Who holds it already keeps that tenure, with its end moved to `until`. Returns the tenure and whether it changed.
    """
    held = Tenure.objects.running(now.astimezone(CHINA).date()).filter(post=post, user=user).first()
    if held is not None and held.until == until:
        return held, False
    if held is None:
        held = Tenure.objects.create(post=post, user=user, since=since, until=until, source=source)
        audit.record("post.appoint", by=by, object_kind="post", object_id=post.pk, now=now)
    else:
        held.until = until
        held.save(update_fields=["until"])
        audit.record("post.term", by=by, object_kind="post", object_id=post.pk, now=now)
    ground.bump()
    return held, True


@transaction.atomic
def leave(tenure: Tenure, *, today: date, by: Actor, now: datetime) -> None:
    """End a tenure today.

    The account is closed with its sessions when nothing is left: no post now or later, no office of an administrator.
    """
    Tenure.objects.running(today).filter(pk=tenure.pk).update(until=max(today, tenure.since))
    audit.record("post.leave", by=by, object_kind="post", object_id=tenure.post_id, now=now)
    ground.bump()
    if Tenure.objects.running(today).filter(user=tenure.user_id).exclude(until=F("since")).exists():
        return
    if not administrators.current().filter(user=tenure.user_id).exists():
        people.close_account(tenure.user, by=by, now=now)
