"""What the requester is told: in which words, over which way, and whether it arrived."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.kit.fields import SealedText
from lastmeter.matters.models.catalogue import Category
from lastmeter.matters.models.matter import Matter, Profile


class Way(models.TextChoices):
    """How words reach a requester: in their account (by mail too), on their phone, in an envelope."""

    NOTICE = "notice", _("站内和邮件")
    SMS = "sms", _("短信")
    LETTER = "letter", _("信件")


class Template(models.Model):
    """The words of one occasion as a policy row: the nearest ancestor's valid row wins, the most particular first.

    Empty words send nothing. A change ends the row and begins another: what was sent keeps the version it used.
    """

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="message_templates")
    occasion = models.CharField(_("时机"), max_length=24)
    profile = models.CharField(_("流程"), max_length=12, choices=Profile.choices, blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    way = models.CharField(_("渠道"), max_length=8, choices=Way.choices, blank=True)
    words = models.TextField(_("内容"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("消息模板")
        constraints = [
            models.UniqueConstraint(
                fields=["node", "occasion", "profile", "way"],
                condition=Q(valid_to=None, category=None),
                name="template_one_for_all",
            ),
            models.UniqueConstraint(
                fields=["node", "occasion", "profile", "way", "category"],
                condition=Q(valid_to=None, category__isnull=False),
                name="template_one_for_category",
            ),
        ]


class Message(models.Model):
    """One message to the requester of a matter, with the version of the words it used; its sendings stand in notices.

    `unsent`: this installation has no text messages, so somebody has to call.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="messages")
    occasion = models.CharField(_("时机"), max_length=24)
    way = models.CharField(_("渠道"), max_length=8, choices=Way.choices)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    words = SealedText(_("内容"), null=True)
    unsent = models.BooleanField(_("没有渠道"), default=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("告知")

    @property
    def key(self) -> str:
        """Under which the outbox knows it."""
        return f"told:{self.pk}"


class Letter(models.Model):
    """A message on paper, for whoever left neither phone nor account; open until somebody says how it went out."""

    class How(models.TextChoices):
        POSTED = "posted", _("已寄出")
        HANDED = "handed", _("当面交给")
        PHONED = "phoned", _("电话告知")

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="letter")
    address = SealedText(_("通信地址"), null=True)
    how = models.CharField(_("怎么送到"), max_length=8, choices=How.choices, blank=True)
    done_on = models.DateField(_("送出日期"), null=True, blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("信件")
        indexes = [models.Index(fields=["message"], condition=Q(done_at=None), name="letter_open")]
