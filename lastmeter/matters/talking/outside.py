"""外部单位答复: a firm without an account is asked by mail and answers by a signed link that ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import attachments
from lastmeter.kit import ids, zhtime
from lastmeter.kit.masking import mask_words
from lastmeter.kit.text import on_record
from lastmeter.kit.uploads import Photo
from lastmeter.matters import policy
from lastmeter.matters.models import Matter, OutsideAnswer, OutsideLink
from lastmeter.matters.steps import Overtaken, tell_story
from lastmeter.matters.talking import tell
from lastmeter.notices import outbox, states
from lastmeter.notices.states import State

SALT = "lastmeter outside answer"
MOST_OPEN = 5
EMAIL_KEPT = timedelta(days=90)


class Closed(Exception):
    """The link does not open (any more); `str()` is a sentence for whoever holds it. `gone`: it once did."""

    def __init__(self, sentence: str, *, gone: bool) -> None:
        super().__init__(sentence)
        self.gone = gone


@transaction.atomic
def invite(
    matter: Matter, *, firm: str, email: str, request: str, until: datetime, with_photos: bool, by: Actor, now: datetime
) -> OutsideLink:
    """Ask a firm by mail. Raises NotAllowed, Overtaken for an ended matter or when five links are open already."""
    policy.require(by, "outside", matter)
    if not matter.dossier.is_open:
        raise Overtaken(_("这件事已经结束，不能再请外部单位答复。"))
    if OutsideLink.objects.filter(matter=matter, revoked_at=None, until__gt=now).count() >= MOST_OPEN:
        raise Overtaken(_("这件事已有 %(most)d 个有效的链接，请先停用不要的。") % {"most": MOST_OPEN})
    link = OutsideLink.objects.create(
        matter=matter, firm=firm, email=email, request=request, until=until, with_photos=with_photos,
        by_id=by.user_id, at=now,
    )  # fmt: skip
    words = on_record(_("请%(firm)s答复：%(request)s"), firm=firm, request=request)
    tell_story(matter, "outside_asked", words, by=by, now=now)
    audit.record("outside.invited", by=by, object_kind="outside_link", object_id=link.pk, now=now)
    subject = on_record(_("请答复：%(title)s"), title=mask_words(matter.dossier.title))
    outbox.send_to("email", email, subject, _mail(link), key=link.key, now=now)
    return link


def _mail(link: OutsideLink) -> str:
    return on_record(
        _(
            "%(firm)s：\n\n%(owner)s请您单位答复下面这件事（编号 %(number)s）：\n\n%(request)s\n\n"
            "不用注册，打开链接就能写，可以传照片；%(until)s前可以多次补充：\n%(address)s\n\n"
            "这个链接只给您单位，请不要转发到单位以外。"
        ),
        firm=link.firm,
        owner=settings.OWNER or on_record(_("网格服务")),
        number=ids.pretty(link.matter.dossier.number),
        request=link.request,
        until=zhtime.long_date(link.until, settings.LANGUAGE_CODE),
        address=address(link),
    )


def address(link: OutsideLink) -> str:
    """The whole address that opens the link."""
    return settings.SITE_URL + reverse("outside", args=[token(link)])


def token(link: OutsideLink) -> str:
    """Which link and until when, signed: nobody can make one up, or make one last longer."""
    return signing.dumps([link.pk, int(link.until.timestamp())], salt=SALT)


def open_link(text: str, *, now: datetime) -> OutsideLink:
    """The link of a token. Raises Closed with the sentence that says why it does not open."""
    try:
        pk, until = signing.loads(text, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        raise Closed(_("这个链接不完整，或者被改动过。请从邮件里把整个链接复制过来再打开。"), gone=False) from None
    rows = OutsideLink.objects.select_related("matter__dossier__community", "matter__category")
    link = rows.filter(pk=pk).first()
    if link is None or int(link.until.timestamp()) != until:
        raise Closed(_("这个链接不完整，或者被改动过。请从邮件里把整个链接复制过来再打开。"), gone=False)
    if link.revoked_at:
        raise Closed(_("发出链接的单位已经把它停用了。还要答复，请联系他们另发一个。"), gone=True)
    if now >= link.until:
        at = zhtime.long_date(link.until, settings.LANGUAGE_CODE)
        raise Closed(_("这个链接已在 %(at)s 到期。还要答复，请联系发邮件的单位另发一个。") % {"at": at}, gone=True)
    if not link.matter.dossier.is_open:
        raise Closed(_("这件事已经办结，不用再答复了。谢谢。"), gone=True)
    return link


@transaction.atomic
def opened(link: OutsideLink, *, client: str, now: datetime) -> None:
    """Note that it was opened for the first time."""
    if OutsideLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=now):
        by = Actor.visitor(client)
        audit.record("outside.opened", by=by, object_kind="outside_link", object_id=link.pk, now=now)


def answer(
    link: OutsideLink, *, text: str, photos: Sequence[Photo] = (), client_ref: str, client: str, now: datetime
) -> bool:
    """Take the firm's answer: an event, its photos, a notice to desk and handler. False for one that came before.

    Raises Closed when the link was withdrawn or the matter ended meanwhile.
    """
    by = Actor.visitor(client)
    files = attachments.keep_files(photos)
    with transaction.atomic():
        OutsideLink.objects.select_for_update().get(pk=link.pk)  # two taps at once come one after the other
        link = open_link(token(link), now=now)
        if OutsideAnswer.objects.filter(link=link, client_ref=client_ref).exists():
            return False
        words = on_record(_("%(firm)s：%(text)s"), firm=link.firm, text=text)
        told = tell_story(link.matter, "outside_answered", words, by=by, now=now)
        attachments.attach(told, photos, files, by=by, now=now)
        OutsideAnswer.objects.create(link=link, client_ref=client_ref, event=told, at=now)
        audit.record("outside.answered", by=by, object_kind="outside_link", object_id=link.pk, now=now)
        title = gettext_lazy("外部单位已答复")
        tell.desk([link.matter], "outside_answered", title, by=by, now=now)
        if link.matter.unit_id or link.matter.handler_id:
            tell.assigned([link.matter], "outside_answered", title, by=by, now=now)
    return True


@transaction.atomic
def revoke(link: OutsideLink, *, by: Actor, now: datetime) -> None:
    """Withdraw a link at once. Raises NotAllowed, and Overtaken when it is withdrawn already."""
    policy.require(by, "outside", link.matter)
    if not OutsideLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now, revoked_by=by.user_id):
        raise Overtaken(_("这个链接已经停用。"))
    tell_story(link.matter, "outside_revoked", link.firm, by=by, now=now)
    audit.record("outside.revoked", by=by, object_kind="outside_link", object_id=link.pk, now=now)


@dataclass(frozen=True, slots=True)
class Asked:
    """A link as the staff page shows it; `mail` is None where this installation sends no mail."""

    link: OutsideLink
    state: State
    mail: State | None
    answers: int
    running: bool
    address: str


def asked(matter: Matter, now: datetime) -> list[Asked]:
    """The links of a matter, newest first: two queries, one where there are none."""
    rows = list(OutsideLink.objects.filter(matter=matter.pk).order_by("-pk").prefetch_related("answers"))
    sent = states.deliveries(each.key for each in rows) if rows else {}
    found = []
    for each in rows:
        mail = states.of_delivery(sent[each.key], now) if each.key in sent else None
        running = not each.revoked_at and now < each.until
        answers = len(each.answers.all())
        found.append(Asked(each, _state(each, answers, now), mail, answers, running, address(each) if running else ""))
    return found


def _state(link: OutsideLink, answers: int, now: datetime) -> State:
    if link.revoked_at:
        return State(_("已停用"), "mute", link.revoked_at)
    if answers:
        return State(_("已答复"), "ok")
    if now >= link.until:
        return State(_("到期未答复"), "bad", link.until)
    return State(_("已打开"), "info", link.opened_at) if link.opened_at else State(_("等对方答复"), "warn")


def forget(now: datetime) -> int:
    """Delete the addresses of firms whose link ended 90 days ago; returns how many."""
    return OutsideLink.objects.filter(until__lt=now - EMAIL_KEPT, email__isnull=False).update(email=None)
