"""The address book of the place: roads, compounds, buildings, entrances, their names as search keys. Never people."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models.tree import Node
from lastmeter.kit.fields import BytewiseCharField


class Road(models.Model):
    """路、街、巷: a named road within a street or town (`node`), which many grids share."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="roads")
    name = models.CharField(_("道路"), max_length=60)
    key = BytewiseCharField(max_length=60)  # parsing.key of the name: what makes two spellings the same road

    class Meta:
        verbose_name = _("道路")
        constraints = [models.UniqueConstraint(fields=["node", "key"], name="road_once")]

    def __str__(self) -> str:
        return self.name


class Compound(models.Model):
    """小区: a named housing estate, courtyard or village within a street or town (`node`)."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="compounds")
    name = models.CharField(_("小区"), max_length=60)
    key = BytewiseCharField(max_length=60)

    class Meta:
        verbose_name = _("小区")
        constraints = [models.UniqueConstraint(fields=["node", "key"], name="compound_once")]

    def __str__(self) -> str:
        return self.name


class Building(models.Model):
    """栋: a building of a grid or micro-grid (`node`): by its number on a road, by its block in a compound, or both."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="buildings")
    road = models.ForeignKey(Road, on_delete=models.PROTECT, null=True, related_name="buildings")
    compound = models.ForeignKey(Compound, on_delete=models.PROTECT, null=True, related_name="buildings")
    number = BytewiseCharField(_("门牌号"), max_length=20, blank=True)  # "12", "12-1"; without 号
    block = BytewiseCharField(_("楼栋"), max_length=20, blank=True)  # "3", "A"; without 栋
    households = models.PositiveIntegerField(_("户数"), default=0)  # of the whole building, its entrances included
    lon = models.FloatField(_("经度"), null=True, blank=True)  # WGS84
    lat = models.FloatField(_("纬度"), null=True, blank=True)
    invented = models.BooleanField(_("虚构"), default=False)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("楼栋")
        constraints = [
            models.CheckConstraint(
                condition=Q(compound__isnull=False) & (~Q(block="") | ~Q(number=""))
                | Q(compound__isnull=True, road__isnull=False) & ~Q(number=""),
                name="building_is_named",
            ),
            # A block has its name once in a compound, whatever road the compound is said to lie on.
            models.UniqueConstraint(
                fields=["compound", "block"],
                condition=Q(closed_on=None, compound__isnull=False) & ~Q(block=""),
                name="block_once",
            ),
            # NULLs count as equal through Coalesce: SQLite has no NULLS NOT DISTINCT.
            models.UniqueConstraint(
                Coalesce("road", 0),
                Coalesce("compound", 0),
                "number",
                "block",
                condition=Q(closed_on=None) & (Q(compound=None) | Q(block="")),
                name="number_once",
            ),
        ]
        indexes = [
            models.Index(fields=["road", "number", "block"], name="building_road"),
            models.Index(fields=["compound", "block"], name="building_compound"),
        ]


class Entrance(models.Model):
    """单元（梯）: an entrance of a building."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="entrances")
    name = BytewiseCharField(_("单元"), max_length=20)  # "2"; without 单元
    households = models.PositiveIntegerField(_("户数"), default=0)

    class Meta:
        verbose_name = _("单元")
        constraints = [models.UniqueConstraint(fields=["building", "name"], name="entrance_once")]


class PlaceName(models.Model):
    """A name of a road or compound, aliases included, in the forms by which it is found."""

    road = models.ForeignKey(Road, on_delete=models.CASCADE, null=True, related_name="names")
    compound = models.ForeignKey(Compound, on_delete=models.CASCADE, null=True, related_name="names")
    name = models.CharField(_("名称"), max_length=60)
    key = BytewiseCharField(max_length=60)
    pinyin = BytewiseCharField(max_length=240)  # syllables parted by blanks, without tones

    class Meta:
        verbose_name = _("地名")
        constraints = [
            models.CheckConstraint(
                condition=Q(road__isnull=True, compound__isnull=False) | Q(road__isnull=False, compound__isnull=True),
                name="name_of_road_or_compound",
            ),
        ]


class NameGram(models.Model):
    """A piece of a name, by which names that are spelt alike are found through an index, within `town` or anywhere."""

    name = models.ForeignKey(PlaceName, on_delete=models.CASCADE, related_name="grams")
    gram = BytewiseCharField(max_length=12)
    # The node of the road or compound, so that one index answers for one town.
    town = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("地名片段")
        indexes = [models.Index(fields=["gram", "town", "name"], name="name_gram")]
