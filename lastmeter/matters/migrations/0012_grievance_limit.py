"""Complaints about the handling get their customary date in installations that have begun without one."""

from datetime import date
from typing import Any

from django.db import migrations


def plant_limit(apps: Any, _editor: Any) -> None:
    """Roots that have limits but none for complaints get the customary one, as a new installation does."""
    limits = apps.get_model("clocks", "Limit").objects
    roots = limits.filter(node__parent=None).values_list("node", flat=True).distinct()
    had = set(limits.filter(kind="grievance").values_list("node", flat=True))
    for node in set(roots) - had:
        limits.create(
            node_id=node,
            kind="grievance",
            amount=5,
            measure="working_days",
            warn_share=75,
            basis="惯常值，请按本地规定修改",
            valid_from=date(2025, 1, 1),
        )


class Migration(migrations.Migration):
    dependencies = [("matters", "0011_grievances"), ("clocks", "0002_ladder")]
    operations = [migrations.RunPython(plant_limit, migrations.RunPython.noop)]
