"""A term in words."""

from django.utils.translation import ngettext

from lastmeter.clocks.models import Measure

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
