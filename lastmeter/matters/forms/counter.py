"""The counter's form: what somebody says by phone, at the window or in a message, typed in by staff on their behalf."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid import scope
from lastmeter.grid.addresses import finding
from lastmeter.grid.models import Building, Node
from lastmeter.grid.picking import SURE
from lastmeter.kit.forms import Phone
from lastmeter.matters.forms.fields import CategoryField, Words, category_choices
from lastmeter.matters.intake import MOST_PLACE, MOST_TEXT
from lastmeter.matters.models import Source, Urgency

CLEAR = 0.02  # matches closer than this are not told apart for the person
SOURCES = [(each.value, each.label) for each in (Source.PHONE, Source.COUNTER, Source.MESSAGE)]


class CounterForm(forms.Form):
    """Text first (typed or pasted), then where, then who; everything else has a first value."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    source = forms.ChoiceField(
        label=gettext_lazy("怎么来的"), choices=SOURCES, widget=forms.RadioSelect, initial=Source.PHONE
    )
    text = Words(
        label=gettext_lazy("什么事"), limit=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 6, "autofocus": True})
    )
    node = forms.CharField(
        label=gettext_lazy("哪个社区、网格"),
        max_length=120,
        widget=forms.TextInput(attrs={"list": "places", "autocomplete": "off"}),
        help_text=gettext_lazy("打几个字就能选，如：望海 一网格；也可以写地址，如：东风三路12号3栋。"),
    )
    place = Words(label=gettext_lazy("具体位置"), limit=MOST_PLACE, rows=0, required=False)
    name = Words(label=gettext_lazy("诉求人称呼"), limit=60, rows=0, required=False)
    phone = Phone(label=gettext_lazy("手机"), required=False)
    postal = Words(
        label=gettext_lazy("通信地址"),
        limit=200,
        rows=0,
        required=False,
        help_text=gettext_lazy("没有手机的，答复寄到这里。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-private": ""}),
    )
    consent = forms.BooleanField(label=gettext_lazy("已念给对方听并得到同意"), required=False)
    category = CategoryField(label=gettext_lazy("类别"))
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), choices=Urgency.choices, initial=Urgency.NORMAL)

    def __init__(self, data: Any = None, *, by: Actor, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.by = by
        self.address = ""  # of the building that was written where a place is asked for
        category = self.fields["category"]
        if isinstance(category, CategoryField):
            category.offer(category_choices())

    def clean_node(self) -> Node:
        """The one place in the actor's scope that these words name."""
        found = places(self.by, self.cleaned_data["node"])
        if not found and (building := self._building()):
            return building.node
        if not found:
            raise forms.ValidationError(_("在您的范围内没有这个地点，请从列表里选一个。"))
        exact = [node for node in found if label(node) == self.cleaned_data["node"]]
        if len(found) > 1 and not exact:
            names = "、".join(label(node) for node in found[:4])
            raise forms.ValidationError(_("有几个地点都对得上：%(names)s。请写得再具体些。") % {"names": names})
        return (exact or found)[0]

    def _building(self) -> Building | None:
        """The one building in the actor's scope that the address means; its words become the place."""
        typed = self.cleaned_data["node"]
        grounds = scope.outermost(held.path for held in scope.reach(self.by).nodes)
        found = [match for node in Node.objects.filter(path__in=grounds) for match in finding.find(typed, under=node)]
        sure = [match for match in sorted(found, key=lambda match: -match.score) if match.score >= SURE]
        if not sure:
            return None
        if len(sure) > 1 and sure[1].score > sure[0].score - CLEAR:
            names = "、".join(match.words for match in sure[:4])
            raise forms.ValidationError(_("有几个地点都对得上：%(names)s。请写得再具体些。") % {"names": names})
        self.address = sure[0].words
        return sure[0].building

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.address and self.address not in cleaned.get("place", ""):
            cleaned["place"] = f"{self.address} {cleaned.get('place', '')}".strip()[:MOST_PLACE]
        if any(cleaned.get(name) for name in ("name", "phone", "postal")) and not cleaned.get("consent"):
            self.add_error(
                "consent", _("记下称呼、手机或通信地址，须先把这段话念给对方听并得到同意；对方不同意就把这几项留空。")
            )
        return cleaned


def label(node: Node) -> str:
    """A place as the counter writes it: its parent and its own name."""
    return f"{node.parent.name} {node.name}" if node.parent else node.name


def reachable(actor: Actor) -> list[Node]:
    """The communities, grids and micro-grids in the actor's scope, at most 2000, in the order of the tree."""
    found: list[Node] = []
    for held in scope.reach(actor).nodes:
        below = Node.objects.below(held.path).filter(valid_to=None, level__gte=5).select_related("parent")
        found += below.order_by("path")[:2000]
    return list({node.pk: node for node in found}.values())


def places(actor: Actor, typed: str) -> list[Node]:
    """The places in the actor's scope whose label holds every word of what was typed, larger ones first."""
    words = typed.split()
    named = [node for node in reachable(actor) if words and all(word in label(node) for word in words)]
    return sorted(named, key=lambda node: (node.level, node.path))
