"""清单: lists that people keep, and what was done with many matters at once, each with what it was before."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Node, Unit
from lastmeter.kit.constraints import one_of
from lastmeter.matters.models.catalogue import Category
from lastmeter.matters.models.handling import Outcome
from lastmeter.matters.models.matter import Urgency


class SavedList(models.Model):
    """常用清单 of a person, of the desk of a place, or of a unit: an address's query under a name."""

    name = models.CharField(_("名称"), max_length=40)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="saved_lists")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, null=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    query = models.CharField(max_length=1000)
    columns = models.CharField(_("列"), max_length=300, blank=True)
    is_default = models.BooleanField(_("默认打开"), default=False)
    version = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("常用清单")
        constraints = [
            one_of("saved_list_one_owner", "user", "node", "unit"),
            models.UniqueConstraint(fields=["user", "name"], name="saved_list_user_name"),
            models.UniqueConstraint(fields=["node", "name"], name="saved_list_node_name"),
            models.UniqueConstraint(fields=["unit", "name"], name="saved_list_unit_name"),
            models.UniqueConstraint(fields=["user"], condition=Q(is_default=True), name="saved_list_user_default"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """批量处理: one act on many matters. A draft is a preview; what was done can be undone."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待确认")
        WAITING = "waiting", _("排队中")
        RUNNING = "running", _("处理中")
        DONE = "done", _("已完成")
        UNDOING = "undoing", _("撤销中")
        UNDONE = "undone", _("已撤销")

    act = models.CharField(_("操作"), max_length=12)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    as_post = models.BigIntegerField(null=True)
    query = models.CharField(max_length=1000)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.DRAFT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+")
    urgency = models.CharField(max_length=10, choices=Urgency.choices, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    reason = models.CharField(max_length=1000, blank=True)  # why it ends so, when it is not solved
    at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("批量处理")
        indexes = [
            models.Index(
                fields=["id"], condition=Q(state__in=["waiting", "running", "undoing"]), name="bulk_run_waiting"
            )
        ]


class BulkRow(models.Model):
    """One matter of a run: the version it was chosen in, what became of it, and how its rows were before and after."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        REFUSED = "refused", _("不能处理")
        DONE = "done", _("已处理")
        UNDONE = "undone", _("已撤销")
        KEPT = "kept", _("不能撤销")

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True)
    changes = models.TextField(blank=True)

    class Meta:
        verbose_name = _("批量处理的事项")
        constraints = [models.UniqueConstraint(fields=["run", "dossier"], name="bulk_row_once")]
        indexes = [models.Index(fields=["run", "state", "id"], name="bulk_row_state")]
