"""公开招募: a vacant post that residents and members may apply for, and who applied."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models.posts import Post
from lastmeter.kit.fields import BytewiseCharField, SealedText
from lastmeter.kit.masking import mask_phone


class PostOpening(models.Model):
    """A post can be applied for from one day to another (China dates, the last one included)."""

    class State(models.TextChoices):
        OPEN = "open", _("招募中")
        FILLED = "filled", _("已选定")
        CLOSED = "closed", _("已停止")

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="openings")
    text = models.TextField(_("说明"))
    open_from = models.DateField(_("报名自"))
    open_until = models.DateField(_("报名至"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("公开招募")
        constraints = [
            models.UniqueConstraint(fields=["post"], condition=Q(state="open"), name="opening_one_open"),
            models.CheckConstraint(condition=Q(open_until__gte=F("open_from")), name="opening_span"),
        ]


class Application(models.Model):
    """Somebody applies for an open post; name, phone and words go when the stated time is over."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待答复")
        ACCEPTED = "accepted", _("已接受")
        REFUSED = "refused", _("未接受")

    opening = models.ForeignKey(PostOpening, on_delete=models.PROTECT, related_name="applications")
    number = BytewiseCharField(_("编号"), max_length=10, unique=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = SealedText(_("姓名"), null=True)
    phone = SealedText(_("手机"), null=True)
    phone_hash = models.BinaryField(max_length=32, null=True)
    words = SealedText(_("自我介绍"), null=True)
    consent = models.CharField(_("告知与同意"), max_length=20)
    client = models.CharField(max_length=64)
    client_ref = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("报名时间"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("答复"), max_length=500, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("报名")
        constraints = [
            models.UniqueConstraint(fields=["client", "client_ref"], name="application_client_ref"),
        ]
        indexes = [
            models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="application_phone"),
        ]

    @property
    def masked_phone(self) -> str:
        """The phone as it is shown to whoever has not given a reason."""
        return mask_phone(self.phone or "")
