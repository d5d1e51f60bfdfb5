"""What a proposal keeps of its start has a row of its own in every community, with the kind and what is proved."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FIGURES = ("grids", "cut", "roundness", "households_off", "work_off", "outside")


def carry_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Rows that were `held` become ProposalHeld: as drawn where they equal what the layer measures, else as mended."""
    figures, held = apps.get_model("grid", "ProposalFigures"), apps.get_model("grid", "ProposalHeld")
    drawn = {(row.layer_id, row.community_id): _figures(row) for row in figures.objects.filter(held=False)}
    for row in figures.objects.filter(held=True).select_related("layer"):
        as_drawn = drawn.get((row.layer_id, row.community_id)) == _figures(row)
        held.objects.create(
            proposal_id=row.layer.proposal_id,
            community_id=row.community_id,
            kind="drawn" if as_drawn else "mended",
            **_figures(row),
        )
    figures.objects.filter(held=True).delete()


def give_back(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The rows of proposals that start with a layer; others had none."""
    figures, layers = apps.get_model("grid", "ProposalFigures"), apps.get_model("grid", "ProposalLayer")
    for row in apps.get_model("grid", "ProposalHeld").objects.all():
        for layer in layers.objects.filter(proposal=row.proposal_id, base=True):
            figures.objects.create(layer=layer, community_id=row.community_id, held=True, **_figures(row))


def _figures(row: models.Model) -> dict[str, float]:
    return {name: getattr(row, name) for name in FIGURES}


class Migration(migrations.Migration):
    dependencies = [("grid", "0014_unplaced")]

    operations = [
        migrations.CreateModel(
            name="ProposalHeld",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("grids", models.PositiveIntegerField(verbose_name="网格数")),
                ("cut", models.FloatField()),
                ("roundness", models.FloatField()),
                ("households_off", models.FloatField()),
                ("work_off", models.FloatField()),
                ("outside", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("drawn", "和画的一样"),
                            ("closed", "补上空白后"),
                            ("balanced", "均衡和画的一样，紧凑修正后"),
                            ("mended", "修正后"),
                        ],
                        max_length=10,
                        verbose_name="守住的起点",
                    ),
                ),
                ("ruled_out", models.BooleanField(default=False, verbose_name="已证明守不住更多")),
                ("proved", models.BooleanField(default=False, verbose_name="已证明最优")),
                (
                    "community",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.node"),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="held", to="grid.proposal"
                    ),
                ),
            ],
            options={"verbose_name": "方案守住的指标"},
        ),
        migrations.AddConstraint(
            model_name="proposalheld",
            constraint=models.UniqueConstraint(fields=("proposal", "community"), name="proposal_held_once"),
        ),
        migrations.RunPython(carry_over, give_back),
        migrations.RemoveConstraint(model_name="proposalfigures", name="proposal_figures_once"),
        migrations.RemoveField(model_name="proposalfigures", name="held"),
        migrations.AddConstraint(
            model_name="proposalfigures",
            constraint=models.UniqueConstraint(fields=("layer", "community"), name="proposal_figures_once"),
        ),
    ]
