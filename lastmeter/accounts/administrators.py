"""The three separate administrators (MLPS 8.1.4.2): system, security, audit; nobody is two of them at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lastmeter.accounts import audit, links, people
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import Administrator, AdministratorKind, OneTimeLink, User


class NotPossible(Exception):
    """The appointment cannot be made; str() says why."""


@dataclass(frozen=True, slots=True)
class FirstLink:
    """What the installer hands to one person: `path` is the one-time link below the site's address."""

    kind: str
    username: str
    path: str


@transaction.atomic
def first_administrators(now: datetime) -> list[FirstLink]:
    """Make the three administrators and a one-time link for each. Raises NotPossible when there are any already."""
    by = system("admin first")
    if Administrator.objects.exists():
        raise NotPossible(_("管理员早已建立。某一位还没登录过或丢了链接，请用 --again 重发。"))
    try:
        return [_first(kind, by, now) for kind in AdministratorKind]
    except IntegrityError as error:
        raise NotPossible(_("管理员的登录名已被占用，或刚刚有人建立了管理员。")) from error


def _first(kind: AdministratorKind, by: Actor, now: datetime) -> FirstLink:
    user = people.open_account(f"{kind.value}-admin", str(kind.label), by=by, now=now)
    holder = Administrator.objects.create(user=user, kind=kind)
    audit.record("administrator.appoint", by=by, object_kind="administrator", object_id=holder.pk, now=now)
    return FirstLink(kind, user.username, links.make_link(user, OneTimeLink.Purpose.FIRST, by=by, now=now))


@transaction.atomic
def first_again(kind: str, now: datetime) -> FirstLink:
    """A new link for the longest-serving administrator of `kind`; earlier links are void. Raises NotPossible."""
    holder = current().filter(kind=kind).order_by("since", "id").first()
    if holder is None:
        raise NotPossible(_("现在没有这一类管理员。"))
    user = holder.user
    purpose = OneTimeLink.Purpose.RESET if user.last_login else OneTimeLink.Purpose.FIRST
    return FirstLink(kind, user.username, links.make_link(user, purpose, by=system("admin first"), now=now))


@transaction.atomic
def appoint_administrator(user: User, kind: AdministratorKind, *, by: Actor, now: datetime) -> Administrator:
    """Make `user` an administrator. Only a security administrator may. Raises NotPossible."""
    _must_be_security(by)
    try:
        with transaction.atomic():
            holder = Administrator.objects.create(user=user, kind=kind)
    except IntegrityError as error:
        raise NotPossible(_("%(name)s 已是管理员，同一个人不能兼任两类。") % {"name": user.name}) from error
    audit.record("administrator.appoint", by=by, object_kind="administrator", object_id=holder.pk, now=now)
    return holder


@transaction.atomic
def dismiss_administrator(holder: Administrator, *, by: Actor, now: datetime) -> None:
    """End an appointment. Only a security administrator may; the last of a kind stays. Raises NotPossible."""
    _must_be_security(by)
    # Locked, so that two who dismiss each other at once do not leave the office empty.
    office = list(current().select_for_update(of=("self",)).filter(kind=holder.kind))
    if len(office) < 2:
        raise NotPossible(_("这是最后一位，请先任命接替的人。"))
    if not Administrator.objects.filter(pk=holder.pk, until=None).update(until=now):
        raise NotPossible(_("这项任命已经结束。"))
    audit.record("administrator.dismiss", by=by, object_kind="administrator", object_id=holder.pk, now=now)


def current() -> QuerySet[Administrator]:
    """The administrators of today, with their users."""
    return Administrator.objects.filter(until=None).select_related("user")


NOT_READ = object()


def kind_of(actor: Actor) -> str | None:
    """Which administrator the actor is ("system", "security", "audit"), or None.

    A request's user was read with it (`backends.Accounts`); for others it is asked once.
    """
    if actor.user_id is None:
        return None
    read_along = getattr(actor.user, "administers", NOT_READ)
    if "administrator" not in actor.memo and read_along is not NOT_READ:
        actor.memo["administrator"] = read_along
    if "administrator" not in actor.memo:
        kinds = Administrator.objects.filter(user_id=actor.user_id, until=None).values_list("kind", flat=True)
        actor.memo["administrator"] = kinds.first()
    kind: str | None = actor.memo["administrator"]
    return kind


def _must_be_security(by: Actor) -> None:
    if kind_of(by) != AdministratorKind.SECURITY:
        raise NotPossible(_("只有安全管理员可以任免管理员。"))
