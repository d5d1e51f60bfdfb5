"""志愿服务证明 on A4: who, how long, for what, from whom; a QR code leads to the page that says whether it holds."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lastmeter.kit.ids import pretty
from lastmeter.kit.paper import A4, BRAND, QUIET, Paper
from lastmeter.kit.zhtime import long_date
from lastmeter.volunteers.models import Certificate, Stint

LEFT, WIDTH, QR = 22, 166, 30  # millimetres


def hours(halves: int) -> str:
    """Half hours as hours: 3, 2.5."""
    return f"{halves / 2:g}"


def pdf(certificate: Certificate, stints: list[Stint], *, now: datetime) -> bytes:
    """The content that the opinion of 2015 asks for; number of the identity card and seal are put in by hand.

    Raises fonts.NoFont.
    """
    language, number = get_language() or "", pretty(certificate.number)
    paper = Paper(A4, title=_("志愿服务证明"), margin=LEFT, foot=number)
    paper.add_page()
    paper.words(_("志愿服务证明"), (LEFT, 24, WIDTH), size=24, bold=True, align="C")
    paper.rule(LEFT, 40, WIDTH, thick=0.6, colour=BRAND)
    words = _("%(name)s 从 %(since)s 到 %(until)s 参加志愿服务，共计 %(hours)s 小时，特此证明。") % {
        "name": certificate.name, "since": long_date(certificate.since, language),
        "until": long_date(certificate.until, language), "hours": hours(certificate.halves),
    }  # fmt: skip
    bottom = paper.paragraphs(words, (LEFT, 48, WIDTH), size=13)
    bottom = paper.paragraphs(_("身份证件类型和号码：＿＿＿＿＿＿＿＿＿＿＿＿"), (LEFT, bottom + 3, WIDTH), size=11)
    paper.set_y(bottom + 5)
    served = [(long_date(each.starts_at, language), each.call.title, hours(each.halves)) for each in stints]
    paper.rows([_("日期"), _("服务内容"), _("小时")], served, (50, 90, 20), size=10)
    lines = (
        _("证明编号：%(said)s") % {"said": number},
        _("出具单位：%(said)s（盖章）") % {"said": certificate.node.name},
        _("经办人：%(said)s") % {"said": certificate.handler},
        _("负责人：＿＿＿＿＿＿　联系电话：＿＿＿＿＿＿"),
        _("出具日期：%(said)s") % {"said": long_date(certificate.at, language)},
    )
    top = paper.get_y() + 10
    if top + 60 > paper.h:
        paper.add_page()
        top = paper.get_y()
    paper.qr(address(certificate), LEFT, top, QR)
    paper.words(_("扫码核验"), (LEFT, top + QR + 2, QR), size=9, colour=QUIET, align="C")
    paper.paragraphs("\n".join(lines), (LEFT + QR + 12, top, WIDTH - QR - 12), size=11)
    return paper.finished(now)


def address(certificate: Certificate) -> str:
    """Where anybody can check it."""
    return settings.SITE_URL + reverse("certificate", args=[certificate.number])
