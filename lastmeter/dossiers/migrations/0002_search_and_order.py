"""What the databases' own means add: the full-text index, the commit order of events, and events that stay."""

from typing import Any

from django.db import migrations

POSTGRESQL = [
    # Tokens are made in Python and taken as they are: no text-search configuration has a say in Chinese.
    """ALTER TABLE dossiers_searchtext ADD COLUMN lexemes tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED""",
    "CREATE INDEX dossiers_searchtext_lexemes ON dossiers_searchtext USING gin (lexemes)",
    # Readers past a cursor stay below the snapshot's xmin and order by (xid, id), so that a late commit is not lost.
    "ALTER TABLE dossiers_event ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()",
    "CREATE INDEX dossiers_event_xid ON dossiers_event (xid, id)",
    """CREATE FUNCTION dossiers_event_stays() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    """CREATE TRIGGER dossiers_event_stays BEFORE UPDATE OR DELETE ON dossiers_event
       FOR EACH ROW EXECUTE FUNCTION dossiers_event_stays()""",
]
SQLITE = [
    """CREATE VIRTUAL TABLE dossiers_search USING fts5(
       tokens, content='dossiers_searchtext', content_rowid='dossier_id', tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER dossiers_search_insert AFTER INSERT ON dossiers_searchtext BEGIN
       INSERT INTO dossiers_search(rowid, tokens) VALUES (new.dossier_id, new.tokens); END""",
    """CREATE TRIGGER dossiers_search_delete AFTER DELETE ON dossiers_searchtext BEGIN
       INSERT INTO dossiers_search(dossiers_search, rowid, tokens) VALUES ('delete', old.dossier_id, old.tokens); END""",
    """CREATE TRIGGER dossiers_search_update AFTER UPDATE ON dossiers_searchtext BEGIN
       INSERT INTO dossiers_search(dossiers_search, rowid, tokens) VALUES ('delete', old.dossier_id, old.tokens);
       INSERT INTO dossiers_search(rowid, tokens) VALUES (new.dossier_id, new.tokens); END""",
    """CREATE TRIGGER dossiers_event_no_update BEFORE UPDATE ON dossiers_event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER dossiers_event_no_delete BEFORE DELETE ON dossiers_event
       BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
]


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
