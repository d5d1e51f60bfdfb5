"""The catalogues of the demonstration: two standards beside the local list, what communities do, who leads."""

from dataclasses import replace
from datetime import datetime, timedelta

from lastmeter.accounts.actors import system
from lastmeter.grid.models import Node, Unit
from lastmeter.grid.street import COUNTY, Street
from lastmeter.grid.tree import resolve_code
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.catalogue import duties, items, loading, mapping
from lastmeter.matters.catalogue.shipped import MAPPING, SHIPPED
from lastmeter.matters.models import Category, Duty

BODY = "江城区社区工作事项准入联席会议（虚构）"
RULE = "《广东省平安建设条例》第十条（网格工作事项实行清单管理）"
# Local category → who leads, who assists. Invented, like the street.
CHARGES = {
    "env-litter": ("城东环卫所", ()),
    "env-noise": ("城东街道综合执法队", ("城东派出所",)),
    "env-smoke": ("城东街道综合执法队", ()),
    "road-vendor": ("城东街道综合执法队", ("城东市场监督管理所",)),
    "road-parking": ("城东派出所", ("城东街道综合执法队",)),
    "safety-fire": ("城东消防救援站", ("城东街道综合执法队",)),
    "property-lift": ("城东市场监督管理所", ()),
    "livelihood-water": ("江城供水公司城东营业所", ()),
    "livelihood-power": ("城东供电所", ()),
    "livelihood-wage": ("城东人力资源和社会保障所", ()),
    "livelihood-school": ("江城区教育局", ()),
    "dispute-consumer": ("城东市场监督管理所", ()),
}


def set_up(street: Street, now: datetime) -> None:
    """Load the schemes with their mapping, approve a list for the county, write the duty list of the street."""
    by, today = system("demo"), now.astimezone(CHINA).date()
    for shipped in SHIPPED.values():
        # Not offered: the stories know the local list alone, and a demonstration explains itself with forty names.
        loading.load(shipped.path(), replace(shipped.ordered(today), offered=False), by=by, now=now)
    mapping.bring_in(MAPPING, whole=False, by=by, now=now)
    county = resolve_code(COUNTY)
    if county is not None:
        _approve(county, now)
    _charge(street.town, street.units, now)


def _approve(county: Node, now: datetime) -> None:
    by = system("demo")
    made = items.draft(county, by=by, now=now)
    items.rename(made, name=made.name, rule=RULE, by=by, now=now)
    since = now.astimezone(CHINA).date() - timedelta(days=1)
    items.approve(made, body=BODY, document="（演示）1 号", valid_from=since, by=by, now=now)


def _charge(town: Node, units: dict[str, Unit], now: datetime) -> None:
    local = dict(Category.objects.filter(scheme__code="local").values_list("code", "pk"))
    for code, (lead, assists) in CHARGES.items():
        for name in (lead, *assists):
            rank = Duty.Rank.LEAD if name == lead else Duty.Rank.ASSIST
            duties.assign(town, local[code], units[name], rank=rank, by=system("demo"), now=now)
