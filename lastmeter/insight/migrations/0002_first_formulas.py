"""The first version of each rate (DOMAIN.md 5.6), as rows that the owner replaces by newer ones."""

from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SINCE = date(2000, 1, 1)
# measure, above the line, below it, basis
FIRST = (
    ("response", "answered_in_time", "should_answer", "12345 热线“三率”通行口径"),
    ("resolution", "solved", "asked", "12345 热线“三率”通行口径：以诉求人的回答为准"),
    ("satisfaction", "satisfied", "rated", "12345 热线“三率”通行口径：满意、基本满意算满意"),
    ("filing", "filed", "reported", "城市管理评价惯例，待本地核定"),
    ("closure", "closed_of_due", "should_close", "城市管理月报：结案数÷应结案数"),
    ("on_time", "closed_in_time", "should_close", "城市管理月报：按期结案数÷应结案数"),
    ("once_done", "first_time", "closed", "城市管理月报：一次完成率"),
    ("rework", "reworked", "closed", "城市管理评价惯例，待本地核定"),
    ("revisit", "revisited", "to_revisit", "热线月报惯例，待本地核定"),
    ("dissatisfaction", "dissatisfied", "closed", "热线月报：不满意数÷办结数"),
    ("self_handled", "self_handled", "closed", "网格自办自结，待本地核定"),
)


def plant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give every installation the first formulas; months before it existed are counted by them too."""
    formula = apps.get_model("insight", "Formula")
    formula.objects.bulk_create(
        formula(measure=measure, version=1, numerator=above, denominator=below, basis=basis, valid_from=SINCE)
        for measure, above, below, basis in FIRST
    )


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
