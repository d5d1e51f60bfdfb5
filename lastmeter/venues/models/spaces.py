"""场所、房间、设备: where something can be held, and what is in it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Node


class Venue(models.Model):
    """场所: a centre or station of the Party and the masses, or another place with rooms, at a node."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("党群服务中心")
        STATION = "station", _("党群驿站")
        OTHER = "other", _("其他场所")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="venues")
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=100)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    words = models.TextField(_("使用须知"), blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("场所")
        constraints = [
            models.UniqueConstraint(fields=["node", "name"], condition=Q(closed_on=None), name="venue_name_at_node")
        ]

    def __str__(self) -> str:
        return self.name


class Equipment(models.Model):
    """设备: what a room may have; rows of the installation."""

    name = models.CharField(_("名称"), max_length=20, unique=True)
    name_en = models.CharField(_("英文"), max_length=40, blank=True)
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("设备")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class Space(models.Model):
    """房间: what is booked. A hall that can be divided has its parts as children; a booking occupies the leaves.

    `buffer` minutes after each booking nobody else is in it: a constant of the room, so that the database can hold it.
    """

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="spaces")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    name = models.CharField(_("名称"), max_length=40)
    capacity = models.PositiveIntegerField(_("可容纳人数"))
    buffer = models.PositiveSmallIntegerField(_("两场之间留几分钟"), default=0)
    approval_above = models.PositiveIntegerField(_("超过多少人要审批"), null=True, blank=True)
    needs_key = models.BooleanField(_("要领钥匙"), default=False)
    equipment = models.ManyToManyField(Equipment, related_name="spaces", blank=True, verbose_name=_("设备"))
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    closed_on = models.DateField(_("停用日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("房间")
        constraints = [models.CheckConstraint(condition=Q(capacity__gt=0), name="space_capacity")]

    def __str__(self) -> str:
        return self.name
