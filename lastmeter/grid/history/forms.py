"""Proposing a change of the ground: one form for each kind, over the nodes that the actor manages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import scope, shapes, tree
from lastmeter.grid.history import borders, choosing, planning, versions
from lastmeter.grid.history.planning import NewPlace, When
from lastmeter.grid.models import Change, ChangeKind, Level, Node
from lastmeter.kit.forms import Day, narrow, offer

LARGEST = 8 * 1024 * 1024  # bytes of GeoJSON


class PlaceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """One of the nodes, named with its parent."""

    def label_from_instance(self, obj: Any) -> str:
        """The name as the list shows it."""
        return _labelled(obj)


class PlacesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of the nodes."""

    def label_from_instance(self, obj: Any) -> str:
        """The name as the list shows it."""
        return _labelled(obj)


def _labelled(node: Node) -> str:
    return f"{node.parent.name} › {node.name}" if node.parent else node.name


class WhenForm(forms.Form):
    """From which day a change holds, and why."""

    effective_on = Day(label=gettext_lazy("生效日期"), initial=timezone.localdate)
    reason = forms.CharField(
        label=gettext_lazy("理由和依据"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("例如会议纪要、批复文号。"),
    )


class ChangeForm(WhenForm):
    """What every proposal has, over the nodes that the actor manages."""

    field_order: Sequence[str] = (
        "node",
        "nodes",
        "name",
        "code",
        "into",
        "below",
        "leaves",
        "stays",
        "names",
        "geojson",
        "file",
    )

    def __init__(self, *args: Any, places: QuerySet[Node], parents: QuerySet[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, nodes in (("node", places), ("nodes", places), ("into", parents)):
            if name in self.fields:
                narrow(self, name, nodes)

    def start_from(self, node: Node, kind: str, places: QuerySet[Node], parents: QuerySet[Node]) -> None:
        """The place is chosen: it is asked for no more, and what may be its parent or heir is of its own kind."""
        if "node" in self.fields:
            self.fields["node"].widget = forms.HiddenInput()
            self.initial["node"] = node.pk
        if "into" in self.fields:
            narrow(self, "into", choosing.successors(kind, node, parents))

    def propose(self, when: When) -> Change:
        """Carry the proposal out with what was filled in. Raises DoesNotFit."""
        raise NotImplementedError


class GeoJsonForm(ChangeForm):
    """A proposal with polygons, pasted or from a file."""

    geojson = forms.CharField(
        label=gettext_lazy("粘贴 GeoJSON"), widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=LARGEST
    )
    file = forms.FileField(label=gettext_lazy("或者选择 GeoJSON 文件"), required=False)

    def features(self) -> list[shapes.Feature]:
        """The features pasted or uploaded, each with a polygon; none when nothing was given."""
        upload, text = self.cleaned_data.get("file"), self.cleaned_data.get("geojson", "")
        if upload is not None and upload.size > LARGEST:
            raise ValidationError(_("文件超过 8 MB。"))
        content = upload.read() if upload is not None else text.encode()
        if not content.strip():
            return []
        try:
            found = list(shapes.parse(content, upload.name if upload is not None else "GeoJSON"))
        except shapes.BadGeoJson as error:
            raise ValidationError(str(error)) from error
        for each in found:
            if each.shape is None:
                values = {"number": each.number, "why": each.error or _("没有几何数据。")}
                raise ValidationError(_("第 %(number)d 个要素：%(why)s") % values)
        return found


class SplitForm(GeoJsonForm):
    """拆分: a polygon with a name for each part; for a node without a boundary, names alone."""

    node = PlaceField(label=gettext_lazy("拆分哪个网格"), queryset=Node.objects.none())
    below = forms.ModelMultipleChoiceField(
        label=gettext_lazy("哪些楼、巷分出去"),
        queryset=Node.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    leaves = forms.CharField(label=gettext_lazy("分出去的网格叫什么"), max_length=100, required=False)
    stays = forms.CharField(label=gettext_lazy("留下的网格叫什么"), max_length=100, required=False)
    names = forms.CharField(
        label=gettext_lazy("新网格的名称，每行一个"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=gettext_lazy("只用于没有边界的网格。有边界的，请在 GeoJSON 每个要素里写 name、code、households。"),
    )

    def start_from(self, node: Node, kind: str, places: QuerySet[Node], parents: QuerySet[Node]) -> None:
        """A place with a boundary is split along those below it, or by a file; one without into names alone."""
        super().start_from(node, kind, places, parents)
        self._drawn = versions.shapes_on([node, *places.filter(parent=node)], timezone.localdate())
        below = places.filter(parent=node, pk__in=self._drawn)
        if node.pk in self._drawn:
            del self.fields["names"]
            self.initial["stays"] = node.name
        if node.pk in self._drawn and below.count() > 1:
            narrow(self, "below", below)
        else:
            self._without_below()

    def _without_below(self) -> None:
        for name in ("below", "leaves", "stays"):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """The parts, under "parts"."""
        data = super().clean() or {}
        parts = [_part(each.properties, each.shape) for each in self.features()]
        if not parts and data.get("below"):
            parts = self._along(data["node"], list(data["below"]))
        names = data.get("names", "").splitlines()
        data["parts"] = parts or [NewPlace(name=name.strip()) for name in names if name.strip()]
        return data

    def _along(self, node: Node, leaving: list[Node]) -> list[NewPlace]:
        """The ground of the places chosen, and the rest of the node's."""
        data, whole = self.cleaned_data, self._drawn[node.pk]
        if not data["leaves"].strip() or not data["stays"].strip():
            raise ValidationError(_("请给分出去的和留下的网格都写上名称。"))
        ground = shapes.union([self._drawn[each.pk] for each in leaving])
        rest = shapes.without(whole, ground)
        if rest.is_empty:
            raise ValidationError(_("全都分出去了，没有留下的。"))
        counts = [each.households for each in leaving]
        known = node.households is not None and None not in counts
        homes = sum(count or 0 for count in counts) if known else None
        stay = max(0, (node.households or 0) - (homes or 0)) if known else None
        return [
            NewPlace(name=data["stays"].strip(), households=stay, shape=rest),
            NewPlace(name=data["leaves"].strip(), households=homes, shape=shapes.common(whole, ground)),
        ]

    def propose(self, when: When) -> Change:
        """Propose the split."""
        return planning.split(self.cleaned_data["node"], self.cleaned_data["parts"], when)


def _part(properties: Mapping[str, Any], shape: shapely.Geometry | None) -> NewPlace:
    households = str(properties.get("households") or "")
    return NewPlace(
        name=str(properties.get("name") or "").strip()[:100],
        code=str(properties.get("code") or "").strip()[:40],
        households=int(households) if households.isascii() and households.isdigit() and len(households) < 8 else None,
        shape=shape,
    )


class MergeForm(ChangeForm):
    """合并."""

    nodes = PlacesField(
        label=gettext_lazy("合并哪些网格"), queryset=Node.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    name = forms.CharField(label=gettext_lazy("合并后的名称"), max_length=100)
    code = forms.CharField(label=gettext_lazy("合并后的代码"), max_length=40, required=False)

    def start_from(self, node: Node, kind: str, places: QuerySet[Node], parents: QuerySet[Node]) -> None:
        """It and its neighbours are offered, the nearest first; only places under one parent become one."""
        near, far = choosing.beside(node, places, timezone.localdate())
        names = (_("从它开始"), _("和它相邻"), _("同一上级的其他（要和上面的连成一片）"))
        offer(self, "nodes", choosing.grouped(node, near, far, names))
        self.initial["nodes"] = [node.pk]

    def propose(self, when: When) -> Change:
        """Propose the merger."""
        data = self.cleaned_data
        return planning.merge(list(data["nodes"]), NewPlace(name=data["name"].strip(), code=data["code"].strip()), when)


class RedrawForm(GeoJsonForm):
    """调整边界: as moved on the map (`node`, `borders`), or as a file.

    There each feature names its node by code, or by name where that is clear.
    """

    node = forms.ModelChoiceField(Node.objects.none(), widget=forms.HiddenInput, required=False)
    borders = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LARGEST)
    geojson = forms.CharField(
        label=gettext_lazy("粘贴 GeoJSON"),
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
        max_length=LARGEST,
        help_text=gettext_lazy("每个要素在 code 或 name 里写明是哪个网格；相邻的网格请一起给出。"),
    )

    def __init__(self, *args: Any, places: QuerySet[Node], parents: QuerySet[Node], **kwargs: Any) -> None:
        super().__init__(*args, places=places, parents=parents, **kwargs)
        self._places = places

    def clean(self) -> dict[str, Any]:
        """The new polygons, under "shapes"."""
        data = super().clean() or {}
        found = self.features()
        if found:
            data["shapes"] = {self._node(each): each.shape for each in found}
        elif data.get("borders"):
            data["shapes"] = self._moved(data.get("node"), data["borders"])
        else:
            raise ValidationError(_("边界还没有动：请在图上移动，或者给出 GeoJSON。"))
        return data

    def _moved(self, node: Node | None, text: str) -> dict[Node, shapely.Geometry]:
        topology = borders.around(node, timezone.localdate()) if node else None
        try:
            arcs = borders.read(text)
            shapes = borders.moved(topology, arcs) if topology else {}
        except borders.BadBorder as error:
            raise ValidationError(str(error)) from error
        if not shapes:
            raise ValidationError(_("边界还没有动：请在图上移动，或者给出 GeoJSON。"))
        return shapes

    def _node(self, feature: shapes.Feature) -> Node:
        code, name = (str(feature.properties.get(key) or "").strip() for key in ("code", "name"))
        coded = tree.resolve_code(code) if code else None
        named = [coded] if coded else list(self._places.filter(name=name or code)[:2])
        known = [node for node in named if self._places.filter(pk=node.pk).exists()]
        if len(known) != 1:
            values = {"number": feature.number, "name": code or name or "—"}
            raise ValidationError(_("第 %(number)d 个要素：找不到唯一的网格“%(name)s”。") % values)
        return known[0]

    def propose(self, when: When) -> Change:
        """Propose the new boundaries."""
        return planning.redraw(self.cleaned_data["shapes"], when)


class ReparentForm(ChangeForm):
    """调整隶属."""

    node = PlaceField(label=gettext_lazy("调整哪个网格"), queryset=Node.objects.none())
    into = PlaceField(label=gettext_lazy("新的上级"), queryset=Node.objects.none())
    code = forms.CharField(
        label=gettext_lazy("新的代码"), max_length=40, required=False, help_text=gettext_lazy("不填就沿用原来的代码。")
    )

    def propose(self, when: When) -> Change:
        """Propose the other parent."""
        data = self.cleaned_data
        return planning.reparent(data["node"], data["into"], when, code=data["code"].strip())


class RenameForm(ChangeForm):
    """更名."""

    node = PlaceField(label=gettext_lazy("给哪个网格更名"), queryset=Node.objects.none())
    name = forms.CharField(label=gettext_lazy("新的名称"), max_length=100)

    def propose(self, when: When) -> Change:
        """Propose the other name."""
        return planning.rename(self.cleaned_data["node"], self.cleaned_data["name"].strip(), when)


class RetireForm(ChangeForm):
    """撤销."""

    node = PlaceField(label=gettext_lazy("撤销哪个网格"), queryset=Node.objects.none())
    into = PlaceField(
        label=gettext_lazy("由谁接管"),
        queryset=Node.objects.none(),
        required=False,
        help_text=gettext_lazy("不选就由上一级接管。"),
    )

    def propose(self, when: When) -> Change:
        """Propose the end."""
        return planning.retire(self.cleaned_data["node"], when, into=self.cleaned_data["into"])


FORMS: dict[str, type[ChangeForm]] = {
    ChangeKind.SPLIT: SplitForm,
    ChangeKind.MERGE: MergeForm,
    ChangeKind.REDRAW: RedrawForm,
    ChangeKind.REPARENT: ReparentForm,
    ChangeKind.RENAME: RenameForm,
    ChangeKind.RETIRE: RetireForm,
}
LEVELS = (Level.COMMUNITY, Level.GRID, Level.MICRO)


def choices(paths: Iterable[str]) -> tuple[QuerySet[Node], QuerySet[Node]]:
    """The nodes that may be changed below these managed places, and those that may be their parents or successors."""
    ground = list(paths)
    today = Node.objects.current(timezone.localdate()).filter(scope.inside(ground), valid_to=None)
    managed = today.select_related("parent").order_by("path")
    return managed.filter(level__in=LEVELS).exclude(path__in=ground), managed
