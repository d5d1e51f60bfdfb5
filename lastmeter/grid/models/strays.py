"""Positions outside their own grid, as the worker found them last."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.kit.fields import BytewiseCharField


class Stray(models.Model):
    """An open row of some model whose position lies outside the place it hangs at: a cache, found anew by the worker.

    Paths stand here, not nodes: what the ground's changes move is the row itself, and then this one is found anew.
    """

    model = models.CharField(max_length=60)
    row = models.BigIntegerField()
    path = BytewiseCharField(max_length=35)  # of the place it hangs at
    found = BytewiseCharField(max_length=35, blank=True)  # of the place that has the position; "" where none has

    class Meta:
        verbose_name = _("不在自己网格里的位置")
        constraints = [models.UniqueConstraint(fields=["model", "row"], name="stray_once")]
        indexes = [models.Index(fields=["path"], name="stray_path")]
