"""What the page of all rules says of those about posts."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import keeping
from lastmeter.grid.models import Node, Staffing, TermWarning
from lastmeter.grid.rulebook import kinds
from lastmeter.grid.staff import terms


def _href(node: Node) -> str:
    return reverse("post-rules-of", args=[node.pk])


def _says(node: Node, today: date) -> str:
    days = terms.days_at(node.path, today)
    return _("任期到期提前 %(days)d 天提醒") % {"days": days} if days else ""


KIND = kinds.Kind(
    kinds.WHO, gettext_lazy("配岗要求和到期提醒"), keeping.ground, _href, kinds.of(Staffing, TermWarning), _says
)
