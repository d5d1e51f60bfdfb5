"""公开招募 and 报名: a post is opened, people apply, the desk accepts one or refuses with a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit, people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import Application, Post, PostOpening, Role, Tenure
from lastmeter.grid.staff import appointing
from lastmeter.grid.staff.appointing import Refused
from lastmeter.kit.ids import new_matter_number, pretty
from lastmeter.kit.text import on_record
from lastmeter.notices import outbox

CONSENT = "2026-11"  # the version of the notice beside the form


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What somebody wrote into the form; `phone` "" when none was left, `client_ref` the form's own token."""

    name: str
    phone: str
    words: str
    client_ref: str


def running(today: date) -> QuerySet[PostOpening]:
    """Openings that can be applied for on that day (China date), the one that ends first before others."""
    found = PostOpening.objects.filter(state=PostOpening.State.OPEN, open_from__lte=today, open_until__gte=today)
    found = found.filter(post__closed_on=None).select_related("post__node__parent", "post__unit__node")
    return found.order_by("open_until", "pk")


def with_waiting(openings: QuerySet[PostOpening]) -> QuerySet[PostOpening]:
    """The same with `waiting`: how many applications have no decision yet."""
    waiting = Count("applications", filter=Q(applications__state=Application.State.WAITING))
    return openings.annotate(waiting=waiting)


@transaction.atomic
def call(post: Post, *, text: str, open_from: date, open_until: date, by: Actor, now: datetime) -> PostOpening:
    """Open a post for applications between two days (China dates). Raises Refused when it is open already."""
    over = PostOpening.objects.filter(post=post, state=PostOpening.State.OPEN, open_until__lt=appointing.china_day(now))
    over.update(state=PostOpening.State.CLOSED)
    try:
        with transaction.atomic():
            made = PostOpening.objects.create(
                post=post, text=text, open_from=open_from, open_until=open_until, by_id=by.user_id
            )
    except IntegrityError:
        raise Refused(_("这个岗位已经在公开招募。")) from None
    audit.record("opening.call", by=by, object_kind="post", object_id=post.pk, now=now)
    return made


@transaction.atomic
def close(opening: PostOpening, *, by: Actor, now: datetime) -> bool:
    """No more applications; those that wait are still to be answered. False when it was over already."""
    running = PostOpening.objects.filter(pk=opening.pk, state=PostOpening.State.OPEN)
    if not running.update(state=PostOpening.State.CLOSED):
        return False
    audit.record("opening.close", by=by, object_kind="post", object_id=opening.post_id, now=now)
    return True


@transaction.atomic
def apply(opening: PostOpening, given: Filled, *, by: Actor, client: str, now: datetime) -> Application:
    """Take an application in; the same form sent twice is answered with the first. Raises Refused when it is over."""
    if sent := Application.objects.filter(client=client, client_ref=given.client_ref).first():
        return sent
    if not running(appointing.china_day(now)).filter(pk=opening.pk).exists():
        raise Refused(_("报名已经结束。"))
    made = Application(
        opening=opening,
        number=new_matter_number(),
        user_id=by.user_id,
        name=given.name,
        phone=given.phone or None,
        phone_hash=people.phone_hash(given.phone) if given.phone else None,
        words=given.words,
        consent=CONSENT,
        client=client,
        client_ref=given.client_ref,
        made_at=now,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # a double tap: the other request was faster
        return Application.objects.get(client=client, client_ref=given.client_ref)
    return made


@transaction.atomic
def accept(application: Application, *, until: date | None = None, by: Actor, now: datetime) -> Tenure:
    """The applicant takes the post today; the opening is filled. Raises Refused, with the reason in words."""
    user = _person(application, by)
    opening = application.opening
    # Two applicants accepted at once wait for each other here, and the second is told.
    unfilled = PostOpening.objects.filter(pk=opening.pk).exclude(state=PostOpening.State.FILLED)
    filled_now = unfilled.update(state=PostOpening.State.FILLED)
    _decide(application, Application.State.ACCEPTED, "", by=by, now=now)
    if not filled_now:
        raise Refused(_("这次招募已经选定了别人。还要再安排一个人，请在岗位页办理。"))
    tenure = appointing.appoint_person(
        opening.post,
        user,
        application.name or "",
        application.phone or "",
        since=appointing.china_day(now),
        until=until,
        source=Tenure.Source.RESIDENT,
        by=by,
        now=now,
    )
    _tell(application, now)
    return tenure


@transaction.atomic
def refuse(application: Application, *, reason: str, by: Actor, now: datetime) -> None:
    """The applicant is told why not. Raises Refused when it was decided already."""
    _decide(application, Application.State.REFUSED, reason, by=by, now=now)
    _tell(application, now)


def _person(application: Application, by: Actor) -> User | None:
    """The account of the applicant, None when one has to be opened."""
    if not application.phone:
        raise Refused(_("报名时没有留手机，不能开账户。请本人带回执来登记，再用“安排人”任职。"))
    return appointing.account_of(application.phone, application.name or "", by=by)


def _decide(application: Application, state: str, reason: str, *, by: Actor, now: datetime) -> None:
    waiting = Application.objects.filter(pk=application.pk, state=Application.State.WAITING)
    if not waiting.update(state=state, reason=reason, decided_by=by.user_id, decided_at=now):
        raise Refused(_("这份报名已经有人答复过了。"))
    application.state, application.reason = state, reason
    audit.record(f"application.{state}", by=by, object_kind="application", object_id=application.pk, now=now)


def _tell(application: Application, now: datetime) -> None:
    title = on_record(
        gettext_lazy("您报名的%(post)s有了答复：%(state)s"),
        post=Role(application.opening.post.role).label,
        state=Application.State(application.state).label,
    )
    words = on_record(
        gettext_lazy("%(title)s。回执编号 %(number)s。%(reason)s"),
        title=title,
        number=pretty(application.number),
        reason=application.reason,
    )
    key, link = f"application.decided:{application.pk}", f"/openings/applications/{application.number}/"
    if application.user_id:
        outbox.tell(
            [application.user_id], kind="application.decided", title=title, words=words, link=link, key=key, now=now
        )
    if application.phone:
        outbox.send_to("sms", application.phone, "", words, key=key, now=now)
