"""Categories get an English name; those of the shipped catalogue are filled in."""

import csv
from importlib.resources import files
from typing import Any

from django.db import migrations, models


def fill_in(apps: Any, _editor: Any) -> None:
    text = files("lastmeter.matters").joinpath("data/local_categories.csv").read_text(encoding="utf-8")
    shipped = apps.get_model("matters", "Category").objects.filter(scheme__code="local", name_en="")
    for row in csv.DictReader(text.splitlines()):
        shipped.filter(code=row["code"], name=row["name"]).update(name_en=row["name_en"])


class Migration(migrations.Migration):
    dependencies = [("matters", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="category",
            name="name_en",
            field=models.CharField(blank=True, max_length=100, verbose_name="英文名称"),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
