"""No two occupancies of one room meet: an exclusion constraint on PostgreSQL, a pair of triggers on SQLite.

Half-open: one that begins when the other (with its buffer) ends does not meet it. SQLite forgets triggers when Django
rebuilds the table: a later migration that alters occupancies has to create them anew (tests/test_booking.py tells).
"""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

POSTGRESQL = """
ALTER TABLE venues_occupancy ADD CONSTRAINT occupancy_one_at_a_time
EXCLUDE USING gist (leaf_id WITH =, int4range(begins, ends, '[)') WITH &&) WHERE (NOT released)
"""
SQLITE = """
CREATE TRIGGER venues_occupancy_one_at_a_time_{verb} BEFORE {verb} ON venues_occupancy
WHEN NOT NEW.released AND EXISTS (
    SELECT 1 FROM venues_occupancy WHERE leaf_id = NEW.leaf_id AND id IS NOT NEW.id AND NOT released
    AND begins < NEW.ends AND ends > NEW.begins
)
BEGIN SELECT RAISE(ABORT, 'occupancy_one_at_a_time'); END
"""


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL, params=None)
        return
    for verb in ("insert", "update"):
        editor.execute(SQLITE.format(verb=verb), params=None)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE venues_occupancy DROP CONSTRAINT occupancy_one_at_a_time")
        return
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER venues_occupancy_one_at_a_time_{verb}")


class Migration(migrations.Migration):
    dependencies = [("venues", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunPython(guard, unguard)]
