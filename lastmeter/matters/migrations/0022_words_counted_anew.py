"""The word table is counted anew at the next call of the job: what is stored with each message has changed its form."""

from typing import Any

from django.db import migrations


def forget(apps: Any, _editor: Any) -> None:
    apps.get_model("matters", "WordTable").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("matters", "0021_decision_owners")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop, elidable=True)]
