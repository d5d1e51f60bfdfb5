"""办理投诉: a complaint about the handling itself, at a desk that has not handled it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.models import User
from lastmeter.grid.models import Node
from lastmeter.kit.fields import SealedText
from lastmeter.matters.models.matter import Matter


class Grievance(models.Model):
    """The requester is not content with how their matter is handled; `node` is whose desk answers, above those who did.

    It stands in no timeline: whoever handled the matter reads neither its words nor its answer.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="grievances")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    words = SealedText(_("投诉内容"), null=True)
    client_ref = models.CharField(max_length=64)
    at = models.DateTimeField()
    due_at = models.DateTimeField(_("答复期限"))
    overdue_at = models.DateTimeField(_("已超期"), null=True, blank=True)
    answer = SealedText(_("答复"), null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("办理投诉")
        constraints = [
            models.UniqueConstraint(fields=["matter"], condition=Q(answered_at=None), name="grievance_one_open"),
            models.UniqueConstraint(fields=["matter", "client_ref"], name="grievance_once"),
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(answered_at=None), name="grievance_due")]
