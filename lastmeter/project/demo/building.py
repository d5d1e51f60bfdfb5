"""Building the demonstration's database: the mark first, then everything else in one transaction."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from lastmeter.accounts import people
from lastmeter.accounts.actors import Actor, system
from lastmeter.accounts.models import Installation, User
from lastmeter.grid import divisions, ground, reconciling, street
from lastmeter.grid.addresses.invented import load_addresses
from lastmeter.grid.models import Node
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.defaults import LOCAL, plant_defaults
from lastmeter.matters.models import Category, Matter, ProfileRule
from lastmeter.project.demo import activities, catalogues, duty, gathered, keepers, rooms, whistles, world
from lastmeter.project.demo.cast import RESIDENT_LOGIN, RESIDENT_NAME
from lastmeter.project.demo.stories import FLOWS


class NotADemo(Exception):
    """The database is somebody's real one: nothing is touched."""


@dataclass(frozen=True, slots=True)
class Built:
    """What stands in the database. `fresh`: it was built just now."""

    matters: int
    fresh: bool


def build(now: datetime, *, matters: int = world.MATTERS) -> Built:
    """Create the demonstration in an empty database. One that was begun and killed is finished, a finished one stays.

    Raises NotADemo on a database that was not created as a demonstration.
    """
    call_command("migrate", verbosity=0)
    mark = Installation.objects.filter(id=1).first()
    if mark is None and not Node.objects.exists() and not User.objects.exists():
        mark = Installation.objects.create(demo=True)
    if mark is None or not mark.demo:
        raise NotADemo
    # All or nothing: killed half-way, only the mark stays and the next start builds it again. Of two that build at
    # once the second waits for the mark and finds the demonstration there.
    with transaction.atomic():
        Installation.objects.select_for_update().get(pk=mark.pk)
        if Node.objects.exists():
            return Built(Matter.objects.count(), fresh=False)
        return Built(_fill(now, matters), fresh=True)


def _fill(now: datetime, matters: int) -> int:
    today = now.astimezone(CHINA).date()
    city = divisions.load_yangjiang(today=today - timedelta(days=400))
    reconciling.record(reconciling.compare())
    loaded = street.load_street(today=today)
    load_addresses(loaded.town)
    plant_defaults(city, today=today)
    _plant_flows(city, today)
    resident = people.open_account(RESIDENT_LOGIN, RESIDENT_NAME, phone="19900009700", by=system("demo"), now=now)
    duty.set_up(loaded, now)
    county = keepers.take_office(now - timedelta(days=200))
    made = world.play(loaded, resident=Actor.of(resident), now=now, matters=matters)
    catalogues.set_up(loaded, now)  # after the stories: what they do is not measured by a list of today
    keepers.set_up(loaded, county, now)
    whistles.set_up(loaded, now)
    activities.set_up(loaded, now)
    rooms.set_up(loaded, now)
    return made + gathered.set_up(loaded, now)


def _plant_flows(city: Node, today: date) -> None:
    """Some kinds of trouble take the hotline's flow, some the city management's; the others the grid's."""
    categories = {each.code: each for each in Category.objects.filter(scheme__code=LOCAL, code__in=FLOWS)}
    since = today - timedelta(days=400)
    ProfileRule.objects.bulk_create(
        ProfileRule(node=city, category=categories[code], profile=profile, basis="演示", valid_from=since)
        for code, profile in FLOWS.items()
    )
    ground.bump()


def destroy() -> bool:
    """Throw the demonstration away with its files; False when there was none. Raises NotADemo on any other database."""
    if connection.vendor == "sqlite" and not _file().exists():
        return False
    ours = connection.introspection.table_names()
    if not ours:
        return False
    if "accounts_installation" not in ours or not Installation.objects.filter(demo=True).exists():
        raise NotADemo
    if connection.vendor == "sqlite":
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_file()}{suffix}").unlink(missing_ok=True)
    else:
        _drop_tables()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    return True


def _file() -> Path:
    return Path(str(settings.DATABASES["default"]["NAME"]))


@transaction.atomic
def _drop_tables() -> None:
    """Our tables and the functions of their triggers; what else the database holds stays."""
    labels = [each.label for each in apps.get_app_configs()]
    tables = [
        *connection.introspection.django_table_names(only_existing=True),
        MigrationRecorder.Migration._meta.db_table,
    ]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE prorettype = 'trigger'::regtype"
            " AND pronamespace = current_schema()::regnamespace AND split_part(proname, '_', 1) = ANY(%s)",
            [labels],
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {function} CASCADE")
