from datetime import date

from django.db import migrations

# The rows of matters/defaults.py as they were when pauses, extensions, the ledger and urging came: an installation that
# has the customary first limits gets the customary rows beside them. Copied, because a migration never changes.
BASIS = "惯常值，请按本地规定修改"
LIMITS = (("supervise", 3, "working_days", 75), ("urge", 1, "working_days", 75))
RUNGS = (
    ("supervise", 1, 1, "working_days", 4),
    ("supervise", 2, 3, "working_days", 3),
    ("review", 1, 1, "working_days", 4),
    ("review", 2, 5, "working_days", 3),
)
BOUNDS = (
    ("pauses", "", 3),
    ("pause_days", "", 30),
    ("pause_days", "requester", 15),
    ("pause_days", "no_entry", 15),
    ("pause_days", "weather", 15),
    ("pause_days", "procedure", 90),
    ("pause_days", "dispute", 180),
    ("extensions", "", 1),
    ("extend_share", "", 100),
    ("review_days", "", 90),
    ("urge_days", "", 3),
)
SPANS = (("08:30", "12:00"), ("14:30", "17:30"))


def plant(apps, schema_editor):
    limits, rungs = apps.get_model("clocks", "Limit"), apps.get_model("clocks", "Rung")
    bounds, spans = apps.get_model("clocks", "Bound"), apps.get_model("clocks", "OfficeSpan")
    roots = limits.objects.filter(kind="fix", node__parent=None, valid_to=None).values_list("node", flat=True)
    for node in set(roots):
        dated = {"node_id": node, "basis": BASIS, "valid_from": date(2025, 1, 1)}
        limits.objects.bulk_create(
            limits(kind=kind, amount=amount, measure=measure, warn_share=share, **dated)
            for kind, amount, measure, share in LIMITS
        )
        rungs.objects.bulk_create(
            rungs(kind=kind, number=number, amount=amount, measure=measure, level=level, **dated)
            for kind, number, amount, measure, level in RUNGS
        )
        bounds.objects.bulk_create(
            bounds(what=what, which=which, amount=amount, **dated) for what, which, amount in BOUNDS
        )
        spans.objects.bulk_create(
            spans(weekday=weekday, opens=opens, closes=closes, **dated)
            for weekday in range(1, 6)
            for opens, closes in SPANS
        )


class Migration(migrations.Migration):
    dependencies = [("clocks", "0003_calendar_and_moving"), ("matters", "0005_how_it_was_closed")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
