"""A closing says why, what lay behind it, who decided, and what was still open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0004_objections_and_parts")]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("facility", "设施老化或损坏"),
                    ("management", "管理不到位"),
                    ("duty", "职责不清"),
                    ("policy", "政策或资金所限"),
                    ("conduct", "个人或商户行为"),
                    ("dispute", "邻里或利益纠纷"),
                    ("season", "天气或季节"),
                    ("information", "不了解政策"),
                    ("unknown", "还说不清"),
                ],
                max_length=12,
                verbose_name="根本原因",
            ),
        ),
        migrations.AddField(
            model_name="closure",
            name="decided_by",
            field=models.CharField(blank=True, max_length=60, verbose_name="谁定的"),
        ),
        migrations.AddField(
            model_name="closure",
            name="despite",
            field=models.CharField(blank=True, max_length=1000, verbose_name="还有没办完的，为什么仍办结"),
        ),
        migrations.AddField(
            model_name="closure",
            name="reason",
            field=models.CharField(blank=True, max_length=1000, verbose_name="为什么这样办结"),
        ),
    ]
