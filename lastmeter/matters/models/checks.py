"""现场核实: what somebody in the grid found where the reply says it is done."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.matters.models.matter import Matter


class SiteCheck(models.Model):
    """One look on the spot: does it match the reply? Only a match lets the matter be closed."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="checks")
    matches = models.BooleanField(_("与答复相符"))
    words = models.CharField(_("看到的情况"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("现场核实")
