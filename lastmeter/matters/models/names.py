"""Names that other systems use for places."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Node


class DistrictName(models.Model):
    """A name that an imported file uses for a place (A3区, B2) and the node it means, kept per source."""

    source = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("来源地名")
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="district_name_once")]
