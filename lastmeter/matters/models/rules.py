"""What the owner sets by rows with effect dates: which flow a matter takes, and how often something may happen."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import PolicyRow, lasting
from lastmeter.matters.models.catalogue import Category
from lastmeter.matters.models.matter import Profile, Source


class ProfileRule(PolicyRow):
    """Which flow a new matter takes: the nearest ancestor's valid row wins, the most particular one first.

    A row with a category speaks of that category and everything below it. Blank = any.
    """

    KEY = ("source", "category")

    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    profile = models.CharField(_("流程"), max_length=12, choices=Profile.choices)

    class Meta:
        verbose_name = _("流程规则")
        constraints = [
            models.CheckConstraint(condition=~Q(profile=Profile.SELF), name="profile_rule_not_self"),
            lasting("profile_rule_span"),
        ]


class Cap(PolicyRow):
    """How often something may happen before it is another matter: the nearest ancestor's valid row of a kind wins."""

    class Kind(models.TextChoices):
        RETURNS = "returns", _("退回次数")
        REOPENINGS = "reopenings", _("重开次数")
        MISSES = "misses", _("回访联系不上的次数")

    KEY = ("kind", "profile")

    kind = models.CharField(_("次数"), max_length=12, choices=Kind.choices)
    profile = models.CharField(_("流程"), max_length=12, choices=Profile.choices, blank=True)
    most = models.PositiveSmallIntegerField(_("最多"))

    class Meta:
        verbose_name = _("次数规则")
        constraints = [lasting("cap_span")]
