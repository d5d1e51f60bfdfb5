"""Loading the two standards, finding one of 900 categories, what a dispatch pays for the list and for the duties."""

import statistics
import time
from collections.abc import Callable

from bench.ground import Row, prepare

ASKED = 400


def run() -> list[Row]:
    """Load, find by two characters and by two letters, propose, refuse; p50 and p95 of one process."""
    prepare()
    from django.utils import timezone

    from lastmeter.accounts.actors import system
    from lastmeter.grid.models import Level, Node, Unit, UnitKind
    from lastmeter.matters.catalogue import community, duties, finding, items, loading, mapping
    from lastmeter.matters.catalogue.shipped import MAPPING, SHIPPED
    from lastmeter.matters.defaults import plant_defaults
    from lastmeter.matters.models import Category

    by, now, today = system("bench"), timezone.now(), timezone.localdate()
    county = Node.objects.get(level=Level.COUNTY)
    plant_defaults(county, today=today)
    begun = time.perf_counter()
    for one in SHIPPED.values():
        loading.load(one.path(), one.ordered(today), by=by, now=now)
    loaded = time.perf_counter() - begun
    mapping.bring_in(MAPPING, whole=False, by=by, now=now)
    draft = items.draft(county, by=by, now=now)
    items.approve(draft, body="bench", document="", valid_from=today, by=by, now=now)
    deep = Node.objects.filter(level__gte=Level.COMMUNITY).order_by("-path")[0]
    office = Unit.objects.create(node=county, name="所", kind=UnitKind.DEPARTMENT)
    hall = Unit.objects.create(node=deep, name="居委会", kind=UnitKind.OFFICE)
    local = list(Category.objects.filter(scheme__code="local"))
    for category in local:
        duties.assign(county, category.pk, office, rank="lead", by=by, now=now)
    everything = list(finding.everything().values())
    other = [each.id for each in everything if each.scheme == "db44t2479"][:ASKED]

    def refuse(number: int) -> object:
        return community.why_not(path=deep.path, category_id=other[number % len(other)], unit=hall, by=by, today=today)

    return [
        {"name": "loading 628 and 418 categories", "ours": f"{loaded:.2f} s", "asked": "beside"},
        _row("two characters", lambda n: finding.find(everything[n].name[:2], everything)),
        _row("two letters of pinyin", lambda n: finding.find(everything[n].letters[:2], everything)),
        _row("who leads, by mapping", lambda n: duties.propose(deep.path, other[n % len(other)], today)),
        _row("whether a community may be asked", refuse),
    ]


def _row(name: str, work: Callable[[int], object]) -> Row:
    taken = []
    for number in range(ASKED):
        begun = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - begun) * 1000)
    p95 = statistics.quantiles(taken, n=20)[-1]
    return {"name": name, "ours": f"p50 {statistics.median(taken):.2f} ms, p95 {p95:.2f} ms", "asked": "≤ 1 s a pick"}
