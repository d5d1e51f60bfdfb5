"""Duty: rosters with their shifts and members, swaps, and the calls of residents with who was tried."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.tree import Node
from lastmeter.kit.fields import SealedText


class DayType(models.TextChoices):
    WORKDAY = "workday", _("工作日")
    MAKEUP = "makeup", _("调休上班日")
    WEEKEND = "weekend", _("周末")
    HOLIDAY = "holiday", _("节假日")


class Roster(models.Model):
    """Who is on duty at a node: a pattern valid between dates; a changed pattern is a new row that follows."""

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="rosters")
    name = models.CharField(_("名称"), max_length=60)
    round_the_clock = models.BooleanField(_("全天值守"), default=True)
    phone = models.CharField(_("值班电话"), max_length=30, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="followed_by")

    class Meta:
        verbose_name = _("值班表")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="roster_span"),
        ]

    def __str__(self) -> str:
        return self.name


class RosterSlot(models.Model):
    """One shift of a kind of day: China time and minutes."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="slots")
    days = models.CharField(_("日子"), max_length=8, choices=DayType.choices)
    position = models.PositiveSmallIntegerField()
    starts = models.TimeField(_("开始"))
    minutes = models.PositiveSmallIntegerField(_("分钟"))

    class Meta:
        verbose_name = _("班次")
        constraints = [
            models.UniqueConstraint(fields=["roster", "days", "position"], name="roster_slot_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=1440), name="roster_slot_length"),
        ]


class RosterMember(models.Model):
    """Somebody's place in the order of a roster."""

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="members")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("值班人员")
        constraints = [
            models.UniqueConstraint(fields=["roster", "position"], name="roster_member_place"),
            models.UniqueConstraint(fields=["roster", "user"], name="roster_member_once"),
        ]


class Swap(models.Model):
    """One shift given to somebody else, for one of theirs in return or for none; it holds once they accept."""

    class State(models.TextChoices):
        ASKED = "asked", _("等对方答复")
        ACCEPTED = "accepted", _("已同意")
        DECLINED = "declined", _("未同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    roster = models.ForeignKey(Roster, on_delete=models.CASCADE, related_name="swaps")
    starts_at = models.DateTimeField(_("班次开始"))
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    back_at = models.DateTimeField(_("换回的班次开始"), null=True, blank=True)
    words = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("换班")
        constraints = [
            models.UniqueConstraint(
                fields=["roster", "starts_at", "giver"], condition=Q(state="asked"), name="swap_asked_once"
            ),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="swap_between_two"),
        ]


class Call(models.Model):
    """A resident presses 现在呼叫: who was offered, who did not answer. Of the caller only a phone they leave."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("呼叫中")
        ANSWERED = "answered", _("有人接了")
        UNANSWERED = "unanswered", _("没有人接")
        ABANDONED = "abandoned", _("没有说结果")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="calls")
    ref = models.CharField(max_length=40, unique=True)  # random, made with the page: the second tap finds the first
    started_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    position = models.PositiveSmallIntegerField(default=0)  # of the attempt that is on
    missed = models.PositiveSmallIntegerField(_("没接的人数"), default=0)
    phone = SealedText(_("回电号码"), null=True, blank=True)
    followed_up_at = models.DateTimeField(_("跟进时间"), null=True, blank=True)
    followed_up_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(_("跟进情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("呼叫")
        indexes = [
            models.Index(fields=["node", "-id"], condition=Q(missed__gt=0, followed_up_at=None), name="call_to_follow"),
            models.Index(fields=["started_at"], condition=Q(outcome="running"), name="call_running"),
        ]


class CallAttempt(models.Model):
    """One person of a call's line, in order; a moment in `unanswered_at` is the fact that they did not answer."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="attempts")
    position = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(_("在哪里"), max_length=100)
    on_duty = models.BooleanField(_("当班"), default=False)
    phone = models.CharField(_("公开电话"), max_length=30)
    unanswered_at = models.DateTimeField(_("没接"), null=True, blank=True)

    class Meta:
        verbose_name = _("呼叫对象")
        constraints = [models.UniqueConstraint(fields=["call", "position"], name="call_attempt_once")]
