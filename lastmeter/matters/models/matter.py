"""The matter itself and who asked: what was reported, under which category, with whom it lies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Level, Unit
from lastmeter.kit.fields import SealedText
from lastmeter.matters.models.catalogue import Category


class Source(models.TextChoices):
    WEB = "web", _("居民网页")
    PLATE = "plate", _("扫码")
    PATROL = "patrol", _("网格巡查")
    PHONE = "phone", _("来电")
    COUNTER = "counter", _("窗口")
    MESSAGE = "message", _("转来信息")
    IMPORT = "import", _("导入")


class Profile(models.TextChoices):
    GRID = "grid", _("网格")
    HOTLINE = "hotline", _("热线")
    CITY = "city", _("城市管理")
    SELF = "self", _("自办自结")
    PETITION = "petition", _("信访")


class Urgency(models.TextChoices):
    EMERGENCY = "emergency", _("紧急")
    URGENT = "urgent", _("急")
    NORMAL = "normal", _("一般")


class Matter(models.Model):
    """One matter on its dossier. Steps are moved only by matters/steps.py."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="matter")
    text = models.TextField(_("内容"))
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    source_number = models.CharField(_("来源编号"), max_length=64, blank=True)
    profile = models.CharField(_("流程"), max_length=12, choices=Profile.choices, default=Profile.GRID)
    profile_by_hand = models.BooleanField(_("流程由工作台选定"), default=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="matters")
    urgency = models.CharField(_("紧急程度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    tracking_hash = models.BinaryField(max_length=32, null=True)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="filed_matters")
    desk_level = models.PositiveSmallIntegerField(_("所在工作台"), choices=Level.choices, default=Level.GRID)
    found_at = models.DateTimeField(_("发现时间"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="matters")
    handler = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="handled_matters")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    reopen_until = models.DateTimeField(_("可重开至"), null=True, blank=True)

    class Meta:
        verbose_name = _("事项")

    def __str__(self) -> str:
        return self.dossier.number


class Requester(models.Model):
    """诉求人: the person who asked, as little of them as the matter needs. Who filed, for whom, with what consent."""

    matter = models.OneToOneField(Matter, on_delete=models.CASCADE, primary_key=True, related_name="requester")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    name = SealedText(_("称呼"), null=True)
    phone = SealedText(_("手机"), null=True)
    phone_hash = models.BinaryField(max_length=32, null=True)
    address = SealedText(_("通信地址"), null=True)
    phone_verified_at = models.DateTimeField(null=True)
    on_behalf = models.BooleanField(_("代为登记"), default=False)
    consent = models.CharField(_("告知与同意"), max_length=20)
    consent_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("诉求人")
        indexes = [models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="requester_phone")]
