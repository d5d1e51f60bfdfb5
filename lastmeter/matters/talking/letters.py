"""待寄信件: what goes out on paper, drawn for a window envelope, and the mark that it went."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.kit import ids, zhtime
from lastmeter.kit.masking import mask_name
from lastmeter.kit.paper import A4, BRAND, LINE, QUIET, Paper
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Grievance, Letter, Matter, Requester
from lastmeter.matters.policy import DESKS, NotAllowed
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import grievances
from lastmeter.matters.tracking import tracking_code

MOST_PRINTED = 100
POSTCODE = re.compile(r"(?<!\d)(\d{6})(?!\d)")
# An A4 sheet folded in three goes into a DL envelope (110 × 220 mm); its window shows this box of the sheet.
WINDOW = (25.0, 48.0, 80.0)  # left, top, width; at most 36 mm high
FOLDS = (99.0, 198.0)


def letters(actor: Actor, *, done: bool = False) -> "QuerySet[Letter]":
    """The letters of the ground where the actor keeps a desk: those still to go, or those that went.

    The answer to a complaint about the handling is posted by the desk that gave it, not by the one complained about.
    """
    answered = Grievance.objects.filter(grievances.seen_from(actor), matter=OuterRef("message__matter"))
    theirs = ~Q(message__occasion="grievance_answered") | Q(Exists(answered))
    here = scope.inside(scope.grounds(actor, DESKS), "message__matter__dossier__path")
    shown = ("message__matter__dossier", "message__matter__requester", "done_by")
    return Letter.objects.filter(here, theirs, done_at__isnull=not done).select_related(*shown)


def envelope(letter: Letter) -> str:
    """To whom, masked: what a list shows."""
    requester: Requester | None = getattr(letter.message.matter, "requester", None)
    return mask_name(requester.name) if requester and requester.name else _("未留称呼")


@transaction.atomic
def address(letter: Letter, *, where: str, by: Actor, now: datetime) -> None:
    """Write down where to; kept with the requester too, for the next letter. Raises NotAllowed."""
    _require(letter, by)
    Letter.objects.filter(pk=letter.pk, done_at=None).update(address=where or None)
    Requester.objects.filter(pk=letter.message.matter_id, erased_at=None).update(address=where or None)
    audit.record("letter.addressed", by=by, object_kind="dossier", object_id=letter.message.matter_id, now=now)


@transaction.atomic
def mark(letter: Letter, *, how: Letter.How, on: date, by: Actor, now: datetime) -> None:
    """It went out, that day, in that way. Raises NotAllowed, and Overtaken when somebody has marked it already."""
    _require(letter, by)
    marked = Letter.objects.filter(pk=letter.pk, done_at=None)
    if not marked.update(how=how, done_on=on, done_by=by.user_id, done_at=now):
        raise Overtaken(_("这封信刚才已经有人标过了。"))
    audit.record("letter.sent", by=by, object_kind="dossier", object_id=letter.message.matter_id, now=now)


def _require(letter: Letter, by: Actor) -> None:
    if not scope.holds(by, DESKS, letter.message.matter.dossier.path):
        raise NotAllowed(_("您现在的岗位不能做这一步。"))


def print_letters(found: Sequence[Letter], *, by: Actor, now: datetime) -> bytes:
    """The letters as one PDF, each on its own sheet; an audit entry for each. Raises paper.NoFont."""
    audit.record_many(
        [
            audit.Row(kind="letter.printed", by=by, object_kind="dossier", object_id=each.message.matter_id, now=now)
            for each in found
        ]
    )
    paper = Paper(A4, title=on_record(_("信件")), margin=25)
    for each in found:
        _draw(paper, each, now)
    return paper.finished(now)


def _draw(paper: Paper, letter: Letter, now: datetime) -> None:
    matter: Matter = letter.message.matter
    requester: Requester | None = getattr(matter, "requester", None)
    name = (requester.name if requester else "") or ""
    paper.add_page()
    sender = settings.OWNER or on_record(_("网格服务"))
    paper.words(sender, (25, 18, 160), size=15, smallest=10, bold=True)
    paper.rule(25, 27, 14, thick=0.9, colour=BRAND)
    _window(paper, letter.address or "", name, sender)
    for fold in FOLDS:
        paper.rule(4, fold, 4, colour=LINE)
    date_line = f"{zhtime.china(now):%Y-%m-%d} · {ids.pretty(matter.dossier.number)}"
    paper.words(date_line, (25, 92, 160), size=10, colour=QUIET, align="R")
    hello = on_record(_("%(name)s：您好！"), name=name) if name else on_record(_("您好！"))
    bottom = paper.words(hello, (25, 104, 160), size=12)
    bottom = paper.paragraphs(letter.message.words or "", (25, bottom + 3, 160), size=12)
    _how_to_look(paper, matter, bottom + 8)


def _window(paper: Paper, where: str, name: str, sender: str) -> None:
    """The sender in small print, then postcode, address and name as they stand on an envelope."""
    left, top, width = WINDOW
    paper.words(sender, (left, top - 5, width), size=7, smallest=6, colour=QUIET)
    paper.rule(left, top - 1.5, width, thick=0.15)
    code = POSTCODE.search(where)
    street = POSTCODE.sub("", where).strip(" ，,") if code else where
    top = paper.words(code[1] if code else "", (left, top, width), size=12) if code else top
    top = paper.words(street, (left, top + 1, width), size=12, smallest=9, lines=3) if street else top
    paper.words(on_record(_("%(name)s（收）"), name=name) if name else "", (left, top + 1, width), size=12, bold=True)


def _how_to_look(paper: Paper, matter: Matter, top: float) -> None:
    """Number and code, where they are typed in, and whom to call."""
    number, link = matter.dossier.number, f"{settings.SITE_URL}/m/{matter.dossier.number}/"
    high = 34
    if top + high > A4[1] - 20:
        paper.add_page()
        top = 25
    paper.rule(25, top, 160)
    paper.qr(link, 25, top + 5, 26)
    code = tracking_code(matter.dossier.client, matter.dossier.client_ref)
    lines = [
        on_record(_("编号 %(number)s　查询码 %(code)s"), number=ids.pretty(number), code=code),
        on_record(_("查进度、补充、评价、要求重办：打开下面的网址，输入查询码；")),
        link,
        on_record(_("也可以打网格员电话或 12345，报编号就行。")),
    ]
    if settings.OWNER_CONTACT:
        lines.append(settings.OWNER_CONTACT)
    top += 6
    for number_of_line, line in enumerate(lines):
        top = paper.words(line, (56, top, 129), size=11 if number_of_line == 0 else 9.5, smallest=8, lines=2,
                          bold=number_of_line == 0) + 1  # fmt: skip
