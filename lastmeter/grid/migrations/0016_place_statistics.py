"""PostgreSQL counts the paths of places finely.

With a hundred steps a county of a large tree looked like one row, and what joins its thousand grids was planned so.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

FINELY = (
    "ALTER TABLE grid_node ALTER COLUMN path SET STATISTICS 1000",
    "ANALYZE grid_node",
)


def count_finely(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        for statement in FINELY:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("grid", "0015_held")]

    operations = [migrations.RunPython(count_finely, migrations.RunPython.noop)]
