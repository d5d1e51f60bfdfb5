"""What moves a date with a reason: a pause until a day, an extension that was asked for and approved."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.clocks.models.deadline import Deadline
from lastmeter.clocks.models.limits import Measure
from lastmeter.dossiers.models import Dossier


class Pause(models.Model):
    """暂停计时: the work waits for something that its handler cannot hasten; it goes on by itself at `until`."""

    class Reason(models.TextChoices):
        REQUESTER = "requester", _("等诉求人补充材料或配合")
        OPINION = "opinion", _("等其他单位出具意见")
        PROCEDURE = "procedure", _("鉴定、检测、评估、公示等法定程序")
        DISPUTE = "dispute", _("正在诉讼、仲裁、复议")
        NO_ENTRY = "no_entry", _("无法进入现场或诉求人改期")
        WEATHER = "weather", _("恶劣天气或不可抗力")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(_("原因"), max_length=12, choices=Reason.choices)
    words = models.CharField(_("说明"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("暂停"))
    until = models.DateTimeField(_("暂停到"))
    ended_at = models.DateTimeField(_("恢复"), null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("暂停计时")
        constraints = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(ended_at=None), name="pause_one_open"),
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="pause_span"),
        ]
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="pause_to_end")]


class Extension(models.Model):
    """延期: asked for before the deadline with a reason, approved or refused by the desk above whoever asked.

    `level` is that of the desk which asked (grid.Level); somebody who handles counts as below every desk. `amount` is
    in the deadline's own measure.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待批")
        APPROVED = "approved", _("已同意")
        REFUSED = "refused", _("不同意")
        LAPSED = "lapsed", _("不再需要")

    deadline = models.ForeignKey(Deadline, on_delete=models.CASCADE, related_name="extensions")
    reason = models.CharField(_("延期理由"), max_length=1000)
    amount = models.PositiveIntegerField(_("延长多少"))
    measure = models.CharField(_("计量"), max_length=14, choices=Measure.choices)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField()
    at = models.DateTimeField(_("申请"))
    state = models.CharField(_("结果"), max_length=8, choices=State.choices, default=State.ASKED)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("批复"), null=True, blank=True)
    words = models.CharField(_("批复意见"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("延期")
        constraints = [
            models.UniqueConstraint(fields=["deadline"], condition=Q(state="asked"), name="extension_one_asked"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="extension_positive"),
        ]
