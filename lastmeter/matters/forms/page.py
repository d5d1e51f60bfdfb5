"""What forms of a page with many acts share: ids of their own, the setting, and what was typed when they come back."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.forms import Line
from lastmeter.matters.forms import kept
from lastmeter.matters.forms.fields import Photos
from lastmeter.matters.intake import MOST_PHOTOS


class PageForm(forms.Form):
    """The base: ids that do not collide with the page's other forms, and the setting that they share.

    `key` tells apart forms of one kind that stand on one page (each unit's own).
    """

    GROWS: ClassVar[bool] = False  # whether its fields come only as it is made

    def __init__(self, data: Any = None, files: Any = None, *, at: Any, key: object = "") -> None:
        super().__init__(data, files, auto_id=f"{type(self).__name__.lower()}{key}-%s")
        self.at = at
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values from the setting."""

    def hold(self) -> None:
        """Keep what the browser will not send again (photos), because the form goes back to be corrected."""

    def typed(self) -> list[str]:
        """What somebody wrote into this form: shown again when the act came too late."""
        names = [name for name, field in self.fields.items() if isinstance(field, Line)]
        return [text for name in names if (text := str(self.data.get(name, "")).strip())]


class WithPhotos(PageForm):
    """An act with photos: those that were sent stay when the form comes back."""

    photos = Photos(label=gettext_lazy("照片"))
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["photos"] = (*kept.recall(cleaned.pop("kept", "")), *cleaned.get("photos", ()))[:MOST_PHOTOS]
        return cleaned

    def hold(self) -> None:
        photos = self.cleaned_data["photos"]
        held = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        held["kept"] = kept.keep(photos)
        self.data = held
        if photos:
            self["photos"].help_text = _("已留着 %(count)d 张照片，不用再选。") % {"count": len(photos)}
