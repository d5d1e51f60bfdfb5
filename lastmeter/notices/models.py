"""Who is told what: notices for signed-in people, deliveries to addresses, and codes that prove a phone."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.kit.fields import SealedText


class Notice(models.Model):
    """One message to one person, shown in the product; other channels are deliveries of it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(_("标题"), max_length=200)
    words = models.TextField(_("内容"), blank=True)
    link = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=120)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_list"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]


class Delivery(models.Model):
    """The outbox: one sending of one message to one address over one channel, in the transaction of its act."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        DEAD = "dead", _("发送失败")

    channel = models.CharField(_("渠道"), max_length=10)
    address = SealedText(_("地址"))
    subject = models.CharField(_("主题"), max_length=200, blank=True)
    words = SealedText(_("内容"))
    key = models.CharField(max_length=160, unique=True)
    urgent = models.BooleanField(_("紧急"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(_("原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("发送")
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state="waiting"), name="delivery_due")]


class PhoneCode(models.Model):
    """A six-digit code sent to a phone; ten minutes, few tries, one use. Only its keyed hash is kept."""

    phone_hash = models.BinaryField(max_length=32)
    code_hash = models.BinaryField(max_length=32)
    purpose = models.CharField(max_length=20)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("验证码")
        indexes = [models.Index(fields=["phone_hash", "-id"], name="phone_code_phone")]
