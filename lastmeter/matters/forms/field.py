"""What a worker found: a kind and a result by one tap each, a line only where it helps."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid.models import Level, Node
from lastmeter.kit.forms import offer
from lastmeter.matters.forms import kept
from lastmeter.matters.forms.fields import Photos, Words
from lastmeter.matters.intake import MOST_PHOTOS, MOST_PLACE, MOST_TEXT
from lastmeter.matters.models import Category

# The kinds a patrol meets daily, by their codes in the local catalogue, in the order of the screen; with each the
# result it usually ends in, so that nobody has to tap it.
KINDS = {
    "env-litter": "cleared",
    "safety-fire": "talked",
    "road-parking": "talked",
    "road-lamp": "mended",
    "env-sewer": "mended",
    "road-vendor": "talked",
    "safety-fall": "talked",
    "env-noise": "talked",
    "road-cover": "mended",
    "dispute-neighbour": "talked",
    "care-elder": "told",
    "other": "",
}
OTHER = "other"
RESULTS = (
    ("cleared", gettext_lazy("已清理")),
    ("talked", gettext_lazy("已劝导")),
    ("mended", gettext_lazy("已修好")),
    ("told", gettext_lazy("已告知")),
)
SETTLE, SEND = "settle", "send"


class FoundForm(forms.Form):
    """One screen for 就地办结 and 上报; which of the two is the button that was pressed (`do`)."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    do = forms.ChoiceField(choices=[(SETTLE, ""), (SEND, "")], widget=forms.HiddenInput)
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    kind = forms.ChoiceField(label=gettext_lazy("看到什么"), required=False, widget=forms.RadioSelect)
    text = Words(
        label=gettext_lazy("说一句"),
        limit=MOST_TEXT,
        rows=2,
        required=False,
        help_text=gettext_lazy("就地办结可不写；上报写清什么情况、试过什么"),
    )
    result = forms.ChoiceField(
        label=gettext_lazy("怎么办的"),
        choices=RESULTS,
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("不点就按常见的记：垃圾已清理，纠纷已劝导，路灯已修好"),
    )
    node = forms.ChoiceField(label=gettext_lazy("在哪里"))
    place = Words(label=gettext_lazy("具体位置"), limit=MOST_PLACE, rows=0, required=False)
    photos = Photos(label=gettext_lazy("照片"), help_text=gettext_lazy("不强制"))

    def __init__(self, data: Any = None, files: Any = None, *, nodes: list[Node], **options: Any) -> None:
        super().__init__(data, files, **options)
        self.categories = {
            each.code: each for each in Category.objects.filter(scheme__code="local", code__in=KINDS, valid_to=None)
        }
        self.nodes = {str(node.pk): node for node in nodes}
        kinds = [(code, self.categories[code].label) for code in KINDS if code in self.categories]
        for name, choices in (("kind", kinds), ("node", [(key, _label(node)) for key, node in self.nodes.items()])):
            offer(self, name, choices)

    def clean_node(self) -> Node:
        """The place itself."""
        return self.nodes[self.cleaned_data["node"]]

    def clean(self) -> dict[str, Any]:
        """A kind or a line is needed; what goes up needs the line. Photos of an earlier try are kept."""
        cleaned = super().clean() or {}
        known = {photo.sha256: photo for photo in (*kept.recall(cleaned.get("kept") or ""), *cleaned.get("photos", ()))}
        photos = tuple(known.values())[:MOST_PHOTOS]
        cleaned |= {"photos": photos, "kept": kept.keep(photos)}
        if "text" in cleaned and not cleaned["text"]:
            if cleaned.get("do") == SEND:
                self.add_error("text", _("上报请写一句：什么情况、试过什么。"))
            elif not cleaned.get("kind"):
                self.add_error("kind", _("点一个看到的情况，或写一句。"))
            elif cleaned["kind"] == OTHER:
                self.add_error("text", _("选了“其他”，请写一句是什么情况。"))
        return cleaned

    def keep_for_next_try(self) -> None:
        """Name the kept photos in the page that is shown again."""
        self.data = {**self.data.dict(), "kept": self.cleaned_data.get("kept", "")}  # type: ignore[attr-defined]

    def kept_photos(self) -> int:
        """How many photos an earlier try has left with us."""
        return len(kept.recall(self["kept"].value() or ""))

    def in_grid(self) -> bool:
        """Whether every place offered lies in a grid: what is sent up from there goes to the community."""
        return all(node.level >= Level.GRID for node in self.nodes.values())

    def category(self) -> Category | None:
        """The chosen kind's category."""
        return self.categories.get(self.cleaned_data.get("kind") or "")

    def words(self) -> str:
        """The report's text: kind and line together, or the one that was given."""
        category = self.category()
        kind = category.name if category and category.code != OTHER else ""
        return "：".join(part for part in (kind, self.cleaned_data["text"]) if part)

    def result_words(self) -> str:
        """The chosen result in words, else the usual one of the kind; empty when neither says anything."""
        result = self.cleaned_data.get("result") or KINDS.get(self.cleaned_data.get("kind") or "", "")
        return str(dict(RESULTS).get(result, ""))


def _label(node: Node) -> str:
    """A micro-grid is named with its grid: there is a 6 栋 in more than one."""
    return f"{node.parent.name} · {node.name}" if node.parent and node.level > Level.GRID else node.name
