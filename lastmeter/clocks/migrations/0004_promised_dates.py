from django.db import migrations
from django.db.models import F


def keep(apps, schema_editor):
    """A date that no rule of ours set has to be known apart from the one it may be moved to."""
    apps.get_model("clocks", "Deadline").objects.filter(limit=None, promised_at=None).update(promised_at=F("due_at"))


class Migration(migrations.Migration):
    dependencies = [("clocks", "0003_calendar_and_moving")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
