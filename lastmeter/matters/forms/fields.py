"""Fields that several forms of matters share: words, photos, a category."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.forms import Line
from lastmeter.kit.uploads import BadPhoto, Photo, check_photo
from lastmeter.matters.catalogue import finding
from lastmeter.matters.intake import MOST_PHOTOS
from lastmeter.matters.models import Category, Outcome

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # the stubs' name for a lazy string

    Label = str | _StrPromise


Choices = list[tuple[str, Any]]  # value and label, or a group's name and its own choices


class Words(Line):
    """Free text of a matter; what has to be written asks for a few words, not for "this field"."""

    def __init__(self, *, label: "Label", limit: int = 1000, rows: int = 3, **options: Any) -> None:
        options.setdefault("error_messages", {"required": gettext_lazy("这一项要写，几个字也行。")})
        super().__init__(label=label, limit=limit, rows=rows, **options)


def say_why(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """Closed is not the same as solved: what is not says in `reason` why it ends so all the same."""
    if cleaned.get("outcome") not in (None, "", Outcome.SOLVED) and not cleaned.get("reason"):
        form.add_error("reason", _("没有完全解决，请写一句为什么这样办结。"))


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


MOST_LISTED = 80  # categories of one scheme that stand in the menu; those of a larger one are found by typing


def familiar_choices() -> Choices:
    """The choices of the people who live here: the short local list, when there is one, and no standard's hundreds."""
    return category_choices(familiar=True)


def category_choices(*, familiar: bool = False) -> Choices:
    """The current catalogue as choices, grouped by the categories at its top; kept as long as nothing changes.

    Of a large scheme only the upper two levels: the picker (category.js) finds the others by two characters.
    """
    rows = finding.offered()
    large = {scheme for scheme, many in Counter(row.scheme_id for row in rows).items() if many > MOST_LISTED}
    if familiar:
        rows = [row for row in rows if row.scheme_id not in large] or rows
    parents = {row.parent_id for row in rows}
    tops = {row.id for row in rows if row.parent_id is None}
    below: dict[int, Choices] = {}
    for row in rows:
        if row.parent_id in tops or (row.parent_id and row.scheme_id not in large):
            below.setdefault(row.parent_id, []).append((str(row.id), row.label))
    groups: Choices = []
    for top in (row for row in rows if row.id in tops):
        rest = (str(top.id), _("%(name)s（其他）") % {"name": top.label})
        groups.append((top.label, [*below.get(top.id, []), rest]) if top.id in parents else (str(top.id), top.label))
    return groups


class CategoryField(forms.ChoiceField):
    """A category out of `category_choices()`, which its form sets once for all fields; cleans to a Category or None.

    Whatever is offered may be sent, whether it stands in the menu or was found by typing.
    """

    def __init__(self, *, label: "Label", **options: Any) -> None:
        super().__init__(label=label, required=False, **options)
        self.widget.attrs["data-categories"] = reverse_lazy("catalogue-index")

    def offer(self, choices: Choices | Callable[[], Choices]) -> None:
        """Set what can be chosen; a function is asked only when the choices are shown or something was chosen."""
        self.choices = lambda: [("", _("还不确定")), *(choices() if callable(choices) else choices)]

    def valid_value(self, value: Any) -> bool:
        return str(value).isdigit() and any(str(each.id) == str(value) for each in finding.offered())

    def clean(self, value: Any) -> Category | None:
        chosen = super().clean(value)
        return Category.objects.select_related("parent").get(pk=int(chosen)) if chosen else None
