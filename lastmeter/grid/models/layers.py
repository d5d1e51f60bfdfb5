"""Layers 图层: the grids a department drew over a street, cell by cell, with what was wrong in the file."""

from typing import Any

import shapely
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.tree import Node
from lastmeter.grid.models.units import Unit


class Layer(models.Model):
    """One file of a department's cells over a street. Until somebody keeps it, it is only a preview."""

    street = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="layers", verbose_name=_("街道"))
    name = models.CharField(_("图层名称"), max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("单位"))
    department = models.CharField(_("部门"), max_length=100)
    file_name = models.CharField(_("文件名"), max_length=200)
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    crs = models.CharField(_("坐标系"), max_length=20)
    crs_guessed = models.BooleanField(_("坐标系由系统推断"), default=False)
    encoding = models.CharField(_("文字编码"), max_length=20, blank=True)
    warnings = models.TextField(_("提醒"), blank=True)  # a sentence a line, as the reader of the file said it
    loaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(_("导入时间"))
    kept_at = models.DateTimeField(_("收下时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("部门图层")
        constraints = [
            models.UniqueConstraint(
                fields=["street", "department", "sha256", "crs"], condition=~Q(kept_at=None), name="layer_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CellState(models.TextChoices):
    TAKEN = "taken", _("已收")
    REPAIRED = "repaired", _("已修复")
    UNPLACED = "unplaced", _("没有落图")
    REFUSED = "refused", _("未收")


class Cell(models.Model):
    """One row of the file: a department's grid, with its polygon in WGS84, or with the reason why it has none."""

    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="cells")
    number = models.PositiveIntegerField(_("序号"))  # the row or feature in the file, counted from 1
    name = models.CharField(_("名称"), max_length=100)
    in_charge = models.CharField(_("负责人"), max_length=100, blank=True)
    households = models.PositiveIntegerField(_("户数"), null=True, blank=True)
    state = models.CharField(_("结果"), max_length=10, choices=CellState.choices)
    note = models.CharField(_("说明"), max_length=500, blank=True)
    wkb = models.BinaryField(null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)

    class Meta:
        verbose_name = _("图层格子")
        constraints = [
            models.UniqueConstraint(fields=["layer", "number"], name="layer_cell_once"),
            models.CheckConstraint(
                condition=Q(state__in=("taken", "repaired"), wkb__isnull=False)
                | Q(state__in=("unplaced", "refused"), wkb__isnull=True),
                name="layer_cell_placed_or_not",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shape(self) -> Any:
        """The polygon in WGS84 (lon, lat); None for a cell without a place."""
        return None if self.wkb is None else shapely.from_wkb(bytes(self.wkb))


class Unplaced(models.Model):
    """One place of a list that could not be drawn, as it was written, with the reason."""

    cell = models.ForeignKey(Cell, on_delete=models.CASCADE, related_name="unplaced")
    place = models.CharField(_("地点"), max_length=200)
    why = models.CharField(_("原因"), max_length=200)

    class Meta:
        verbose_name = _("没有落图的地点")

    def __str__(self) -> str:
        return f"{self.place}（{self.why}）"
