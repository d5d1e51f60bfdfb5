"""The demonstration mark is written when the database is created: never changed, refused to one in use."""

from typing import Any

from django.db import migrations

POSTGRESQL = [
    """CREATE FUNCTION accounts_installation_mark() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'UPDATE' AND NEW.demo <> OLD.demo THEN RAISE EXCEPTION 'the demo mark is for life'; END IF;
         IF TG_OP = 'INSERT' AND NEW.demo AND EXISTS (SELECT 1 FROM accounts_auditentry)
           THEN RAISE EXCEPTION 'a database in use is no demonstration'; END IF;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER accounts_installation_mark BEFORE INSERT OR UPDATE ON accounts_installation
       FOR EACH ROW EXECUTE FUNCTION accounts_installation_mark()""",
]
SQLITE = [
    """CREATE TRIGGER accounts_installation_mark_update BEFORE UPDATE ON accounts_installation
       WHEN NEW.demo <> OLD.demo BEGIN SELECT RAISE(ABORT, 'the demo mark is for life'); END""",
    """CREATE TRIGGER accounts_installation_mark_insert BEFORE INSERT ON accounts_installation
       WHEN NEW.demo AND EXISTS (SELECT 1 FROM accounts_auditentry)
       BEGIN SELECT RAISE(ABORT, 'a database in use is no demonstration'); END""",
]


def forwards(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_counts_are_not_logged")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
