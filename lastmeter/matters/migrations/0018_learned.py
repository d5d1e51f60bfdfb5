"""Models this installation has learned, and the cases they are tried on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0017_events"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BenchCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="内容")),
                ("confidence", models.FloatField(null=True, verbose_name="把握")),
                ("place", models.PositiveSmallIntegerField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("added_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "expected",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="matters.category",
                        verbose_name="应该是",
                    ),
                ),
                (
                    "said",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="matters.category"
                    ),
                ),
            ],
            options={
                "verbose_name": "试题",
            },
        ),
        migrations.CreateModel(
            name="LearnedModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("category", "类别"), ("unit", "办理单位"), ("urgency", "紧急程度")],
                        max_length=10,
                        verbose_name="认什么",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("in_use", "在用"), ("before", "已被新的换下"), ("worse", "不如在用的，没有换上")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("trained_at", models.DateTimeField(verbose_name="训练时间")),
                ("rows", models.PositiveIntegerField(verbose_name="学了多少件")),
                ("macro_f1", models.FloatField(verbose_name="宏平均 F1")),
                ("against", models.FloatField(null=True, verbose_name="当时在用的模型")),
                ("file", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField(verbose_name="文件大小")),
                ("report", models.JSONField(default=dict)),
                (
                    "scheme",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matters.scheme"
                    ),
                ),
            ],
            options={
                "verbose_name": "学到的模型",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("scheme__isnull", False), ("state", "in_use")),
                        fields=("what", "scheme"),
                        name="learned_in_use",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("scheme", None), ("state", "in_use")),
                        fields=("what",),
                        name="learned_in_use_without_scheme",
                    ),
                ],
            },
        ),
    ]
