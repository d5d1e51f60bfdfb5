"""Work lists of 1,000,000 matters: combinations of filters, two-character search, 10,000 at once, one page."""

import csv
import os
import random
import time
from pathlib import Path
from typing import Any

from bench import ground

SIZE = 1_000_000
COMMUNITIES, GRIDS_EACH, UNITS, TOPS, BELOW = 10, 10, 40, 14, 12
TEXTS = 20_000  # distinct words; real ones, from the appeals of LASTMETER_TEST_DATA
# Steps as a lived-in installation has them: 4 % open, most archived. (step, open, share in ten thousand)
STEPS = (
    ("reported", True, 100), ("filed", True, 50), ("dispatched", True, 40), ("signed", True, 30),
    ("handling", True, 100), ("replied", True, 50), ("verifying", True, 20), ("closed", False, 400),
    ("revisited", False, 300),
    ("rated", False, 1000), ("merged", False, 200), ("diverted", False, 200), ("rejected", False, 100),
    ("withdrawn", False, 100), ("archived", False, 7310),
)  # fmt: skip
FILL = """
INSERT INTO dossiers_dossier
  (kind, number, title, step, is_open, due_at, opened_at, updated_at, version, closed_circle, node_then_id, node_id,
   path, city_id, county_id, town_id, community_id, grid_id, place, lon, lat, client, client_ref)
SELECT 'matter', 'L' || lpad(n::text, 9, '0'), t.title, s.step, s.open,
       CASE WHEN s.open THEN now() + ((random() * 30000)::int - 6000) * interval '1 minute' END,
       now() - (1000000 - n) * interval '1 minute', now() - (1000000 - n) * interval '1 minute', 1, false, p.node_id,
       p.node_id, p.path, p.city_id, p.county_id, p.town_id, p.community_id, p.grid_id, t.place,
       113.96 + random() * 0.02, 22.85 + random() * 0.02, 'bench', n::text
FROM (SELECT n, random() AS spot, random() AS at, random() AS words FROM generate_series(1, %(size)s::int) AS n) AS g
JOIN bench_place AS p ON p.at = floor(g.spot * g.spot * %(places)s::int)
JOIN bench_step AS s ON g.at * 10000 >= s.start AND g.at * 10000 < s.stop
JOIN bench_text AS t ON t.at = floor(g.words * %(texts)s::int)
ORDER BY n
"""
MATTERS = """
INSERT INTO matters_matter (dossier_id, text, source, source_number, profile, profile_by_hand, category_id, urgency,
                            desk_level, found_at, unit_id, handler_id)
SELECT d.id, t.text, (ARRAY['web','plate','patrol','patrol','phone','phone','phone','counter','message','import'])
         [1 + floor(random() * 10)::int], '',
       CASE WHEN random() < 0.15 THEN 'self' ELSE 'grid' END, false,
       c.id, CASE WHEN random() < 0.01 THEN 'emergency' WHEN random() < 0.06 THEN 'urgent' ELSE 'normal' END,
       CASE WHEN random() < 0.7 THEN 5 WHEN random() < 0.5 THEN 4 ELSE 6 END, d.opened_at,
       CASE WHEN d.step NOT IN ('reported', 'filed', 'merged', 'diverted', 'rejected') AND g.whom < 0.8 THEN u.id END,
       CASE WHEN d.step NOT IN ('reported', 'filed', 'merged', 'diverted', 'rejected') AND g.whom >= 0.8
            THEN %(worker)s::bigint END
FROM (SELECT id, step, opened_at, title, random() AS cat, random() AS whom, random() AS which
      FROM dossiers_dossier) AS d
JOIN LATERAL (SELECT d.whom) AS g ON true
JOIN bench_category AS c ON c.at = floor(d.cat * d.cat * %(categories)s::int)
JOIN bench_unit AS u ON u.at = floor(d.which * d.which * %(units)s::int)
JOIN bench_title AS t ON t.title = d.title
ORDER BY d.id
"""
REST = (
    """INSERT INTO dossiers_searchtext (dossier_id, tokens)
       SELECT d.id, t.tokens FROM dossiers_dossier AS d JOIN bench_title AS t ON t.title = d.title ORDER BY d.id""",
    """INSERT INTO dossiers_access (dossier_id, unit_id, role, since)
       SELECT dossier_id, unit_id, 'handler', found_at FROM matters_matter WHERE unit_id IS NOT NULL""",
    """INSERT INTO matters_assignment (matter_id, unit_id, user_id, request, at)
       SELECT m.dossier_id, m.unit_id, m.handler_id, '', m.found_at FROM matters_matter AS m
       JOIN dossiers_dossier AS d ON d.id = m.dossier_id
       WHERE d.is_open AND (m.unit_id IS NOT NULL OR m.handler_id IS NOT NULL)""",
    """INSERT INTO matters_closure (matter_id, outcome, words, cause, reason, decided_by, despite, at)
       SELECT id, (ARRAY['solved','solved','solved','partly','explained','explained','not_ours','impossible'])
                  [1 + floor(random() * 8)::int], '', '', '', '', '', opened_at + random() * interval '10 days'
       FROM dossiers_dossier WHERE step IN ('closed', 'revisited', 'rated', 'archived') ORDER BY id""",
    """INSERT INTO matters_rating (matter_id, score, solved, words, at)
       SELECT id, CASE WHEN random() < 0.7 THEN 3 WHEN random() < 0.6 THEN 2 ELSE 1 END, random() < 0.9, '', updated_at
       FROM dossiers_dossier WHERE step = 'rated' OR step = 'archived' AND random() < 0.3 ORDER BY id""",
    """INSERT INTO clocks_deadline (dossier_id, kind, leg, started_at, warn_at, due_at, state, rung)
       SELECT id, 'fix', '', opened_at, GREATEST(opened_at, due_at - interval '2 days'), GREATEST(opened_at, due_at),
              'running', 0
       FROM dossiers_dossier WHERE is_open""",
)
WRITING = ("dossiers_access", "matters_matter", "matters_closure", "matters_rating")


def run() -> list[ground.Row]:
    """Fill, then measure each."""
    fill()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests import cast

    town, rows = cast.load(), []
    combos: list[float] = []
    searches: list[float] = []
    most = 0
    for who in ("dispatcher", "clerk", "handler"):
        client = Client()
        client.force_login(town.users[who])
        client.get("/queue/", HTTP_HOST="127.0.0.1")
        for address in _addresses(town.users[who], 60):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                combos.append(_timed(client, address))
            most = max(most, len(queries))
        searches += [_timed(client, f"/queue/?q={word}") for word in _pairs(40)]
    rows.append(_row("work list, any filters, page p95", _share(combos, 0.95), "≤ 60 ms", _share(combos, 0.5)))
    rows.append(_row("two-character search, page p95", _share(searches, 0.95), "≤ 80 ms", _share(searches, 0.5)))
    rows.append({"name": "queries of a list, most", "ours": str(most), "asked": "≤ 15"})
    return [*rows, *_one_page(town), *_bulk(town)]


def _row(name: str, took: float, asked: str, half: float) -> ground.Row:
    load = f"p50 {half:.1f} ms, load {os.getloadavg()[0]:.1f}"
    return {"name": name, "ours": f"{took:.1f} ms", "theirs": load, "asked": asked}


def _share(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def _timed(client: Any, address: str, **headers: str) -> float:
    start = time.perf_counter()
    answer = client.get(address, HTTP_HOST="127.0.0.1", **headers)
    assert answer.status_code in (200, 302), address
    return (time.perf_counter() - start) * 1000


def _addresses(user: Any, count: int) -> list[str]:
    """Lists as this person can click them together: a shelf and one to four filters that are offered on it."""
    from lastmeter.accounts.actors import Actor
    from lastmeter.matters.lists import choosing, filters
    from lastmeter.matters.lists.shelves import SHELVES

    actor, chance = Actor.of(user), random.Random(11)  # noqa: S311 - the same lists each time
    made: list[str] = []
    while len(made) < count:
        shelf = chance.choice(list(SHELVES))
        asked: dict[str, Any] = {}
        offered = [name for name, row in filters.table().items() if name != "words" and row.fits(shelf)]
        for name in chance.sample(offered, chance.randint(1, 4)):
            if found := choosing.choices(name, actor, filters.Filters(step=shelf)):
                asked[name] = chance.choice(found)[0]
        made.append("/queue/" + filters.Filters(step=shelf, **asked).query())
    return made


def _pairs(count: int) -> list[str]:
    """Pairs of characters as they occur in titles: frequent ones come often."""
    from lastmeter.dossiers.models import Dossier
    from lastmeter.kit.text import bigrams

    titles = Dossier.objects.filter(pk__gt=SIZE - 4000).values_list("title", flat=True)
    pairs = [pair for title in titles for pair in bigrams(title) if len(pair) == 2 and not pair.isascii()]
    return random.Random(5).sample(pairs, count)  # noqa: S311 - the same words each time


def _one_page(town: Any) -> list[ground.Row]:
    from django.test import Client
    from django.utils import timezone

    from lastmeter.accounts.actors import Actor
    from lastmeter.matters import intake
    from lastmeter.matters.models import Source

    client = Client()
    client.force_login(town.users["dispatcher"])
    node = town.nodes["grid"].pk  # filed through the door: the numbers of the others have no check character
    reports = [
        intake.Report(text=f"井盖松动 {n}", source=Source.WEB, client_ref=f"one{n}{time.time()}", node_id=node)
        for n in range(60)
    ]
    taken = intake.take_in(reports, by=Actor.visitor("b"), client="b", now=timezone.now(), quiet=True)
    numbers = [each.number for each in taken if isinstance(each, intake.Taken)]
    ways: tuple[tuple[str, str, dict[str, str], str], ...] = (
        ("one matter opened in its list", "?step=waiting", {"HTTP_HX_REQUEST": "true"}, "≤ 25 ms"),
        ("one matter by itself", "", {}, "≤ 25 ms"),
        ("one matter and its list, both anew", "?step=waiting", {}, "list + page"),
    )
    rows: list[ground.Row] = []
    for name, query, headers, asked in ways:
        times = sorted(_timed(client, f"/matters/{number}/{query}", **headers) for number in numbers)
        ours, load = f"{_share(times, 0.5):.1f} ms", f"p95 {_share(times, 0.95):.1f} ms, load {os.getloadavg()[0]:.1f}"
        rows.append({"name": f"{name}, page p50", "ours": ours, "theirs": load, "asked": asked})
    return rows


def _bulk(town: Any) -> list[ground.Row]:
    from django.utils import timezone

    from lastmeter.accounts.actors import Actor
    from lastmeter.matters.lists.bulk import runs
    from lastmeter.matters.lists.filters import Filters
    from lastmeter.matters.models import BulkRun

    by, now = Actor.of(town.users["dispatcher"]), timezone.now()
    start = time.perf_counter()
    run = runs.draft("dispatch", runs.whole_list(by, Filters(), now=now), "?step=waiting", by=by, now=now)
    looked = time.perf_counter() - start
    BulkRun.objects.filter(pk=run.pk).update(unit=town.units["urban"], state="waiting")
    start = time.perf_counter()
    count = runs.go_on(timezone.now())
    done = time.perf_counter() - start
    start = time.perf_counter()
    runs.undo(BulkRun.objects.get(pk=run.pk), by=by, now=now)
    runs.go_on(timezone.now())
    undone = time.perf_counter() - start
    load = f"load {os.getloadavg()[0]:.1f}"
    return [
        {"name": f"bulk act of {count:,}", "ours": f"{done:.1f} s", "theirs": load, "asked": "≤ 15 s"},
        {"name": "its preview", "ours": f"{looked:.1f} s", "theirs": load, "asked": ""},
        {"name": "its undoing", "ours": f"{undone:.1f} s", "theirs": load, "asked": ""},
    ]


def fill() -> None:
    """A new database with the cast's town, a hundred grids more, and SIZE matters."""
    ground.prepare()
    from django.db import connection

    from tests import cast

    town = cast.load()
    _ground(town)
    words = _words()
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        _helpers(cursor, words)
        given = {"size": SIZE, "texts": len(words), "worker": town.users["worker"].pk} | _sizes(cursor)
        for table in WRITING:  # what the triggers write is written once at the end
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute("DROP INDEX dossier_facets")
        cursor.execute("DROP INDEX dossiers_searchtext_lexemes")
        cursor.execute(FILL, given)
        cursor.execute("ANALYZE dossiers_dossier")
        cursor.execute(MATTERS, given)
        for statement in REST:
            cursor.execute(statement)
        cursor.execute(
            "SELECT matters_set_facets(array_agg(id)), dossiers_set_takers(array_agg(id)) FROM dossiers_dossier"
        )
        for table in WRITING:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("CREATE INDEX dossiers_searchtext_lexemes ON dossiers_searchtext USING gin (lexemes)")
        cursor.execute(
            "CREATE INDEX dossier_facets ON dossiers_dossier USING gin (facets, takers, (ARRAY[step::text]))"
            " WITH (fastupdate = off)"
        )
        # A database that has been filled and lived in: what the filling left behind is gone.
        cursor.execute("VACUUM FULL dossiers_dossier")
        cursor.execute("VACUUM ANALYZE")


def _ground(town: Any) -> None:
    from lastmeter.grid import tree
    from lastmeter.grid.models import Level, Unit, UnitKind
    from lastmeter.matters.models import Category, Scheme
    from tests.cast import FOUNDED

    for number in range(COMMUNITIES):
        community = tree.plant(
            parent=town.nodes["town"], level=Level.COMMUNITY, name=f"第{number}社区", today=FOUNDED, code=f"c{number}",
            scheme="test",
        )  # fmt: skip
        for grid in range(GRIDS_EACH):
            code = f"c{number}g{grid}"
            tree.plant(parent=community, level=Level.GRID, name=f"{grid}网格", today=FOUNDED, code=code, scheme="test")
    Unit.objects.bulk_create(
        Unit(node=town.nodes["town"], name=f"单位{number}", kind=UnitKind.DEPARTMENT) for number in range(UNITS)
    )
    scheme = Scheme.objects.create(code="bench", name="bench")
    for top in range(TOPS):
        parent = Category.objects.create(scheme=scheme, code=f"{top}", name=f"大类{top}")
        Category.objects.bulk_create(
            Category(scheme=scheme, parent=parent, code=f"{top}.{at}", name=f"小类{top}.{at}") for at in range(BELOW)
        )


def _words() -> list[tuple[int, str, str, str, str]]:
    """(number, title, place, text, tokens) of distinct reports: the titles and texts of real appeals."""
    from lastmeter.dossiers import search

    folder = Path(os.environ.get("LASTMETER_TEST_DATA", "../shared/data"))
    with (folder / "appeals2020" / "messages_replies.csv").open(encoding="utf-8") as file:
        rows = [(row["留言主题"].strip()[:60], row["留言详情"].strip()) for row in csv.DictReader(file)]
    made: dict[str, tuple[int, str, str, str, str]] = {}
    chance = random.Random(7)  # noqa: S311 - the same texts each time
    while len(made) < TEXTS:
        title, text = chance.choice(rows)
        start = chance.randrange(max(1, len(text) - 120))
        place = f"{chance.randrange(1, 90)} 栋门口"
        title, text = f"{title} {chance.randrange(1000)}", text[start : start + 120]
        if title not in made:
            made[title] = (len(made), title, place, text, search.tokens(title, place, text))
    return list(made.values())


def _helpers(cursor: Any, words: list[tuple[int, str, str, str, str]]) -> None:
    from lastmeter.grid.models import Level, Node
    from lastmeter.grid.scope import places_columns

    columns = ("node_id", "path", "city_id", "county_id", "town_id", "community_id", "grid_id")
    grids = places_columns(Node.objects.filter(level=Level.GRID).order_by("pk").values_list("pk", flat=True))
    cursor.execute(
        "CREATE TEMP TABLE bench_place (at int, node_id bigint, path text, city_id bigint, county_id bigint,"
        " town_id bigint, community_id bigint, grid_id bigint)"
    )
    places = [[at, *(getattr(place, name) for name in columns)] for at, place in enumerate(grids.values())]
    cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", places)
    cursor.execute("CREATE TEMP TABLE bench_step (step text, open bool, start int, stop int)")
    start = 0
    for step, is_open, share in STEPS:
        cursor.execute("INSERT INTO bench_step VALUES (%s, %s, %s, %s)", [step, is_open, start, start + share])
        start += share
    cursor.execute("CREATE TEMP TABLE bench_text (at int, title text, place text, text text, tokens text)")
    cursor.executemany("INSERT INTO bench_text VALUES (%s, %s, %s, %s, %s)", words)
    cursor.execute("CREATE TEMP TABLE bench_title AS SELECT title, place, text, tokens FROM bench_text")
    for name, table in (("category", "matters_category"), ("unit", "grid_unit")):
        cursor.execute(
            f"CREATE TEMP TABLE bench_{name} AS SELECT row_number() OVER (ORDER BY id) - 1 AS at, id FROM {table}"
        )
    cursor.execute("ANALYZE")


def _sizes(cursor: Any) -> dict[str, int]:
    sizes = {}
    for name, table in (("places", "bench_place"), ("categories", "bench_category"), ("units", "bench_unit")):
        cursor.execute(f"SELECT count(*) FROM {table}")
        [(sizes[name],)] = cursor.fetchall()
    return sizes
