"""全要素事项清单: what the communities of a place may be asked, item by item, once somebody has approved it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.matters.models.catalogue import Category


class ItemList(models.Model):
    """A list of a place: drafted, approved by a body with a document, in force from a day, retired by the next one.

    Only a draft can be edited. The nearest list in force above a place governs it alone.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("草稿")
        APPROVED = "approved", _("已批准")
        RETIRED = "retired", _("已废止")

    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="item_lists")
    name = models.CharField(_("名称"), max_length=100)
    status = models.CharField(_("状态"), max_length=10, choices=Status.choices, default=Status.DRAFT)
    rule = models.CharField(_("清单之外不得下派的依据"), max_length=300)
    approved_by = models.CharField(_("批准机关"), max_length=100, blank=True)
    document = models.CharField(_("文号"), max_length=100, blank=True)
    valid_from = models.DateField(_("有效自"), null=True, blank=True)
    valid_to = models.DateField(_("有效至"), null=True, blank=True)
    made_at = models.DateTimeField(_("起草时间"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(_("登记批准的时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("全要素事项清单")
        constraints = [
            models.UniqueConstraint(
                fields=["node"], condition=Q(status="approved", valid_to=None), name="item_list_one_open"
            ),
            models.UniqueConstraint(fields=["node"], condition=Q(status="draft"), name="item_list_one_draft"),
            models.CheckConstraint(
                condition=Q(status="draft") | (~Q(approved_by="") & Q(valid_from__isnull=False)),
                name="item_list_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """One line of a list: a category, what a community does with it, who owns it, by which law."""

    class Asked(models.TextChoices):
        OWN = "own", _("社区职责")
        ASSIST = "assist", _("社区协助")
        NEVER = "never", _("不得交给社区")

    list = models.ForeignKey(ItemList, on_delete=models.CASCADE, related_name="items")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items")
    asked = models.CharField(_("对社区"), max_length=10, choices=Asked.choices)
    grid = models.BooleanField(_("网格员可以做"), default=False)
    owner = models.CharField(_("责任单位"), max_length=200, blank=True)
    work = models.CharField(_("社区和网格做什么"), max_length=300, blank=True)
    basis = models.CharField(_("依据"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("清单事项")
        constraints = [
            models.UniqueConstraint(fields=["list", "category"], name="item_once"),
            models.CheckConstraint(condition=~Q(asked="never") | Q(grid=False), name="item_never_is_never"),
        ]
