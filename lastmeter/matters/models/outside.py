"""外部单位: somebody without an account answers about one matter by a link."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Event
from lastmeter.kit.fields import SealedText
from lastmeter.matters.models.matter import Matter


class OutsideLink(models.Model):
    """A firm is asked about a matter and answers by a signed link until a moment, or until it is withdrawn."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="outside_links")
    firm = models.CharField(_("外部单位"), max_length=100)
    email = SealedText(_("邮箱"), null=True)
    request = models.CharField(_("请对方答复什么"), max_length=1000)
    with_photos = models.BooleanField(_("给对方看照片"), default=False)
    until = models.DateTimeField(_("链接有效至"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    opened_at = models.DateTimeField(_("首次打开"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用"), null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("外部答复链接")

    @property
    def key(self) -> str:
        """Under which the outbox knows its mail."""
        return f"outside:{self.pk}"


class OutsideAnswer(models.Model):
    """One answer by a link; the same `client_ref` again is the same answer. Its words stand in the event."""

    link = models.ForeignKey(OutsideLink, on_delete=models.CASCADE, related_name="answers")
    client_ref = models.CharField(max_length=64)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("外部答复")
        constraints = [models.UniqueConstraint(fields=["link", "client_ref"], name="outside_answer_once")]
