"""Catalogues of categories: several schemes side by side."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


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
