"""The dated rules: how long something may take, how an overdue one climbs, how far a date may be moved."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Level, PolicyRow, Unit, lasting


class Measure(models.TextChoices):
    NATURAL_HOURS = "natural_hours", _("小时（自然时）")
    WORKING_HOURS = "working_hours", _("工作小时")
    WORKING_DAYS = "working_days", _("工作日")


class Limit(PolicyRow):
    """A time limit as a policy row: the nearest ancestor's valid row of a kind wins, the most particular one first."""

    KEY = ("kind", "profile", "category", "urgency", "unit")

    kind = models.CharField(_("期限"), max_length=12)
    profile = models.CharField(_("流程"), max_length=12, blank=True)
    category = models.BigIntegerField(_("类别"), null=True, blank=True)
    urgency = models.CharField(_("紧急程度"), max_length=10, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="limits")
    amount = models.PositiveIntegerField(_("数量"))
    measure = models.CharField(_("计量"), max_length=14, choices=Measure.choices)
    warn_share = models.PositiveSmallIntegerField(_("预警比例（%）"), default=75)

    class Meta:
        verbose_name = _("时限规则")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="limit_positive"),
            lasting("limit_span"),
        ]


class Rung(PolicyRow):
    """A step of the ladder 逐级上报: so long after the due moment, the overdue dossier goes up to the desk of a level.

    Of each number the nearest ancestor's valid row wins; one for a kind of deadline goes before one for all.
    """

    KEY = ("kind", "number")

    kind = models.CharField(_("期限"), max_length=12, blank=True)
    number = models.PositiveSmallIntegerField(_("第几级"))
    amount = models.PositiveIntegerField(_("数量"))
    measure = models.CharField(_("计量"), max_length=14, choices=Measure.choices)
    level = models.PositiveSmallIntegerField(_("报到哪一级"), choices=Level.choices)

    class Meta:
        verbose_name = _("逐级上报规则")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0) & Q(number__gt=0), name="rung_positive"),
            lasting("rung_span"),
        ]


class Bound(PolicyRow):
    """A number of the rules on pausing, extending, suspending and urging, as a policy row; `which` narrows it.

    The nearest ancestor's valid row wins; one for a particular reason or kind goes before one for all. Without a row
    there is no bound.
    """

    class What(models.TextChoices):
        PAUSES = "pauses", _("一个期限最多暂停几次")
        PAUSE_DAYS = "pause_days", _("一次最多暂停几天")
        EXTENSIONS = "extensions", _("一个期限最多延期几次")
        EXTENSION_SHARE = "extend_share", _("一次延期不超过原期限的百分之几")
        REVIEW_DAYS = "review_days", _("挂账最长几天复核一次")
        URGE_DAYS = "urge_days", _("诉求人隔几天可以再催一次")

    KEY = ("what", "which")

    what = models.CharField(_("哪一项"), max_length=12, choices=What.choices)
    which = models.CharField(_("哪一种"), max_length=12, blank=True)
    amount = models.PositiveIntegerField(_("数量"))

    class Meta:
        verbose_name = _("期限变动上限")
        constraints = [lasting("bound_span")]
