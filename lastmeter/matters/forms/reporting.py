"""What a resident writes: a sentence, a place, photos; a phone only for whoever wants to hear back."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.grid import locate, scope
from lastmeter.kit.forms import Phone
from lastmeter.kit.uploads import Photo
from lastmeter.matters.forms import kept
from lastmeter.matters.forms.fields import CategoryField, Photos, Words, familiar_choices
from lastmeter.matters.intake import MOST_PHOTOS, MOST_PLACE, MOST_TEXT


class ReportForm(forms.Form):
    """The one page of 有事您说. `node` comes from a plate or from picking; lon and lat from the browser (WGS84)."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    node = forms.IntegerField(widget=forms.HiddenInput, required=False)
    lon = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=-90, max_value=90)
    calmed = forms.BooleanField(widget=forms.HiddenInput, required=False)  # danger words were answered
    compared = forms.BooleanField(widget=forms.HiddenInput, required=False)  # similar ones were seen
    text = Words(
        label=gettext_lazy("什么事"),
        limit=MOST_TEXT,
        error_messages={"required": gettext_lazy("请写一句话，说说是什么事。")},
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": gettext_lazy("楼道灯不亮、噪音扰民、欠薪……一句话就行")}),
    )
    photos = Photos(label=gettext_lazy("照片"), help_text=gettext_lazy("最多 9 张"))
    place = Words(
        label=gettext_lazy("具体位置"),
        limit=MOST_PLACE,
        rows=0,
        required=False,
        help_text=gettext_lazy("如：3 栋 2 单元门口"),
    )
    phone = Phone(
        label=gettext_lazy("手机"), required=False, help_text=gettext_lazy("想接到回音就留；不留也能凭编号查进度")
    )
    name = Words(label=gettext_lazy("怎么称呼您"), limit=60, rows=0, required=False)
    category = CategoryField(label=gettext_lazy("我知道属于哪一类"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        category = self.fields["category"]
        if isinstance(category, CategoryField):
            category.offer(familiar_choices)

    def clean(self) -> dict[str, Any]:
        """Join new photos to those kept from an earlier try; keep them all for the next one, whatever else is wrong."""
        cleaned = super().clean() or {}
        known = kept.recall(cleaned.get("kept") or "")
        every = {photo.sha256: photo for photo in (*known, *cleaned.get("photos", ()))}
        photos = tuple(every.values())
        if len(photos) > MOST_PHOTOS:
            self.add_error("photos", _("照片最多 %(most)d 张，请去掉几张。") % {"most": MOST_PHOTOS})
            photos = photos[:MOST_PHOTOS]
        if cleaned.get("node") and scope.place_columns(cleaned["node"]) is None:
            cleaned["node"] = None
        return {**cleaned, "photos": photos, "kept": kept.keep(photos)}

    def keep_for_next_try(self, **changes: Any) -> None:
        """Put what was kept, found or confirmed into the hidden fields of the page that is shown again."""
        self.data = {**self.data.dict(), "kept": self.cleaned_data.get("kept", ""), **changes}  # type: ignore[attr-defined]

    def kept_photos(self) -> int:
        """How many photos an earlier try has left with us."""
        return len(kept.recall(self["kept"].value() or ""))

    def has_place(self) -> bool:
        """Whether a place was given in any way."""
        given = self.cleaned_data
        return bool(given.get("node")) or (given.get("lon") is not None and given.get("lat") is not None)

    def place_of_photos(self) -> tuple[float, float] | None:
        """(lon, lat) of the first photo that was taken inside the grid."""
        photos: tuple[Photo, ...] = self.cleaned_data.get("photos", ())
        for photo in photos:
            if photo.position and locate.current().locate(*photo.position) is not None:
                return photo.position
        return None


class PhoneCodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("短信里的 6 位数字"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "data-private": ""}),
    )
