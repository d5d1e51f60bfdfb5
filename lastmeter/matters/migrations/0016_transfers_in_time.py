"""A wish to hand a matter on is answered in time, and climbs like a dispute: rows for installations that run already."""

from typing import Any

from django.db import migrations
from django.utils import timezone

# The rows of a new installation as they were when this was written (matters/defaults.py).
BASIS = "惯常值，请按本地规定修改"
RUNGS = (("dispute", 1, 1, 3), ("transfer", 1, 1, 4), ("transfer", 2, 3, 3))  # kind, number, working days, level


def plant(apps: Any, _editor: Any) -> None:
    """At the top of each tree that has limits; what somebody has set there by hand already stays."""
    limits, rungs = apps.get_model("clocks", "Limit").objects, apps.get_model("clocks", "Rung").objects
    dated = {"measure": "working_days", "basis": BASIS, "valid_from": timezone.localdate()}
    for root in apps.get_model("grid", "Node").objects.filter(parent=None, pk__in=limits.values("node")):
        if not limits.filter(node=root, kind="transfer").exists():
            limits.create(node=root, kind="transfer", amount=1, warn_share=50, **dated)
        for kind, number, amount, level in RUNGS:
            if not rungs.filter(node=root, kind=kind, number=number).exists():
                rungs.create(node=root, kind=kind, number=number, amount=amount, level=level, **dated)


class Migration(migrations.Migration):
    dependencies = [("matters", "0015_policy_rows"), ("clocks", "0006_policy_rows")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
