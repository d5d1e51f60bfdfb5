"""A decision of a conference is a unit's, a post's or a person's; those that exist are units'."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0015_held"),
        ("matters", "0020_whistle_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="post",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.post",
                verbose_name="岗位",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="个人",
            ),
        ),
        migrations.AlterField(
            model_name="decision",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.unit",
                verbose_name="单位",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("post__isnull", True), ("unit__isnull", False), ("user__isnull", True)),
                    models.Q(("post__isnull", False), ("unit__isnull", True), ("user__isnull", True)),
                    models.Q(("post__isnull", True), ("unit__isnull", True), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="decision_one_owner",
            ),
        ),
    ]
