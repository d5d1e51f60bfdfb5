"""Trees planted before there were policy rows get those that a new tree starts with, from their first day on.

An installation that had set LASTMETER_TERM_WARNING_DAYS, which was a setting until now, keeps its number of days.
"""

import os

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

CUSTOMARY = "惯常值，请按本地规定修改"
STAFFING = {
    5: (("secretary",), ("community_clerk",)),
    6: (("grid_worker", "part_time_worker", "grid_head"),),
    7: (("building_head", "lane_head", "hub_household", "small_grid_head"),),
}


def plant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    node, staffing = apps.get_model("grid", "Node"), apps.get_model("grid", "Staffing")
    role, warning = apps.get_model("grid", "StaffingRole"), apps.get_model("grid", "TermWarning")
    set_days = os.environ.get("LASTMETER_TERM_WARNING_DAYS", "")
    days = int(set_days) if set_days.isascii() and set_days.isdigit() else 30
    for root in node.objects.filter(parent=None, valid_to=None):
        given = {"node": root, "basis": CUSTOMARY, "valid_from": root.valid_from}
        warning.objects.create(days=days, **given)
        for level, needs in STAFFING.items():
            rule = staffing.objects.create(level=level, **given)
            for number, roles in enumerate(needs, 1):
                role.objects.bulk_create(role(staffing=rule, number=number, role=each) for each in roles)


class Migration(migrations.Migration):
    dependencies = [("grid", "0011_policy")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
