"""事件归集与热点: which messages speak of one thing, what is hot, and what people put together to be handled as one."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.kit.fields import BytewiseCharField
from lastmeter.matters.models.matter import Matter


class WordTable(models.Model):
    """What words weigh here: counts over this installation's own messages, newest row holds. No message is in it."""

    at = models.DateTimeField()
    messages = models.PositiveIntegerField()
    counts = models.BinaryField()

    class Meta:
        verbose_name = _("词频表")


class HotIssue(models.Model):
    """热点: messages that the machine finds to be about one thing. It ranks, it proposes; it moves no matter."""

    title = models.CharField(_("标题"), max_length=200)
    place = models.CharField(_("地点"), max_length=200, blank=True)
    heat = models.FloatField(_("热度"), default=0)
    people = models.PositiveIntegerField(_("人数"), default=0)
    messages = models.PositiveIntegerField(_("件数"), default=0)
    lately = models.PositiveIntegerField(_("近三十天"), default=0)
    first_at = models.DateTimeField(_("最早"))
    last_at = models.DateTimeField(_("最近"))
    sample = models.ForeignKey(Matter, on_delete=models.SET_NULL, null=True, related_name="+")
    packed = models.BinaryField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("热点")
        indexes = [models.Index(fields=["-heat", "id"], name="hot_heat")]

    def __str__(self) -> str:
        return self.title


class Voice(models.Model):
    """One message as the clustering sees it, and the hot issue that it belongs to (none: nothing like it so far)."""

    matter = models.OneToOneField(Matter, on_delete=models.CASCADE, primary_key=True, related_name="voice")
    issue = models.ForeignKey(HotIssue, on_delete=models.SET_NULL, null=True, related_name="voices")
    packed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("热点中的一件")


class VoiceWord(models.Model):
    """The weightiest words of a message, by which the next one finds it."""

    voice = models.ForeignKey(Voice, on_delete=models.CASCADE, related_name="words", db_constraint=False)
    word = models.IntegerField()
    weight = models.FloatField()

    class Meta:
        verbose_name = _("热点词")
        indexes = [models.Index(fields=["word", "-voice"], name="voice_word")]


class Incident(models.Model):
    """事件: many people, one thing. Proposed by the machine or made by hand; a person's confirmation joins matters.

    The lead is handled; the others keep their steps, deadlines and requesters, follow it, and are answered each.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待确认")
        CONFIRMED = "confirmed", _("一起办理")
        DISMISSED = "dismissed", _("不是一件事")
        SPLIT = "split", _("已拆开")
        MERGED = "merged", _("并入另一事件")
        CLOSED = "closed", _("已逐一答复")

    number = BytewiseCharField(_("编号"), max_length=10, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    lead = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="led_incidents", verbose_name=_("牵头事项"))
    issue = models.ForeignKey(HotIssue, on_delete=models.SET_NULL, null=True, related_name="incidents")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("事件")
        indexes = [models.Index(fields=["state", "-proposed_at", "id"], name="incident_state")]

    def __str__(self) -> str:
        return self.number


class Membership(models.Model):
    """A matter in an event, from when until when: proposed, joined, left. Nothing of the matter itself is written."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="memberships")
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(_("归入时间"), null=True)
    joined_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    left_at = models.DateTimeField(_("移出时间"), null=True)
    left_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    came_with = models.ForeignKey(Incident, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("事件中的一件")
        constraints = [
            models.UniqueConstraint(
                fields=["matter"],
                condition=Q(joined_at__isnull=False, left_at=None),
                name="membership_in_one_event",
            ),
            models.UniqueConstraint(
                fields=["incident", "matter"], condition=Q(left_at=None), name="membership_once_an_event"
            ),
        ]


class Watch(models.Model):
    """关注: somebody of the staff who is told when a hot issue grows past what they set. They set it, they end it."""

    issue = models.ForeignKey(HotIssue, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    above = models.FloatField(_("热度超过"))
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("关注")
        constraints = [models.UniqueConstraint(fields=["issue", "user"], name="watch_once")]


class Theme(models.Model):
    """专题: saved words × a place × a period, for everybody who looks after that place."""

    name = models.CharField(_("名称"), max_length=40, unique=True)
    words = models.CharField(_("词语"), max_length=200)
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+", verbose_name=_("地点"))
    since = models.DateField(_("自"), null=True)
    until = models.DateField(_("至"), null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("专题")

    def __str__(self) -> str:
        return self.name
