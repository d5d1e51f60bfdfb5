"""`/matters/<number>/file.pdf`: one matter on paper for the file: facts, text, what happened; the requester masked."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lastmeter.accounts import audit
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.kit import downloads
from lastmeter.kit.fonts import NoFont
from lastmeter.kit.ids import pretty
from lastmeter.kit.masking import mask_words
from lastmeter.kit.paper import A4, BRAND, QUIET, Paper
from lastmeter.kit.zhtime import long_date
from lastmeter.matters import lifecycle
from lastmeter.matters.forms.acts import Setting
from lastmeter.matters.models import Matter
from lastmeter.matters.views.matter import facts
from lastmeter.matters.views.reach import matter_for

LEFT, WIDTH = 18, 174  # millimetres


@require_safe
@signed_in
def matter_pdf(request: Request, user: User, number: str) -> HttpResponse:
    """The file; whoever takes it leaves an audit entry. Without a Chinese font on the machine: the page to print."""
    matter, now = matter_for(request.actor, number), timezone.now()
    if request.method != "GET":
        raise Http404
    try:
        content = pdf(matter, facts(Setting(matter, request.actor)), user.name, now=now)
    except NoFont:
        return redirect("matter-print", matter.dossier.number)
    audit.record("matter.exported", by=request.actor, object_kind="dossier", object_id=matter.pk, now=now)
    return downloads.attachment(content, f"{matter.dossier.number}.pdf")


def pdf(matter: Matter, known: dict[str, Any], printed_by: str, *, now: datetime) -> bytes:
    """A4 pages of what the page of the matter shows (`facts`). Raises paper.NoFont."""
    dossier, language = matter.dossier, get_language() or ""
    foot = _("%(number)s · %(name)s 于 %(at)s 打印") % {
        "number": pretty(dossier.number), "name": printed_by, "at": long_date(now, language),
    }  # fmt: skip
    paper = Paper(A4, title=dossier.title, margin=LEFT, foot=foot)
    paper.add_page()
    step = _(lifecycle.BY_NAME[dossier.step].word)
    paper.words(f"{pretty(dossier.number)} · {step}", (LEFT, 15, WIDTH), size=10, colour=QUIET)
    bottom = paper.words(mask_words(dossier.title), (LEFT, 20, WIDTH), size=18, smallest=12, lines=3, bold=True)
    paper.rule(LEFT, bottom + 1.5, 14, thick=0.9, colour=BRAND)
    paper.set_y(bottom + 5)
    paper.rows([_("项目"), _("内容")], _facts(matter, known, language), (24, 150), size=10)
    paper.set_y(paper.get_y() + 6)
    story = [[long_date(line.at, language), line.title, line.who, mask_words(line.words)] for line in known["lines"]]
    paper.rows([_("时间"), _("事情"), _("谁"), _("内容")], story, (38, 26, 34, 76))
    return paper.finished(now)


def _facts(matter: Matter, known: dict[str, Any], language: str) -> list[list[str]]:
    asker, held = known["requester"], matter.unit or matter.handler
    return [
        [_("内容"), mask_words(matter.text)],
        [_("登记时间"), long_date(matter.dossier.opened_at, language)],
        [_("来源"), str(matter.get_source_display())],
        [_("类别"), matter.category.label if matter.category else "—"],
        [_("诉求人"), f"{asker.masked_name} {asker.masked_phone}".strip() if asker else _("未留姓名和电话")],
        [_("地点"), mask_words(known["place"])],
        [_("承办"), held.name if held else "—"],
        *([str(each.name), long_date(each.deadline.due_at, language)] for each in known["promised"]),
    ]
