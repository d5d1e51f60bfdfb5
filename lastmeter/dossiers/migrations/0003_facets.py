"""Arrays of a dossier that triggers write and one index serves in any combination (PostgreSQL); when it was opened."""

from typing import Any

from django.db import migrations, models

POSTGRESQL = [
    "ALTER TABLE dossiers_dossier ADD COLUMN facets text[] NOT NULL DEFAULT '{}'",
    "ALTER TABLE dossiers_dossier ADD COLUMN takers text[] NOT NULL DEFAULT '{}'",
    """CREATE FUNCTION dossiers_set_takers(ids bigint[]) RETURNS void LANGUAGE sql AS $$
         UPDATE dossiers_dossier AS d SET takers = t.takers
         FROM (
           SELECT i.id, array_remove(array_agg(DISTINCT COALESCE(
                    'n:' || a.unit_id, 'p:' || a.post_id, 'h:' || a.user_id)), NULL) AS takers
           FROM unnest(ids) AS i (id) LEFT JOIN dossiers_access AS a ON a.dossier_id = i.id AND a.until IS NULL
           GROUP BY i.id
         ) AS t
         WHERE d.id = t.id AND d.takers IS DISTINCT FROM t.takers
       $$""",
    """CREATE FUNCTION dossiers_access_takers() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM dossiers_set_takers((SELECT array_agg(dossier_id) FROM changed)); RETURN NULL; END $$""",
    *(
        f"""CREATE TRIGGER dossiers_access_takers_{event.lower()} AFTER {event} ON dossiers_access
            REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION dossiers_access_takers()"""
        for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    ),
    "SELECT dossiers_set_takers(array_agg(DISTINCT dossier_id)) FROM dossiers_access",
    # How common each facet and each token is decides whether the index or the ordered list is walked.
    "ALTER TABLE dossiers_dossier ALTER COLUMN facets SET STATISTICS 1000",
    "ALTER TABLE dossiers_searchtext ALTER COLUMN lexemes SET STATISTICS 1000",
]


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in POSTGRESQL:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0002_search_and_order")]
    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.AddIndex("dossier", models.Index(fields=["opened_at"], name="dossier_opened")),
    ]
