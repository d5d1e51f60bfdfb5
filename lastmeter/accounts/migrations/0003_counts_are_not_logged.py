"""Rate-limit counters need not survive a crash of the server: on PostgreSQL they are not written to its log."""

from typing import Any

from django.db import migrations


def forwards(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE accounts_count SET UNLOGGED")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_triggers")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
