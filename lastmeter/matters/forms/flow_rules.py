"""Forms of the rules that choose a flow and say how often something may happen."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.models import Node
from lastmeter.kit.forms import offer
from lastmeter.matters.forms.fields import CategoryField, Choices, Words, category_choices
from lastmeter.matters.models import Cap, Profile, Source

BASIS = gettext_lazy("依据（文件名、文号）")
FLOWS = [(each.value, each.label) for each in Profile if each != Profile.SELF]


class AnyCategory(CategoryField):
    """A category, or none: then the rule speaks of all."""

    def offer(self, choices: Choices | Callable[[], Choices]) -> None:
        """As a `CategoryField`, with a word for "all" in front."""
        self.choices = lambda: [("", _("不限")), *(choices() if callable(choices) else choices)]


class AtPlace(forms.Form):
    """A rule that hangs on one of the places its writer keeps."""

    node = forms.ChoiceField(label=gettext_lazy("用在哪里"))

    def __init__(self, data: Any = None, *, nodes: list[Node], prefix: str) -> None:
        super().__init__(data, prefix=prefix)
        self.nodes = {str(each.pk): each for each in nodes}
        offer(self, "node", [(key, each.name) for key, each in self.nodes.items()])

    def clean_node(self) -> Node:
        return self.nodes[self.cleaned_data["node"]]


class FlowRuleForm(AtPlace):
    source = forms.ChoiceField(
        label=gettext_lazy("来源"), choices=[("", gettext_lazy("不限")), *Source.choices], required=False
    )
    category = AnyCategory(label=gettext_lazy("类别（连同下级）"))
    profile = forms.ChoiceField(label=gettext_lazy("按哪个流程"), choices=FLOWS)
    basis = Words(label=BASIS, rows=0, limit=200)

    def __init__(self, data: Any = None, *, nodes: list[Node], prefix: str) -> None:
        super().__init__(data, nodes=nodes, prefix=prefix)
        field = self.fields["category"]
        if isinstance(field, CategoryField):
            field.offer(category_choices)


class CapForm(AtPlace):
    kind = forms.ChoiceField(label=gettext_lazy("管什么"), choices=Cap.Kind.choices)
    profile = forms.ChoiceField(
        label=gettext_lazy("哪个流程"), choices=[("", gettext_lazy("不限")), *FLOWS], required=False
    )
    most = forms.IntegerField(label=gettext_lazy("最多几次"), min_value=0, max_value=99)
    basis = Words(label=BASIS, rows=0, limit=200)
