"""Work lists with 1,000,000 matters: any combination of filters, two-character search, a bulk act of 10,000, one page."""

import csv
import os
import random
from pathlib import Path
from typing import Any

from bench import ground

SIZE = 1_000_000
COMMUNITIES, GRIDS_EACH, UNITS, TOPS, BELOW = 10, 10, 40, 14, 12
TEXTS = 20_000  # distinct words; real ones, from the appeals of LASTMETER_TEST_DATA
# Steps as a lived-in installation has them: 3 % open, most archived. (step, open, share in ten thousand)
STEPS = (
    ("reported", True, 40), ("filed", True, 20), ("dispatched", True, 40), ("signed", True, 30), ("handling", True, 100),
    ("replied", True, 50), ("verifying", True, 20), ("closed", False, 400), ("revisited", False, 300),
    ("rated", False, 1000), ("merged", False, 200), ("diverted", False, 200), ("rejected", False, 100),
    ("withdrawn", False, 100), ("archived", False, 7400),
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
INSERT INTO matters_matter (dossier_id, text, source, source_number, profile, category_id, urgency, desk_level, found_at,
                            unit_id, handler_id)
SELECT d.id, t.text, (ARRAY['web','plate','patrol','patrol','phone','phone','phone','counter','message','import'])
         [1 + floor(random() * 10)::int], '',
       CASE WHEN random() < 0.15 THEN 'self' ELSE 'grid' END,
       c.id, CASE WHEN random() < 0.01 THEN 'emergency' WHEN random() < 0.06 THEN 'urgent' ELSE 'normal' END,
       CASE WHEN random() < 0.7 THEN 5 WHEN random() < 0.5 THEN 4 ELSE 6 END, d.opened_at,
       CASE WHEN d.step NOT IN ('reported', 'filed', 'merged', 'diverted', 'rejected') AND g.whom < 0.8 THEN u.id END,
       CASE WHEN d.step NOT IN ('reported', 'filed', 'merged', 'diverted', 'rejected') AND g.whom >= 0.8
            THEN %(worker)s::bigint END
FROM (SELECT id, step, opened_at, title, random() AS cat, random() AS whom, random() AS which FROM dossiers_dossier) AS d
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
       SELECT dossier_id, unit_id, 'handler', found_at FROM matters_matter WHERE unit_id IS NOT NULL ORDER BY dossier_id""",
    """INSERT INTO matters_assignment (matter_id, unit_id, user_id, request, at)
       SELECT m.dossier_id, m.unit_id, m.handler_id, '', m.found_at FROM matters_matter AS m
       JOIN dossiers_dossier AS d ON d.id = m.dossier_id
       WHERE d.is_open AND (m.unit_id IS NOT NULL OR m.handler_id IS NOT NULL)""",
    """INSERT INTO matters_closure (matter_id, outcome, words, at)
       SELECT id, (ARRAY['solved','solved','solved','partly','explained','explained','not_ours','impossible'])
                  [1 + floor(random() * 8)::int], '', opened_at + random() * interval '10 days'
       FROM dossiers_dossier WHERE step IN ('closed', 'revisited', 'rated', 'archived') ORDER BY id""",
    """INSERT INTO matters_rating (matter_id, score, solved, words, at)
       SELECT id, CASE WHEN random() < 0.7 THEN 3 WHEN random() < 0.6 THEN 2 ELSE 1 END, random() < 0.9, '', updated_at
       FROM dossiers_dossier WHERE step = 'rated' OR step = 'archived' AND random() < 0.3 ORDER BY id""",
    """INSERT INTO clocks_deadline (dossier_id, kind, leg, started_at, warn_at, due_at, state, rung)
       SELECT id, 'fix', '', opened_at, GREATEST(opened_at, due_at - interval '2 days'), GREATEST(opened_at, due_at),
              'running', 0
       FROM dossiers_dossier WHERE is_open""",
)


def fill() -> dict[str, Any]:
    """A new database with the cast's town, a hundred grids more, and SIZE matters; returns the cast's users by name."""
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
        cursor.execute(FILL, given)
        cursor.execute("ANALYZE dossiers_dossier")
        cursor.execute(MATTERS, given)
        for statement in REST:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
    return dict(town.users)


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
    chance = random.Random(7)
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
