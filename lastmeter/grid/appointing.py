"""任职 and 离任: somebody takes a post or leaves it; leaving closes the rights at once."""

from datetime import date, datetime

from django.db import transaction

from lastmeter.accounts import audit, people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import ground
from lastmeter.grid.models import Post, Tenure


@transaction.atomic
def appoint(
    post: Post, user: User, *, since: date, until: date | None = None, source: str = "", by: Actor, now: datetime
) -> Tenure | None:
    """Let somebody hold a post from a day (China date) on; None when they hold it already."""
    held = Tenure.objects.filter(post=post, user=user, until=None).first()
    if held is not None and until is None:
        return None
    tenure = Tenure.objects.create(post=post, user=user, since=since, until=until, source=source)
    audit.record("post.appoint", by=by, object_kind="post", object_id=post.pk, now=now)
    ground.bump()
    return tenure


@transaction.atomic
def leave(tenure: Tenure, *, today: date, by: Actor, now: datetime) -> None:
    """End a tenure today; an account that holds no other post is closed with its sessions."""
    Tenure.objects.filter(pk=tenure.pk, until=None).update(until=max(today, tenure.since))
    audit.record("post.leave", by=by, object_kind="post", object_id=tenure.post_id, now=now)
    ground.bump()
    if not Tenure.objects.current(today).filter(user=tenure.user_id).exists():
        people.close_account(tenure.user, by=by, now=now)
