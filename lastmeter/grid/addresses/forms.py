"""The forms of the address book."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.addresses.book import MOST_HOUSEHOLDS
from lastmeter.grid.models import Node
from lastmeter.kit.forms import narrow

LARGEST = 20 * 1024 * 1024


def _households() -> forms.IntegerField:
    return forms.IntegerField(label=gettext_lazy("户数"), min_value=0, max_value=MOST_HOUSEHOLDS)


class HouseholdsForm(forms.Form):
    households = _households()


class EntranceForm(forms.Form):
    """An entrance of a building: one of that name gets the new count, another is made."""

    name = forms.CharField(label=gettext_lazy("单元"), max_length=10)
    households = _households()


class BuildingForm(forms.Form):
    """A new building, its address as one writes it, at one of the grids and micro-grids given."""

    address = forms.CharField(
        label=gettext_lazy("地址"), max_length=100, help_text=gettext_lazy("写到楼，如：东风三路12号湖畔小区3栋")
    )
    node = forms.ModelChoiceField(label=gettext_lazy("网格或楼、巷"), queryset=Node.objects.none())
    households = _households()

    def __init__(self, *args: Any, nodes: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        narrow(self, "node", nodes)


class UploadForm(forms.Form):
    """An address list as Excel or CSV."""

    file = forms.FileField(label=gettext_lazy("Excel 或 CSV 文件"))

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST:
            raise forms.ValidationError(_("文件超过 20 MB，请拆成几个，或请管理员用命令行导入。"))
        return file


class ConfirmForm(forms.Form):
    sums = forms.BooleanField(label=gettext_lazy("同时把各网格的户数改成地址簿的合计"), required=False)
