"""任职 and 离任: somebody takes a post or leaves it; leaving closes the rights at once."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts import administrators, audit, people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import ground
from lastmeter.grid.models import Node, Post, Tenure
from lastmeter.kit.zhtime import CHINA


class Refused(Exception):
    """The act cannot be done (any more); str() is a sentence for the person."""


def china_day(now: datetime) -> date:
    """The day in China at that moment."""
    return now.astimezone(CHINA).date()


def account_of(phone: str, name: str, *, by: Actor) -> User | None:
    """Whose account this phone is: the person's who is to take a post; None when one has to be opened.

    Raises Refused for a closed account, for somebody else's and for one's own.
    """
    user = people.find_user(phone)
    if user is None and User.objects.filter(phone_hash=people.phone_hash(phone)).exists():
        raise Refused(_("这个手机号属于已停用的账户，请先由安全管理员处理。"))
    if user is not None and user.name != name:
        raise Refused(_("这个手机号登记的是另一个姓名，请核对。"))
    if user is not None and user.pk == by.user_id:
        raise Refused(_("不能安排自己，请由上级或同事办理。"))
    return user


@transaction.atomic
def appoint(
    post: Post, user: User, *, since: date, until: date | None = None, source: str = "", by: Actor, now: datetime
) -> tuple[Tenure, bool]:
    """Let somebody hold a post from a day (China date) on, until another when given.

    Who holds it already keeps that tenure, with its end moved to `until`. Returns the tenure and whether it changed.
    """
    held = Tenure.objects.running(china_day(now)).filter(post=post, user=user).first()
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
def appoint_person(
    post: Post,
    user: User | None,
    name: str,
    phone: str,
    *,
    since: date,
    until: date | None = None,
    source: str = "",
    seen: Collection[int] | None = None,
    by: Actor,
    now: datetime,
) -> Tenure:
    """Let somebody hold a post; without an account (`user` None) one is opened.

    `seen`: the tenures that stood on the page when it was decided. Raises Refused when others have taken the post, or
    left it, since: of two clerks who fill a vacancy at once one fills it.
    """
    Post.objects.select_for_update().get(pk=post.pk)
    standing = set(Tenure.objects.running(china_day(now)).filter(post=post).values_list("pk", flat=True))
    if seen is not None and standing != set(seen):
        raise Refused(_("刚才有人在这个岗位上办理过，请看最新的情况再办。"))
    holder = user or open_account(name, phone, by=by, now=now)
    return appoint(post, holder, since=since, until=until, source=source, by=by, now=now)[0]


def open_account(name: str, phone: str, *, by: Actor, now: datetime) -> User:
    """A new account, the login name being the phone; the one that somebody else has just opened for that person.

    Raises Refused when the account just opened is another person's.
    """
    try:
        with transaction.atomic():
            return people.open_account(phone, name, phone=phone, by=by, now=now)
    except IntegrityError:
        found = account_of(phone, name, by=by)
        if found is None:
            raise
        return found


@transaction.atomic
def open_post(node: Node, *, role: str, public_phone: str = "", by: Actor, now: datetime) -> Post:
    """设岗: a new, vacant post at a node."""
    post = Post.objects.create(node=node, role=role, public_phone=public_phone)
    audit.record("post.open", by=by, object_kind="post", object_id=post.pk, now=now)
    ground.bump()
    return post


@transaction.atomic
def publish_phone(post: Post, phone: str, *, by: Actor, now: datetime) -> None:
    """Write the number that residents see and call."""
    Post.objects.filter(pk=post.pk).update(public_phone=phone)
    audit.record("post.phone", by=by, object_kind="post", object_id=post.pk, now=now)
    ground.bump()


@transaction.atomic
def extend(tenure: Tenure, *, until: date | None, by: Actor, now: datetime) -> Tenure:
    """Move the end of a running tenure (China date; None: without an end). Raises Refused when it is over."""
    tenure = running(tenure, now=now)
    if until is not None and until <= max(tenure.since, china_day(now)):
        raise Refused(_("任期至要在今天以后；如果是离任，请用“离任”。"))
    appoint(tenure.post, tenure.user, since=tenure.since, until=until, by=by, now=now)
    return running(tenure, now=now)


def running(tenure: Tenure, *, now: datetime) -> Tenure:
    """The tenure as it stands now, held by this transaction. Raises Refused when it has ended."""
    held = Tenure.objects.running(china_day(now)).filter(pk=tenure.pk).select_for_update(of=("self",))
    found = held.select_related("post", "user").first()
    if found is None:
        raise Refused(_("这个人已经离任了，可能刚有人办理过。"))
    return found


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
