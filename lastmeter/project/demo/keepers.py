"""What those who keep rules, words, lists and figures have done in the demonstration, each through the act of its page.

There is a post at the county too: it keeps the list of what communities may be asked, and hears complaints about the
street.
"""

from datetime import date, datetime, timedelta

from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import User
from lastmeter.clocks.models import Limit, Measure
from lastmeter.grid.models import Node, Role
from lastmeter.grid.staff import appointing
from lastmeter.grid.street import COUNTY, Street
from lastmeter.grid.tree import resolve_code
from lastmeter.insight import publishing
from lastmeter.insight.rules import Month
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import items
from lastmeter.matters.intake import FIX
from lastmeter.matters.models import Cap, Item, Profile
from lastmeter.matters.rulebook import setting
from lastmeter.matters.talking import templates
from lastmeter.matters.talking.occasions import OCCASIONS

COUNTY_NAME, COUNTY_PHONE = "沈知节", "19900009702"
RULING = "城东街道办〔演示〕3 号"
PUBLISHED = 2  # months


def take_office(now: datetime) -> User | None:
    """Somebody dispatches for the county; None where the tree has no such county."""
    county, by = resolve_code(COUNTY), system("demo")
    if county is None:
        return None
    post = appointing.open_post(county, role=Role.DISPATCHER, public_phone=COUNTY_PHONE, by=by, now=now)
    since = now.astimezone(CHINA).date() - timedelta(days=200)
    return appointing.appoint_person(post, None, COUNTY_NAME, COUNTY_PHONE, since=since, by=by, now=now).user


def set_up(street: Street, county: User | None, now: datetime) -> None:
    """The street has written rules, words and figures; the county drafts the next list."""
    dispatcher = Actor.of(street.people["dispatcher"])
    _rules(street.town, dispatcher, now)
    sms = OCCASIONS["reported"].shipped("sms")
    templates.write(
        node=street.town, occasion="reported", way="sms", words=f"{sms}急事请打社区值班电话。", by=dispatcher, now=now
    )
    month = Month.of(now)
    for _back in range(PUBLISHED):
        month = month.before
        publishing.publish(street.town, month, by=dispatcher, now=now)
    if county is not None:
        _draft(Actor.of(county), now)


def _rules(town: Node, by: Actor, now: datetime) -> None:
    """The street is quicker than the city from next month on, and takes a matter back less often from today on."""
    today = now.astimezone(CHINA).date()
    dated = {"node": town, "basis": RULING, "valid_from": today}
    soon = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    quicker = Limit(kind=FIX, amount=4, measure=Measure.WORKING_DAYS, warn_share=75, **(dated | {"valid_from": soon}))
    setting.put(quicker, by=by, now=now)
    setting.put(Cap(kind=Cap.Kind.REOPENINGS, profile=Profile.HOTLINE, most=2, **dated), by=by, now=now)


def _draft(by: Actor, now: datetime) -> None:
    """The next version of the list, with one line changed, waits for its approval."""
    county = resolve_code(COUNTY)
    if county is None:
        return
    draft = items.draft(county, name="江城区社区工作事项清单（下一版草稿）", by=by, now=now)
    line = Item.objects.filter(list=draft, asked=Item.Asked.ASSIST).order_by("pk").first()
    if line is not None:
        line.work = "协助通知到户；入户检查由主办单位自己去。"
        items.put(draft, line, by=by, now=now)
