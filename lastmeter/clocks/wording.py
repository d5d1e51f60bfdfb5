"""A term, and how far a counting anew has come, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lastmeter.clocks.models import Measure, Recounting

DAY = 24  # hours


def said(amount: int, measure: str) -> str:
    """ "5 个工作日", "24 小时", "60 天": in the language that is active; whole days, from two on, are called days."""
    if measure == Measure.WORKING_DAYS:
        words = ngettext("%(amount)d 个工作日", "%(amount)d 个工作日", amount)
    elif measure == Measure.WORKING_HOURS:
        words = ngettext("%(amount)d 个工作小时", "%(amount)d 个工作小时", amount)
    elif amount > DAY and amount % DAY == 0:
        amount = amount // DAY
        words = ngettext("%(amount)d 天（自然日）", "%(amount)d 天（自然日）", amount)
    else:
        words = ngettext("%(amount)d 小时", "%(amount)d 小时", amount)
    return words % {"amount": amount}


def how_far(run: Recounting) -> str:
    """How far a counting anew has come, or what came of it, in the language that is active."""
    said = _("重新计算了在走的期限：看了 %(looked)d 个，改动 %(moved)d 个，每件的经过里都有记录。依据：%(why)s")
    if run.ended_at is None:
        said = _("正在重新计算在走的期限：%(total)d 个看了 %(looked)d 个，改动 %(moved)d 个。依据：%(why)s")
    return said % {"why": run.why, "looked": run.looked, "total": run.total, "moved": run.moved}
