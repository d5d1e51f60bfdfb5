"""A term, and how far a counting anew has come, in words."""

from django.utils.translation import gettext as _

from lastmeter.clocks.models import Measure, Recounting


def said(amount: int, measure: str) -> str:
    """ "5 个工作日", "24 小时" — in the language that is active."""
    if measure == Measure.WORKING_DAYS:
        return _("%(amount)d 个工作日") % {"amount": amount}
    if measure == Measure.WORKING_HOURS:
        return _("%(amount)d 个工作小时") % {"amount": amount}
    return _("%(amount)d 小时") % {"amount": amount}


def how_far(run: Recounting) -> str:
    """How far a counting anew has come, or what came of it, in the language that is active."""
    values = {"why": run.why, "looked": run.looked, "total": run.total, "moved": run.moved}
    if run.ended_at is None:
        return _("正在重新计算在走的期限：%(total)d 个看了 %(looked)d 个，改动 %(moved)d 个。依据：%(why)s") % values
    return (
        _("重新计算了在走的期限：看了 %(looked)d 个，改动 %(moved)d 个，每件的经过里都有记录。依据：%(why)s") % values
    )
