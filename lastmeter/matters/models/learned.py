"""What this installation has learned: its models with their reports, and the cases they are tried on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.matters.models.catalogue import Category, Scheme


class LearnedModel(models.Model):
    """A model that was trained here. Its file lies in the storage; `report` is of matters it has not learned from.

    `macro_f1` was measured on the same set-aside matters as `against`, that of the model in use at the time.
    """

    class What(models.TextChoices):
        CATEGORY = "category", _("类别")
        UNIT = "unit", _("办理单位")
        URGENCY = "urgency", _("紧急程度")

    class State(models.TextChoices):
        IN_USE = "in_use", _("在用")
        BEFORE = "before", _("已被新的换下")
        WORSE = "worse", _("不如在用的，没有换上")

    what = models.CharField(_("认什么"), max_length=10, choices=What.choices)
    scheme = models.ForeignKey(Scheme, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    trained_at = models.DateTimeField(_("训练时间"))
    rows = models.PositiveIntegerField(_("学了多少件"))
    macro_f1 = models.FloatField(_("宏平均 F1"))
    against = models.FloatField(_("当时在用的模型"), null=True)
    file = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("文件大小"))
    report = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("学到的模型")
        constraints = [
            models.UniqueConstraint(
                fields=["what", "scheme"], condition=Q(state="in_use", scheme__isnull=False), name="learned_in_use"
            ),
            models.UniqueConstraint(
                fields=["what"], condition=Q(state="in_use", scheme=None), name="learned_in_use_without_scheme"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.trained_at:%Y-%m-%d}"


class BenchCase(models.Model):
    """试题: a text and the category it should get; what the model in use said of it when it was last tried.

    `place`: 1 the first guess, 2 or 3 among the three, 0 none of them; None: not tried yet.
    """

    text = models.TextField(_("内容"))
    expected = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", verbose_name=_("应该是"))
    said = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, related_name="+")
    confidence = models.FloatField(_("把握"), null=True)
    place = models.PositiveSmallIntegerField(null=True)
    tried_at = models.DateTimeField(null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("试题")
