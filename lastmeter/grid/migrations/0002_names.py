"""Names of places as search tokens, and the index of the database's own over them."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from lastmeter.grid.naming import tokens

POSTGRESQL = [
    # Tokens are made in Python and taken as they are: no text-search configuration has a say in Chinese.
    """ALTER TABLE grid_searchname ADD COLUMN lexemes tsvector
       GENERATED ALWAYS AS (array_to_tsvector(string_to_array(tokens, ' '))) STORED""",
    "CREATE INDEX grid_searchname_lexemes ON grid_searchname USING gin (lexemes)",
]
SQLITE = [
    """CREATE VIRTUAL TABLE grid_name USING fts5(
       tokens, content='grid_searchname', content_rowid='node_id', tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER grid_name_insert AFTER INSERT ON grid_searchname BEGIN
       INSERT INTO grid_name(rowid, tokens) VALUES (new.node_id, new.tokens); END""",
    """CREATE TRIGGER grid_name_delete AFTER DELETE ON grid_searchname BEGIN
       INSERT INTO grid_name(grid_name, rowid, tokens) VALUES ('delete', old.node_id, old.tokens); END""",
    """CREATE TRIGGER grid_name_update AFTER UPDATE ON grid_searchname BEGIN
       INSERT INTO grid_name(grid_name, rowid, tokens) VALUES ('delete', old.node_id, old.tokens);
       INSERT INTO grid_name(rowid, tokens) VALUES (new.node_id, new.tokens); END""",
]


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)
    node, node_name = apps.get_model("grid", "Node"), apps.get_model("grid", "SearchName")
    rows = node.objects.values_list("pk", "name").order_by("pk").iterator(chunk_size=2000)
    node_name.objects.bulk_create((node_name(node_id=pk, tokens=tokens(name)) for pk, name in rows), batch_size=2000)


class Migration(migrations.Migration):
    dependencies = [("grid", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="SearchName",
            fields=[
                (
                    "node",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_name",
                        serialize=False,
                        to="grid.node",
                    ),
                ),
                ("tokens", models.TextField()),
            ],
            options={"verbose_name": "地名检索词"},
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
