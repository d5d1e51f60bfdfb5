"""What the page of all rules says of the formulas: they are one for the whole installation."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.keeping import KEEPERS, LOWEST
from lastmeter.grid.models import Node
from lastmeter.grid.rulebook import kinds


def _grounds(actor: Actor) -> list[str]:
    return scope.grounds(actor, KEEPERS, LOWEST)


def _href(_node: Node) -> str:
    return reverse("rates-formulas")


KIND = kinds.Kind(kinds.WHAT, gettext_lazy("指标公式"), _grounds, _href)
