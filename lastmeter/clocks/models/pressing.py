"""督办与催办: somebody presses for an answer, and the answer has a deadline of its own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier


class Demand(models.Model):
    """督办 by a post above, or 催办 by the desk or the requester; answered by whoever the matter lies with."""

    class Kind(models.TextChoices):
        SUPERVISE = "supervise", _("督办")
        URGE = "urge", _("催办")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="demands")
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    words = models.CharField(_("要求"), max_length=1000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    by_requester = models.BooleanField(_("诉求人催办"), default=False)
    at = models.DateTimeField(_("发出"))
    answer = models.CharField(_("回复"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("回复或结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("督办催办")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind"], condition=Q(ended_at=None), name="demand_one_open"),
        ]
