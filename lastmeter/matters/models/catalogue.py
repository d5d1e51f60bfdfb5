"""Catalogues of categories: several schemes side by side, their editions, and how they answer to each other."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User


class Scheme(models.Model):
    """A catalogue of categories: the Guangdong hotline's, the city-management standard's, a local list.

    `offered`: its matters can be chosen when one is filed or dispatched. `unchecked`: nobody has held it against the
    official text yet, and every page says so.
    """

    code = models.CharField(_("代号"), max_length=30, unique=True)
    name = models.CharField(_("名称"), max_length=100)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    offered = models.BooleanField(_("供登记和分派选用"), default=True)
    unchecked = models.BooleanField(_("未经核对"), default=False)

    class Meta:
        verbose_name = _("分类体系")

    def __str__(self) -> str:
        return self.name


class Category(models.Model):
    """One item of a scheme. The public ones may be shown on public lists; the others never are.

    The key is scheme, kind, code — and the parent, because a standard prints one code twice (DB44/T 2479-2024: 090499).
    `borrowed`: the standard leaves the name empty, and the one shown here is the parent's.
    """

    class Kind(models.TextChoices):
        MATTER = "matter", _("事项")
        COMPONENT = "component", _("部件")

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="categories")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices, default=Kind.MATTER)
    code = models.CharField(_("代码"), max_length=30)
    name = models.CharField(_("名称"), max_length=100)
    name_en = models.CharField(_("英文名称"), max_length=100, blank=True)
    borrowed = models.BooleanField(_("名称取自上级"), default=False)
    scope = models.CharField(_("说明"), max_length=500, blank=True)
    words = models.CharField(_("提示词"), max_length=300, blank=True)
    advice = models.CharField(_("先请注意"), max_length=300, blank=True)
    public = models.BooleanField(_("可以公开"), default=False)
    valid_from = models.DateField(_("有效自"), null=True, blank=True)
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("事项类别")
        constraints = [
            models.UniqueConstraint(
                fields=["scheme", "kind", "code", "parent"], condition=Q(valid_to=None), name="category_code"
            ),
            models.UniqueConstraint(
                fields=["scheme", "kind", "code"], condition=Q(valid_to=None, parent=None), name="category_top_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name as this reader sees it: in English where the catalogue has an English one."""
        return self.name_en if self.name_en and get_language() == "en" else self.name


class Edition(models.Model):
    """A version of a scheme: what a file changed in it, from which day. Not applied yet: its day has not come."""

    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="editions")
    name = models.CharField(_("版本"), max_length=60)
    source = models.CharField(_("来源"), max_length=300, blank=True)
    valid_from = models.DateField(_("生效日期"))
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(_("载入时间"))
    applied_at = models.DateTimeField(_("施行时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("分类版本")
        constraints = [
            models.UniqueConstraint(fields=["scheme"], condition=Q(applied_at=None), name="edition_one_waiting"),
        ]


class Difference(models.Model):
    """One thing an edition changes: kept after it was applied, so that an old name can be found again."""

    class What(models.TextChoices):
        ADDED = "added", _("新增")
        RENAMED = "renamed", _("改名")
        MOVED = "moved", _("移动")
        ENDED = "ended", _("终止")
        REWORDED = "reworded", _("改说明")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="differences")
    what = models.CharField(_("变化"), max_length=10, choices=What.choices)
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, related_name="differences")
    kind = models.CharField(max_length=10, choices=Category.Kind.choices)
    code = models.CharField(_("代码"), max_length=30)
    parent_code = models.CharField(_("上级代码"), max_length=30, blank=True)
    before = models.CharField(_("原来"), max_length=500, blank=True)
    after = models.CharField(_("现在"), max_length=500, blank=True)
    borrowed = models.BooleanField(default=False)
    scope = models.CharField(max_length=500, blank=True)
    words = models.CharField(max_length=300, blank=True)
    advice = models.CharField(max_length=300, blank=True)
    name_en = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("版本差异")


class Anomaly(models.Model):
    """Something odd in the file of an edition: kept as the source has it, and reported; never mended in silence."""

    class What(models.TextChoices):
        TWICE = "twice", _("代码重复")
        NAMELESS = "nameless", _("名称为空")
        SCOPELESS = "scopeless", _("说明为空")
        STRAY = "stray", _("代码与上级不符")
        GAP = "gap", _("缺号")
        TWO_NAMES = "two_names", _("同一代码两个名称")
        MARKED = "marked", _("来源已标注")

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="anomalies")
    row = models.PositiveIntegerField(_("行"), null=True)
    what = models.CharField(_("异常"), max_length=10, choices=What.choices)
    kind = models.CharField(max_length=10, choices=Category.Kind.choices)
    code = models.CharField(_("代码"), max_length=200)
    words = models.CharField(_("说明"), max_length=300)

    class Meta:
        verbose_name = _("目录异常")


class Correspondence(models.Model):
    """分类对照: what a category of one scheme is in another, from one day to another. Many to many; read both ways."""

    source = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="means")
    target = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="meant_by")
    note = models.CharField(_("备注"), max_length=200, blank=True)
    valid_from = models.DateField(_("有效自"))
    valid_to = models.DateField(_("有效至"), null=True, blank=True)

    class Meta:
        verbose_name = _("分类对照")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target"], condition=Q(valid_to=None), name="correspondence_one_current"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="correspondence_of_two"),
        ]
