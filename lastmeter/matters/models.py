"""The matter: what was reported, by whom, under which category, with whom it lies and how it ended."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Level, Node, Unit
from lastmeter.kit.fields import SealedText


class Scheme(models.Model):
    """A catalogue of categories: the Guangdong hotline's, the city-management standard's, a local list."""

    code = models.CharField(_("代号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    source = models.CharField(_("来源"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("分类体系")


class Category(models.Model):
    """One item of a scheme. The public ones may be shown on public lists; the others never are."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="categories")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(_("英文名称"), max_length=100, blank=True)
    words = models.CharField(_("提示词"), max_length=300, blank=True)
    advice = models.CharField(_("先请注意"), max_length=300, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("事项类别")
        constraints = [models.UniqueConstraint(fields=["scheme", "code", "parent"], name="category_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name as this reader sees it: in English where the catalogue has an English one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


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
    SELF = "self", _("自办自结")


class Urgency(models.TextChoices):
    EMERGENCY = "emergency", _("紧急")
    URGENT = "urgent", _("急")
    NORMAL = "normal", _("一般")


class Outcome(models.TextChoices):
    SOLVED = "solved", _("已解决")
    PARTLY = "partly", _("部分解决")
    EXPLAINED = "explained", _("已解释")
    NOT_OURS = "not_ours", _("不属受理范围")
    IMPOSSIBLE = "impossible", _("确不能解决")


class Matter(models.Model):
    """One matter on its dossier. Steps are moved only by matters/steps.py."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, primary_key=True, related_name="matter")
    text = models.TextField(_("内容"))
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices)
    source_number = models.CharField(_("来源编号"), max_length=64, blank=True)
    profile = models.CharField(_("流程"), max_length=12, choices=Profile.choices, default=Profile.GRID)
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
    phone_verified_at = models.DateTimeField(null=True)
    on_behalf = models.BooleanField(_("代为登记"), default=False)
    consent = models.CharField(_("告知与同意"), max_length=20)
    consent_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("诉求人")
        indexes = [models.Index(fields=["phone_hash"], condition=Q(phone_hash__isnull=False), name="requester_phone")]


class Assignment(models.Model):
    """The matter lies with a unit or a person from one moment to another; the open one is whose turn it is."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="assignments")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="assignments")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    request = models.CharField(_("办理要求"), max_length=1000, blank=True)
    at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("分派")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at=None), name="assignment_one_open"),
            models.CheckConstraint(condition=Q(unit__isnull=False) | Q(user__isnull=False), name="assignment_to"),
        ]


class Reply(models.Model):
    """处置反馈: what the handler answers; the text reaches the requester when the matter is closed or at once."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(_("答复"))
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("答复")


class Closure(models.Model):
    """A closing: closed is not the same as solved, so it says how it ended and who decided. Reopening ends it."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="closures")
    outcome = models.CharField(_("办理结果"), max_length=12, choices=Outcome.choices)
    words = models.TextField(_("结案说明"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reopened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("结案")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(reopened_at=None), name="closure_one_open"),
        ]


class Channel(models.TextChoices):
    """Legal channels outside the flow, for a diverted matter (Beijing 12345 regulation art. 11 as the model)."""

    EMERGENCY = "emergency", _("110、119、120、122 紧急电话")
    LITIGATION = "litigation", _("诉讼")
    ARBITRATION = "arbitration", _("仲裁")
    REVIEW = "review", _("行政复议")
    PETITION = "petition", _("信访")
    DISCIPLINE = "discipline", _("纪检监察")
    DISCLOSURE = "disclosure", _("政府信息公开")
    MARKET = "market", _("市场与社会渠道")


class Screening(models.Model):
    """How a report was screened: accepted, merged, diverted to a legal channel, or rejected with the reason."""

    class Verdict(models.TextChoices):
        ACCEPT = "accept", _("受理")
        MERGE = "merge", _("并入")
        DIVERT = "divert", _("告知法定渠道")
        REJECT = "reject", _("不予受理")

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="screenings")
    verdict = models.CharField(_("筛查结果"), max_length=8, choices=Verdict.choices)
    channel = models.CharField(_("法定渠道"), max_length=12, choices=Channel.choices, blank=True)
    reason = models.CharField(_("理由"), max_length=1000, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("筛查")


class Enquiry(models.Model):
    """请补充: a question to the requester; it lapses when unanswered at its date."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="enquiries")
    question = models.CharField(_("需要补充"), max_length=1000)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    answer = models.TextField(_("补充内容"), blank=True)
    ended_at = models.DateTimeField(_("答复或失效"), null=True, blank=True)

    class Meta:
        verbose_name = _("补充询问")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(ended_at=None), name="enquiry_one_open"),
        ]


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


class DistrictName(models.Model):
    """A name that an imported file uses for a place (A3区, B2) and the node it means, kept per source."""

    source = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("来源地名")
        constraints = [models.UniqueConstraint(fields=["source", "name"], name="district_name_once")]
