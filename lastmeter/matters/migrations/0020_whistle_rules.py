"""The first rules of whistles at the top of an existing tree; what somebody has set there by hand already stays."""

from typing import Any

from django.db import migrations
from django.utils import timezone

# The rows of a new installation as they were when this was written (matters/defaults.py).
BASIS = "惯常值，请按本地规定修改"
DAY = 24
LIMITS = (
    ("approve", "", 4, "working_hours", 75),
    ("approve", "red", 1, "natural_hours", 50),
    ("route", "", 4, "working_hours", 75),
    ("route", "red", 1, "natural_hours", 50),
    ("report_in", "", 4, "working_hours", 75),
    ("report_in", "yellow", 2, "working_hours", 75),
    ("report_in", "red", 1, "natural_hours", 50),
    ("arrive", "", 1, "working_days", 75),
    ("arrive", "yellow", 4, "working_hours", 75),
    ("arrive", "red", 2, "natural_hours", 50),
    ("whistle", "", 5, "working_days", 75),
    ("whistle", "yellow", 10, "working_days", 75),
    ("whistle", "red", DAY, "natural_hours", 50),
    ("rate_units", "", 5, "working_days", 75),
)
RUNGS = (
    ("approve", 1, 2, "working_hours", 4),
    ("route", 1, 2, "working_hours", 3),
    ("report_in", 1, 2, "working_hours", 4),
    ("report_in", 2, 1, "working_days", 3),
    ("whistle", 1, 1, "working_days", 4),
    ("whistle", 2, 3, "working_days", 3),
    ("decision", 1, 1, "working_days", 3),
)
LEVELS = (("blue", "普通哨", 1), ("yellow", "重点哨", 2), ("red", "紧急哨", 3))


def plant(apps: Any, _editor: Any) -> None:
    limits, rungs = apps.get_model("clocks", "Limit").objects, apps.get_model("clocks", "Rung").objects
    levels = apps.get_model("matters", "WhistleLevel").objects
    since = timezone.localdate()
    for root in apps.get_model("grid", "Node").objects.filter(parent=None, pk__in=limits.values("node")):
        dated = {"node": root, "basis": BASIS, "valid_from": since}
        for kind, colour, amount, measure, share in LIMITS:
            named = {"kind": kind, "profile": "whistle", "urgency": colour}
            if not limits.filter(node=root, **named).exists():
                limits.create(amount=amount, measure=measure, warn_share=share, **named, **dated)
        for kind, number, amount, measure, level in RUNGS:
            if not rungs.filter(node=root, kind=kind, number=number).exists():
                rungs.create(kind=kind, number=number, amount=amount, measure=measure, level=level, **dated)
        for colour, word, rank in LEVELS:
            levels.create(colour=colour, word=word, rank=rank, **dated)


class Migration(migrations.Migration):
    dependencies = [("clocks", "0006_policy_rows"), ("matters", "0019_whistles")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
