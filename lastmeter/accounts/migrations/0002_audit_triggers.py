"""Audit entries and seals are append-only: the database itself refuses UPDATE, DELETE and TRUNCATE."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("accounts_auditentry", "accounts_auditseal")

# Trigger names, also in README.md: <table>_no_update, _no_delete, _no_truncate (PostgreSQL), _no_replace (SQLite).
SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
# INSERT OR REPLACE deletes without asking the delete trigger.
SQLITE_REPLACE = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION accounts_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION accounts_append_only()
"""
# The database's clock when the id was drawn. It must stand after `id` in the row: columns are filled from left to
# right, and audit._settled_postgresql relies on the clock being read after the id.
PUT_AT = "ALTER TABLE accounts_auditentry ADD COLUMN put_at timestamptz NOT NULL DEFAULT clock_timestamp()"


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(PUT_AT)
        editor.execute(POSTGRESQL_FUNCTION, params=None)
        wanted = dict.fromkeys(("update", "delete", "truncate"), POSTGRESQL)
    else:
        wanted = {"update": SQLITE, "delete": SQLITE, "replace": SQLITE_REPLACE}
    for table in TABLES:
        for verb, sql in wanted.items():
            editor.execute(sql.format(table=table, verb=verb), params=None)


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for verb in ("update", "delete", "truncate" if postgresql else "replace"):
            editor.execute(f"DROP TRIGGER {table}_no_{verb}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        editor.execute("DROP FUNCTION accounts_append_only()")
        editor.execute("ALTER TABLE accounts_auditentry DROP COLUMN put_at")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(guard, unguard)]
