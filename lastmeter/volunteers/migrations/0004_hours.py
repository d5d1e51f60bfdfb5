"""服务时长 as records, and certificates with numbers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0015_held"),
        ("volunteers", "0003_slips"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Certificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="证明编号")),
                ("name", models.CharField(blank=True, max_length=60, verbose_name="姓名")),
                ("halves", models.PositiveIntegerField(verbose_name="半小时数")),
                ("since", models.DateTimeField(verbose_name="第一次服务")),
                ("until", models.DateTimeField(verbose_name="最近一次服务")),
                ("handler", models.CharField(max_length=60, verbose_name="经办人")),
                ("at", models.DateTimeField(verbose_name="出具时间")),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="certificates",
                        to="volunteers.member",
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.node",
                        verbose_name="出具单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "志愿服务证明",
            },
        ),
        migrations.CreateModel(
            name="Stint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField(verbose_name="开始")),
                ("ends_at", models.DateTimeField(verbose_name="结束")),
                ("halves", models.PositiveSmallIntegerField(verbose_name="半小时数")),
                ("at", models.DateTimeField(verbose_name="记录时间")),
                ("doubt", models.CharField(blank=True, max_length=500, verbose_name="哪里不对")),
                ("void_at", models.DateTimeField(blank=True, null=True)),
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
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stints", to="volunteers.call"
                    ),
                ),
                (
                    "corrected_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="corrects",
                        to="volunteers.stint",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stints", to="volunteers.member"
                    ),
                ),
            ],
            options={
                "verbose_name": "服务记录",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="stint_lasts"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("void_at", None)), fields=("member", "call"), name="stint_once"
                    ),
                ],
            },
        ),
    ]
