"""What a handler objects, and the parts of the work that others do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0003_flows")]

    operations = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("return", "退回"), ("dispute", "职责争议"), ("transfer", "转办申请")],
                        max_length=8,
                        verbose_name="种类",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("not_duty", "不属本单位职责"),
                            ("not_place", "不在本单位管辖范围"),
                            ("category", "类别不对"),
                            ("unclear", "情况不清，办不了"),
                            ("elsewhere", "已经在别处办理"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="理由",
                    ),
                ),
                ("words", models.CharField(max_length=1000, verbose_name="说明")),
                ("at", models.DateTimeField()),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("returned", "已退回工作台"),
                            ("upheld", "维持原派"),
                            ("awarded", "裁定改派"),
                            ("granted", "同意转办"),
                            ("refused", "不同意转办"),
                            ("lapsed", "已了结，不用再定"),
                        ],
                        max_length=8,
                        verbose_name="裁定",
                    ),
                ),
                ("verdict_words", models.CharField(blank=True, max_length=1000, verbose_name="裁定说明")),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "assignment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matters.assignment",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="objections", to="matters.matter"
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "异议",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at", None)),
                        fields=("matter", "kind"),
                        name="objection_one_open_of_a_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("assist", "协办"), ("task", "小任务")], max_length=6, verbose_name="种类"
                    ),
                ),
                ("request", models.CharField(max_length=1000, verbose_name="要做什么")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="期限")),
                ("at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签收")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="结束")),
                ("cancelled", models.BooleanField(default=False, verbose_name="已取消")),
                ("result", models.CharField(blank=True, max_length=2000, verbose_name="结果")),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="matters.matter"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="grid.unit"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "协办与小任务",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("unit__isnull", False), ("user__isnull", True)),
                            models.Q(("unit__isnull", True), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="part_to_unit_or_user",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("kind", "assist")),
                        fields=("matter", "unit"),
                        name="part_assists_once",
                    ),
                ],
            },
        ),
    ]
