"""The newest open dossiers of a community by an index of their own: what is compared with every new report."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0003_facets")]
    operations = [
        migrations.AddIndex(
            model_name="dossier",
            index=models.Index(
                condition=models.Q(("closed_circle", False), ("is_open", True)),
                fields=["community", "kind", "opened_at"],
                name="dossier_community_newest",
            ),
        ),
    ]
