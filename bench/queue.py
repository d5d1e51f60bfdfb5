"""The desk's queue with 10,000 and with 1,000,000 matters: server time of the page and number of its queries."""

from bench import ground

SMALL, LARGE = 10_000, 1_000_000
# Steps as a lived-in installation has them: most are ended, a few thousand wait.
FILL = """
WITH made AS (
  INSERT INTO dossiers_dossier
    (kind, number, title, step, is_open, due_at, opened_at, updated_at, version, closed_circle, node_then_id, node_id,
     path, city_id, county_id, town_id, community_id, grid_id, place, client, client_ref)
  SELECT 'matter', 'B' || lpad(n::text, 9, '0'), '第 ' || n || ' 件：路灯不亮', s.step, s.open,
         CASE WHEN s.open THEN now() + ((n %% 20000) - 4000) * interval '1 minute' END,
         now() - (n %% 500000) * interval '1 minute', now(), 1, false, p.node_id, p.node_id,
         p.path, p.city_id, p.county_id, p.town_id, p.community_id, p.grid_id, '3 栋门口', 'bench', n::text
  FROM generate_series(%(start)s::int, %(stop)s::int) AS n
  JOIN unnest(%(nodes)s::bigint[], %(paths)s::text[], %(cities)s::bigint[], %(counties)s::bigint[], %(towns)s::bigint[],
              %(communities)s::bigint[], %(grids)s::bigint[]) WITH ORDINALITY
       AS p(node_id, path, city_id, county_id, town_id, community_id, grid_id, at) ON p.at = n %% %(places)s::int + 1
  CROSS JOIN LATERAL (SELECT CASE WHEN n %% 20 = 0 THEN 'reported' WHEN n %% 20 = 1 THEN 'handling'
                                  WHEN n %% 20 = 2 THEN 'replied' ELSE 'archived' END AS step, n %% 20 < 3 AS open) AS s
  RETURNING id, title)
INSERT INTO matters_matter
  (dossier_id, text, source, source_number, profile, profile_by_hand, urgency, desk_level, found_at)
SELECT id, title, 'web', '', 'grid', false, 'normal', 6, now() FROM made
"""


def run() -> list[ground.Row]:
    """Fill, measure, fill on, measure again."""
    ground.prepare()
    from django.db import connection
    from django.http import HttpResponse
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from tests import cast

    town = cast.load()
    client = Client()
    client.force_login(town.users["dispatcher"])
    counts, times = {}, {}
    filled = 0
    for size in (SMALL, LARGE):
        _fill(filled + 1, size)
        filled = size

        def page() -> HttpResponse:
            answer: HttpResponse = client.get("/queue/", HTTP_HOST="127.0.0.1")  # type: ignore[assignment]
            return answer

        answer = page()
        assert answer.status_code == 200, answer.status_code
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page()
        counts[size], times[size] = len(queries), ground.p50(page, 40)
    ratio = times[LARGE] / times[SMALL]
    return [
        {
            "name": f"queue page, {LARGE:,} matters, server time p50",
            "ours": f"{times[LARGE]:.1f} ms",
            "theirs": f"{times[SMALL]:.1f} ms with {SMALL:,}",
            "ratio": f"{ratio:.2f}",
            "asked": "≤ 30 ms and ≤ 1.3 ×",
        },
        {"name": "queries of the page", "ours": str(counts[LARGE]), "theirs": str(counts[SMALL]), "asked": "constant"},
    ]


def _fill(start: int, stop: int) -> None:
    from django.db import connection

    from lastmeter.grid.models import Level, Node
    from lastmeter.grid.scope import places_columns

    grids = list(Node.objects.filter(level=Level.GRID).values_list("pk", flat=True))
    places = list(places_columns(grids).values())
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "start": start,
                "stop": stop,
                "places": len(places),
                "nodes": [each.node_id for each in places],
                "paths": [each.path for each in places],
                "cities": [each.city_id for each in places],
                "counties": [each.county_id for each in places],
                "towns": [each.town_id for each in places],
                "communities": [each.community_id for each in places],
                "grids": [each.grid_id for each in places],
            },
        )
        cursor.execute("VACUUM ANALYZE dossiers_dossier")
        cursor.execute("ANALYZE matters_matter")
