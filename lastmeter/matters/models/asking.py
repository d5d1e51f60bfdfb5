"""What the requester is asked: to add something, whether it is solved, how it was."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import PolicyRow, lasting
from lastmeter.matters.models.catalogue import Category
from lastmeter.matters.models.handling import Outcome
from lastmeter.matters.models.matter import Matter


class Enquiry(models.Model):
    """请补充: a question to the requester; it lapses when unanswered at its date."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="enquiries")
    question = models.CharField(_("需要补充"), max_length=1000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    remind_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(_("已提醒"), null=True, blank=True)
    answer = models.TextField(_("补充内容"), blank=True)
    ended_at = models.DateTimeField(_("答复或失效"), null=True, blank=True)

    class Meta:
        verbose_name = _("补充询问")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at=None), name="enquiry_one_open"),
        ]
        indexes = [
            models.Index(fields=["lapses_at", "id"], condition=Q(ended_at=None), name="enquiry_to_lapse"),
            models.Index(
                fields=["remind_at", "id"], condition=Q(ended_at=None, reminded_at=None), name="enquiry_remind"
            ),
        ]


class LapseRule(PolicyRow):
    """What follows an unanswered question, as a policy row: the nearest ancestor's wins; without one work goes on."""

    class Then(models.TextChoices):
        GO_ON = "go_on", _("按现有情况继续办理")
        CLOSE = "close", _("办结")

    KEY = ("category",)

    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    then = models.CharField(_("到期以后"), max_length=6, choices=Then.choices)
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices, default=Outcome.EXPLAINED)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("补充到期规则")
        constraints = [lasting("lapse_rule_span")]


class Revisit(models.Model):
    """回访: the call or message after closing, and whether the requester was reached."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="revisits")
    reached = models.BooleanField(_("已联系上"))
    solved = models.BooleanField(_("确认已解决"), null=True)
    words = models.CharField(_("回访记录"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("回访")


class Rating(models.Model):
    """评价 by the requester: of the work, never of a person."""

    class Score(models.IntegerChoices):
        SATISFIED = 3, _("满意")
        FAIR = 2, _("基本满意")
        DISSATISFIED = 1, _("不满意")

    matter = models.OneToOneField(Matter, on_delete=models.CASCADE, primary_key=True, related_name="rating")
    score = models.PositiveSmallIntegerField(_("评价"), choices=Score.choices)
    solved = models.BooleanField(_("是否解决"))
    words = models.CharField(_("意见"), max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("评价")
