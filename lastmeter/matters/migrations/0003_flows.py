"""Flows as data: which flow a matter takes and how often something may happen are rows; checks on the spot."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

# The rows of a new installation as they were when this was written (matters/defaults.py): an existing one gets them
# here, at the top of its tree. What somebody has set there by hand already stays.
DAY = 24
BASIS = "惯常值，请按本地规定修改"
PETITION = "信访工作条例第二十二、二十三、三十四、三十五条"
LIMITS = (
    ("return", "", 1, "working_days", 100),
    ("return", "petition", 5, "working_days", 100),
    ("dispute", "", 2, "working_days", 50),
    ("assist", "", 3, "working_days", 75),
    ("repeat", "", 90 * DAY, "natural_hours", 100),
    ("register", "petition", 15 * DAY, "natural_hours", 75),
    ("accept", "petition", 15 * DAY, "natural_hours", 75),
    ("fix", "petition", 60 * DAY, "natural_hours", 75),
    ("recheck", "petition", 30 * DAY, "natural_hours", 75),
    ("reopen", "petition", 30 * DAY, "natural_hours", 100),
)
CAPS = (("returns", 2), ("reopenings", 1), ("misses", 3))


def plant(apps: Any, _editor: Any) -> None:
    limits, caps = apps.get_model("clocks", "Limit"), apps.get_model("matters", "Cap")
    since = timezone.localdate()
    for root in apps.get_model("grid", "Node").objects.filter(parent=None, pk__in=limits.objects.values("node")):
        for kind, profile, amount, measure, share in LIMITS:
            if not limits.objects.filter(node=root, kind=kind, profile=profile).exists():
                basis = PETITION if profile else BASIS
                limits.objects.create(
                    node=root,
                    kind=kind,
                    profile=profile,
                    amount=amount,
                    measure=measure,
                    warn_share=share,
                    basis=basis,
                    valid_from=since,
                )
        for kind, most in CAPS:
            caps.objects.create(node=root, kind=kind, most=most, basis=BASIS, valid_from=since)


class Migration(migrations.Migration):
    dependencies = [
        ("clocks", "0002_ladder"),
        ("grid", "0010_adopting"),
        ("matters", "0002_category_name_en"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="matter",
            name="profile_by_hand",
            field=models.BooleanField(default=False, verbose_name="流程由工作台选定"),
        ),
        migrations.AddField(
            model_name="screening",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("secret", "涉及国家秘密、商业秘密或他人隐私"),
                    ("outside", "不属政府职责，由当事人或市场解决"),
                    ("unlawful", "要求不合法或违背公序良俗"),
                    ("unclear", "没有具体事实，也联系不上诉求人"),
                    ("other", "其他"),
                ],
                max_length=10,
                verbose_name="不予受理的情形",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="profile",
            field=models.CharField(
                choices=[
                    ("grid", "网格"),
                    ("hotline", "热线"),
                    ("city", "城市管理"),
                    ("self", "自办自结"),
                    ("petition", "信访"),
                ],
                default="grid",
                max_length=12,
                verbose_name="流程",
            ),
        ),
        migrations.AlterField(
            model_name="screening",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("accept", "受理"),
                    ("merge", "并入"),
                    ("divert", "告知法定渠道"),
                    ("reject", "不予受理"),
                    ("repeat", "重复反映"),
                    ("handover", "移交紧急电话"),
                ],
                max_length=8,
                verbose_name="筛查结果",
            ),
        ),
        migrations.CreateModel(
            name="Cap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("returns", "退回次数"), ("reopenings", "重开次数"), ("misses", "回访联系不上的次数")],
                        max_length=12,
                        verbose_name="次数",
                    ),
                ),
                (
                    "profile",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("grid", "网格"),
                            ("hotline", "热线"),
                            ("city", "城市管理"),
                            ("self", "自办自结"),
                            ("petition", "信访"),
                        ],
                        max_length=12,
                        verbose_name="流程",
                    ),
                ),
                ("most", models.PositiveSmallIntegerField(verbose_name="最多")),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("valid_from", models.DateField(verbose_name="有效自")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="有效至")),
                (
                    "node",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="caps", to="grid.node"),
                ),
            ],
            options={
                "verbose_name": "次数规则",
            },
        ),
        migrations.CreateModel(
            name="SiteCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("matches", models.BooleanField(verbose_name="与答复相符")),
                ("words", models.CharField(blank=True, max_length=1000, verbose_name="看到的情况")),
                ("at", models.DateTimeField()),
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
                    "matter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="matters.matter"
                    ),
                ),
            ],
            options={
                "verbose_name": "现场核实",
            },
        ),
        migrations.CreateModel(
            name="ProfileRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("web", "居民网页"),
                            ("plate", "扫码"),
                            ("patrol", "网格巡查"),
                            ("phone", "来电"),
                            ("counter", "窗口"),
                            ("message", "转来信息"),
                            ("import", "导入"),
                        ],
                        max_length=10,
                        verbose_name="来源",
                    ),
                ),
                (
                    "profile",
                    models.CharField(
                        choices=[
                            ("grid", "网格"),
                            ("hotline", "热线"),
                            ("city", "城市管理"),
                            ("self", "自办自结"),
                            ("petition", "信访"),
                        ],
                        max_length=12,
                        verbose_name="流程",
                    ),
                ),
                ("basis", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("valid_from", models.DateField(verbose_name="有效自")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="有效至")),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matters.category",
                    ),
                ),
                (
                    "node",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="profile_rules", to="grid.node"
                    ),
                ),
            ],
            options={
                "verbose_name": "流程规则",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("profile", "self"), _negated=True), name="profile_rule_not_self"
                    )
                ],
            },
        ),
        migrations.RunPython(plant, migrations.RunPython.noop),
    ]
