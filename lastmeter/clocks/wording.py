"""A term in words."""

from django.utils.translation import gettext as _

from lastmeter.clocks.models import Measure


def said(amount: int, measure: str) -> str:
    """ "5 个工作日", "24 小时" — in the language that is active."""
    if measure == Measure.WORKING_DAYS:
        return _("%(amount)d 个工作日") % {"amount": amount}
    if measure == Measure.WORKING_HOURS:
        return _("%(amount)d 个工作小时") % {"amount": amount}
    return _("%(amount)d 小时") % {"amount": amount}
