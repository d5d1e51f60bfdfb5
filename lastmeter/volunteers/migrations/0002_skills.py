"""The first skills, as rows that the installation edits; no list of a law, a customary start."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SKILLS = (
    ("水电维修", "Plumbing and electrics"),
    ("急救医护", "First aid and nursing"),
    ("法律", "Law"),
    ("调解", "Mediation"),
    ("心理", "Counselling"),
    ("消防安全", "Fire safety"),
    ("搬运", "Lifting and carrying"),
    ("驾驶", "Driving"),
    ("方言翻译", "Dialect interpreting"),
    ("文书电脑", "Paperwork and computers"),
    ("照看老人孩子", "Looking after old people and children"),
    ("环境清洁", "Cleaning up"),
)


def plant(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    model = apps.get_model("volunteers", "Skill")
    model._default_manager.bulk_create(
        model(name=name, name_en=name_en, order=order) for order, (name, name_en) in enumerate(SKILLS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("volunteers", "0001_initial")]
    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
