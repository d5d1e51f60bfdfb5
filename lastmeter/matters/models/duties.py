"""职责清单: which unit leads and which assist, by category and place, from one day to another."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Node, Unit
from lastmeter.matters.models.catalogue import Category


class Duty(models.Model):
    """A rule row: the nearest ancestor's rows of a category win; those of a category go before those of its parent."""

    class Rank(models.TextChoices):
        LEAD = "lead", _("主办")
        ASSIST = "assist", _("协办")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="duties")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties")
    rank = models.CharField(_("职责"), max_length=6, choices=Rank.choices)
    basis = models.CharField(_("依据"), max_length=300, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("职责")
        constraints = [
            models.UniqueConstraint(
                fields=["node", "category", "unit"], condition=Q(valid_to=None), name="duty_one_current"
            ),
            models.UniqueConstraint(
                fields=["node", "category"], condition=Q(rank="lead", valid_to=None), name="duty_one_lead"
            ),
        ]
