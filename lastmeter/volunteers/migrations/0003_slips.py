"""报到单 of a Party branch, and with which one a member came; members who exist came by themselves."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0015_held"),
        ("volunteers", "0002_skills"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Slip",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("branch", models.CharField(max_length=60, verbose_name="党支部")),
                ("people", models.PositiveSmallIntegerField(verbose_name="党员人数")),
                ("work", models.CharField(max_length=1000, verbose_name="工作意见")),
                ("service_day", models.CharField(blank=True, max_length=60, verbose_name="固定服务日")),
                ("at", models.DateTimeField(verbose_name="填报时间")),
                ("client_ref", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="社区签收")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束")),
                ("ended_words", models.CharField(blank=True, max_length=500, verbose_name="为什么结束")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slips",
                        to="grid.node",
                        verbose_name="报到社区",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slips", to="grid.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "报到单",
            },
        ),
        migrations.AddField(
            model_name="member",
            name="slip",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="volunteers.slip",
                verbose_name="随哪个支部报到",
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("unit", "node"), name="slip_one_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="slip",
            constraint=models.UniqueConstraint(fields=("by", "client_ref"), name="slip_client_ref"),
        ),
    ]
