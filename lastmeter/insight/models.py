"""Figures: the formulas of rates, what is left out of them and why, and the months that were published."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.matters.models import Matter


class Measure(models.TextChoices):
    """The rates, as practitioners name them (DOMAIN.md 5.6); the first three are 三率."""

    RESPONSE = "response", _("响应率")
    RESOLUTION = "resolution", _("解决率")
    SATISFACTION = "satisfaction", _("满意率")
    FILING = "filing", _("立案率")
    CLOSURE = "closure", _("结案率")
    ON_TIME = "on_time", _("按期结案率")
    ONCE_DONE = "once_done", _("一次完成率")
    REWORK = "rework", _("返工率")
    REVISIT = "revisit", _("有效回访率")
    DISSATISFACTION = "dissatisfaction", _("不满意率")
    SELF_HANDLED = "self_handled", _("自办自结率")


class Formula(models.Model):
    """A version of a rate: which fact stands above the line and which below, for months from a day on.

    One formula for the whole installation: places can only be compared by the same one.
    """

    measure = models.CharField(_("指标"), max_length=20, choices=Measure.choices)
    version = models.PositiveSmallIntegerField(_("版本"))
    numerator = models.CharField(_("分子"), max_length=30)
    denominator = models.CharField(_("分母"), max_length=30)
    basis = models.CharField(_("依据"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("审定人"))
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("指标公式")
        constraints = [
            models.UniqueConstraint(fields=["measure", "version"], name="formula_version"),
            models.UniqueConstraint(fields=["measure"], condition=Q(valid_to=None), name="formula_one_current"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")), name="formula_span"),
        ]


class Exclusion(models.Model):
    """剔除: a matter that a rate leaves out, asked for with a reason by one person and approved by another."""

    class Reason(models.TextChoices):
        FORCE_MAJEURE = "force_majeure", _("不可抗力（台风、洪水等）")
        NOT_OURS = "not_ours", _("不属本地职责")
        LEGAL = "legal", _("已进入诉讼、仲裁、复议等程序")
        UNLAWFUL = "unlawful", _("诉求违法违规")
        SYSTEM = "system", _("系统或数据差错")
        OTHER = "other", _("其他（写明）")

    class State(models.TextChoices):
        ASKED = "asked", _("待批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")
        ENDED = "ended", _("已取消")

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="+", verbose_name=_("事项"))
    measure = models.CharField(_("指标"), max_length=20, choices=Measure.choices)
    reason = models.CharField(_("理由"), max_length=16, choices=Reason.choices)
    words = models.CharField(_("说明"), max_length=500)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.ASKED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人"))
    at = models.DateTimeField(_("申请时间"))
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    answer = models.CharField(_("批准意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("指标剔除")
        constraints = [
            models.UniqueConstraint(
                fields=["matter", "measure"], condition=Q(state__in=["asked", "approved"]), name="exclusion_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("by")), name="exclusion_by_two_people"
            ),
        ]
        indexes = [models.Index(fields=["measure", "state"], name="exclusion_measure")]


class Publication(models.Model):
    """月度公开: the figures of a place for a month as they were made public. A correction is a new one; this one stays.

    `place` does not follow when the ground is redrawn: the figures of a month are those of that month's grid.
    """

    place = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", verbose_name=_("地方"))
    month = models.DateField(_("月份"))
    number = models.PositiveSmallIntegerField(_("第几次公布"))
    words = models.CharField(_("更正说明"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("公布人"))
    at = models.DateTimeField(_("公布时间"))
    recounted_at = models.DateTimeField(_("最近复算"), null=True)
    differs = models.PositiveIntegerField(_("复算不符的格数"), default=0)

    class Meta:
        verbose_name = _("月度公开")
        constraints = [models.UniqueConstraint(fields=["place", "month", "number"], name="publication_once")]


class Figure(models.Model):
    """One cell of a published table; `by` and `key` say which row it stands in ("" = the whole place)."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="figures")
    by = models.CharField(_("口径"), max_length=6, blank=True)
    key = models.CharField(max_length=40, blank=True)
    label = models.CharField(_("名称"), max_length=200)
    position = models.PositiveSmallIntegerField()
    formula = models.ForeignKey(Formula, on_delete=models.PROTECT, related_name="+", verbose_name=_("公式"))
    numerator = models.PositiveIntegerField(_("分子"))
    denominator = models.PositiveIntegerField(_("分母"))
    excluded = models.PositiveIntegerField(_("剔除"))

    class Meta:
        verbose_name = _("公开数据")
        constraints = [
            models.UniqueConstraint(fields=["publication", "by", "key", "formula"], name="figure_once"),
        ]
