"""The forms of picking a place and of its plates."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lastmeter.grid.models import Node, Plate
from lastmeter.grid.plates.making import Format
from lastmeter.kit.forms import narrow


class HereForm(forms.Form):
    """A position in WGS84 degrees, filled in by the browser."""

    lon = forms.FloatField(label=_("经度"), min_value=-180, max_value=180, widget=forms.HiddenInput)
    lat = forms.FloatField(label=_("纬度"), min_value=-90, max_value=90, widget=forms.HiddenInput)


class SpotForm(forms.Form):
    """Where one more plate of a place hangs."""

    spot = forms.CharField(
        label=_("张贴位置"), max_length=60, help_text=_("写到站在牌前就能认出来，例如“3栋1单元门口”“菜市场西门”")
    )


class PrintForm(forms.Form):
    """Which plates to print and how: single plates, the places ticked, or all places of the list."""

    format = forms.ChoiceField(label=_("版式"), choices=Format.choices)
    pick = forms.ModelMultipleChoiceField(Node.objects.none(), required=False)
    plate = forms.ModelMultipleChoiceField(Plate.objects.none(), required=False)

    def __init__(self, *args: Any, places: QuerySet[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow(self, "pick", places)
        narrow(self, "plate", Plate.objects.current().filter(node__in=places))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not (cleaned["pick"] or cleaned["plate"] or "all" in self.data):
            raise forms.ValidationError(_("还没有选网格。请在左边打勾，或点“全部打印”。"))
        return cleaned
