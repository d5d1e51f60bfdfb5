"""交接: who handed a post over to whom, and the list of the open work that went along."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.posts import Post


class Handover(models.Model):
    """A post went from one person to another; its items are the list both can look at afterwards."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="handovers")
    leaver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    successor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("交接时间"))

    class Meta:
        verbose_name = _("交接")


class HandedItem(models.Model):
    """One piece of open work that went to the successor: its kind, its title of that day and where it is."""

    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(_("种类"), max_length=20)
    title = models.CharField(_("标题"), max_length=200)
    link = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("交接的工作")
