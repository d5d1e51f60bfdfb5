"""The form of loading a layer."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid.layers import crs, loading, reading
from lastmeter.grid.models import Node, Unit, at_or_below, lineage
from lastmeter.kit.forms import narrow


class LayerForm(forms.Form):
    """Which file, over which street, whose, in which coordinates."""

    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy(
            "GeoJSON、Shapefile 压缩包（.zip），或列出地点的 Excel（网格名称、负责人、户数、范围）。最大 50 MB。"
        ),
    )
    street = forms.ModelChoiceField(Node.objects.none(), label=gettext_lazy("街道"), empty_label=None)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("单位"), required=False)
    department = forms.CharField(
        label=gettext_lazy("部门名称"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("单位不在上面的清单里才写。"),
    )
    name = forms.CharField(
        label=gettext_lazy("图层名称"), max_length=100, help_text=gettext_lazy("例如“民政网格 2026”。")
    )
    crs = forms.ChoiceField(
        label=gettext_lazy("坐标系"),
        choices=crs.CHOICES,
        required=False,
        help_text=gettext_lazy("不清楚就不选：系统逐个试，看哪一个与街道边界最吻合，并告诉您把握多大。"),
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        streets = loading.streets(by)
        choices = Node.objects.filter(pk__in=[street.pk for street in streets]).order_by("path")
        narrow(self, "street", choices)
        narrow(self, "unit", _units(streets))
        self.initial.setdefault("street", streets[0].pk if streets else None)

    def clean_file(self) -> "UploadedFile[Any]":
        """Not larger than what is read."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > reading.MOST_BYTES:
            raise forms.ValidationError(_("文件超过 50 MB。请拆成几个图层。"))
        return file

    def clean(self) -> dict[str, Any]:
        """One of unit and department is named."""
        given = super().clean() or self.cleaned_data
        if not given.get("unit") and not given.get("department"):
            self.add_error("department", _("请选单位，或写部门名称。"))
        return given

    @property
    def told(self) -> loading.Told:
        """What was said of the file."""
        given = self.cleaned_data
        unit: Unit | None = given["unit"]
        department = unit.name if unit else given["department"]
        return loading.Told(given["name"], department, unit, given["crs"], given["file"].name or "")


def _units(streets: list[Node]) -> Any:
    """The units that serve these streets: at the street, below it or above it."""
    near = Q(pk__in=[])
    for street in streets:
        near |= Q(node__path__in=lineage(street.path)) | at_or_below(street.path, "node__path")
    return Unit.objects.filter(near, closed_on=None).order_by("name")
