"""Fields that several forms of matters share: words, photos, a category."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.forms import Line
from lastmeter.kit.uploads import BadPhoto, Photo, check_photo
from lastmeter.matters.intake import MOST_PHOTOS
from lastmeter.matters.models import Category

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the stubs' name for a lazy string

    Label = str | _StrPromise


Choices = list[tuple[str, Any]]  # value and label, or a group's name and its own choices


class Words(Line):
    """Free text of a matter; what has to be written asks for a few words, not for "this field"."""

    def __init__(self, *, label: "Label", limit: int = 1000, rows: int = 3, **options: Any) -> None:
        options.setdefault("error_messages", {"required": gettext_lazy("这一项要写，几个字也行。")})
        super().__init__(label=label, limit=limit, rows=rows, **options)


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class Photos(forms.FileField):
    """Up to nine photos, each checked by content; cleans to a tuple of `Photo`."""

    def __init__(self, *, label: "Label", **options: Any) -> None:
        widget = _ManyFiles(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic"})
        super().__init__(label=label, widget=widget, required=False, **options)

    def clean(self, data: Any, initial: Any = None) -> tuple[Photo, ...]:
        files: Iterable[UploadedFile[Any]] = data if isinstance(data, list | tuple) else [data] if data else []
        chosen = list(files)
        if len(chosen) > MOST_PHOTOS:
            raise ValidationError(
                _("照片最多 %(most)d 张，这次选了 %(count)d 张。") % {"most": MOST_PHOTOS, "count": len(chosen)}
            )
        found, wrong = [], []
        for file in chosen:
            try:
                found.append(check_photo(file, file.name or "", file.size or 0))
            except BadPhoto as error:
                wrong.append(str(error))
        if wrong:
            raise ValidationError(wrong)
        return tuple(found)


def category_choices() -> Choices:
    """The current catalogue as choices, grouped by the categories at its top: one query."""
    rows = list(Category.objects.filter(valid_to=None).order_by("scheme", "pk").only("pk", "name", "name_en", "parent"))
    parents = {row.parent_id for row in rows}
    groups: Choices = []
    for top in (row for row in rows if row.parent_id is None):
        below = [(str(row.pk), row.label) for row in rows if row.parent_id == top.pk]
        rest = (str(top.pk), _("%(name)s（其他）") % {"name": top.label})
        groups.append((top.label, [*below, rest]) if top.pk in parents else (str(top.pk), top.label))
    return groups


class CategoryField(forms.ChoiceField):
    """A category out of `category_choices()`, which its form sets once for all fields; cleans to a Category or None."""

    def __init__(self, *, label: "Label", **options: Any) -> None:
        super().__init__(label=label, required=False, **options)

    def offer(self, choices: Choices | Callable[[], Choices]) -> None:
        """Set what can be chosen; a function is asked only when the choices are shown or something was chosen."""
        self.choices = lambda: [("", _("还不确定")), *(choices() if callable(choices) else choices)]

    def clean(self, value: Any) -> Category | None:
        chosen = super().clean(value)
        return Category.objects.get(pk=int(chosen)) if chosen else None
