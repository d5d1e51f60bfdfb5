"""Asking for a proposal of grids and changing it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.history.forms import WhenForm
from lastmeter.grid.models import Layer, Node, ProposalGrid
from lastmeter.kit.forms import narrow


class AskForm(forms.Form):
    """For which ground, and how many households a grid should have."""

    street = forms.ModelChoiceField(Node.objects.none(), label=_("范围"), empty_label=None)
    urban_from = forms.IntegerField(label=_("城镇网格户数，从"), min_value=1, max_value=100_000)
    urban_to = forms.IntegerField(label=_("城镇网格户数，到"), min_value=1, max_value=100_000)
    rural_from = forms.IntegerField(label=_("农村网格户数，从"), min_value=1, max_value=100_000)
    rural_to = forms.IntegerField(label=_("农村网格户数，到"), min_value=1, max_value=100_000)

    base = forms.ModelChoiceField(
        Layer.objects.none(),
        label=_("从哪张图开始"),
        empty_label=_("现在的网格"),
        help_text=_("方案的网格数和起点取自这张图；结果的紧凑和均衡不比它差，守不住的社区逐个写明原因。"),
        required=False,
    )
    layers = forms.ModelMultipleChoiceField(
        Layer.objects.none(),
        label=_("一起对照的部门图层"),
        help_text=_("没有画到楼栋、巷组的地方可以沿它们的边界划分；结果里写明它们的每个网格并到了哪里。"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    rejoin = forms.BooleanField(
        label=_("今天分在几个网格里的小区，也并到一个网格"),
        help_text=_("户数超过一个网格上限的小区除外。并小区时，有的指标可能比现在差，结果里会写明。"),
        required=False,
    )

    def __init__(self, *args: Any, places: Sequence[Node], drawn: QuerySet[Layer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "street", Node.objects.filter(pk__in=[each.pk for each in places]).order_by("path"))
        if not drawn.exists():
            del self.fields["base"], self.fields["layers"]
            return
        narrow(self, "base", drawn)
        narrow(self, "layers", drawn)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for kind in ("urban", "rural"):
            low, high = values.get(f"{kind}_from"), values.get(f"{kind}_to")
            if low is not None and high is not None and low > high:
                self.add_error(f"{kind}_to", _("上限不能小于下限。"))
        street: Node | None = values.get("street")
        for name, chosen in (("base", [values.get("base")]), ("layers", values.get("layers") or [])):
            if street and any(each and not street.path.startswith(each.street.path) for each in chosen):
                self.add_error(name, _("这张图不在所选的范围里，请选同一个街道的图层。"))
        return values


class GiftForm(forms.Form):
    """Which cell goes to which grid, of the version of the proposal that was looked at."""

    cell = forms.IntegerField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.ModelChoiceField(ProposalGrid.objects.none(), label=_("划给"), empty_label=None)

    def __init__(self, *args: Any, grids: Sequence[ProposalGrid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "to", ProposalGrid.objects.filter(pk__in=[each.pk for each in grids]).order_by("number"))


class AdoptForm(WhenForm):
    """From which day the version that was looked at is the grid, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
