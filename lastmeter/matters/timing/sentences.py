"""What a changed date is called in a matter's story: stored in the language of the installation."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.clocks.recount import Moved
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import long_date
from lastmeter.matters.promises import WORK


def on_date(sentence: str | Promise, moment: datetime, **values: object) -> str:
    """A sentence with a date in it (`%(date)s`)."""
    return on_record(sentence, date=long_date(moment, settings.LANGUAGE_CODE), **values)


def moved_to(moved: Iterable[Moved]) -> str:
    """To which date the fix deadline has moved; nothing when it stays."""
    dates = [each.after for each in moved if each.kind in WORK]
    return on_date(_("办结期限改到 %(date)s。"), dates[0]) if dates else ""


def from_to(name: str, before: datetime, after: datetime, why: str) -> str:
    """The old date and the new one of what is called so, and why."""
    said_before = long_date(before, settings.LANGUAGE_CODE)
    return on_date(_("%(name)s由 %(before)s 改到 %(date)s：%(why)s"), after, before=said_before, name=name, why=why)


def joined(*parts: str) -> str:
    """The parts that say something, one a line."""
    return "\n".join(part for part in parts if part)
