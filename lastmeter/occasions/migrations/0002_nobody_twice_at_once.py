"""Nobody has a seat at two places at once: an exclusion constraint on PostgreSQL, a pair of triggers on SQLite.

Half-open spans: one that ends when the other begins does not meet it. SQLite forgets triggers when Django rebuilds the
table: a later migration that alters sign-ups has to create them anew (tests/test_seats.py would tell).
"""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "occasions_signup"
POSTGRESQL = """
ALTER TABLE occasions_signup ADD CONSTRAINT signup_one_place_at_once
EXCLUDE USING gist (user_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&)
WHERE (state IN ('seated', 'came') AND user_id IS NOT NULL)
"""
SQLITE = """
CREATE TRIGGER occasions_signup_one_place_at_{verb} BEFORE {verb} ON occasions_signup
WHEN NEW.state IN ('seated', 'came') AND EXISTS (
    SELECT 1 FROM occasions_signup WHERE user_id = NEW.user_id AND id IS NOT NEW.id AND state IN ('seated', 'came')
    AND starts_at < NEW.ends_at AND ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'signup_one_place_at_once'); END
"""


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL, params=None)
        return
    for verb in ("insert", "update"):
        editor.execute(SQLITE.format(verb=verb), params=None)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT signup_one_place_at_once")
        return
    for verb in ("insert", "update"):
        editor.execute(f"DROP TRIGGER {TABLE}_one_place_at_{verb}")


class Migration(migrations.Migration):
    dependencies = [("occasions", "0001_initial")]
    operations = [BtreeGistExtension(), migrations.RunPython(guard, unguard)]
