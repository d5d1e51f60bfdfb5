"""Is this process able to serve? Asked by the load balancer."""

from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

REHEARSAL = "the write was possible; take it back"


class _Rehearsed(Exception):
    pass


def problem() -> str:
    """Empty when the database is migrated and takes a write; else one English word for the operator's log."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return "migrations"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # a read-only standby or a full disk must not be called ready: write a row that never lands
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('web', 'readyz', CURRENT_TIMESTAMP)"
            )
            raise _Rehearsed(REHEARSAL)
    except _Rehearsed:
        return ""
