"""Fields, error summary and the special inputs, rendered by the templates in `templates/c/`."""

from collections.abc import Iterable
from typing import Any

from django.forms import (
    BaseForm,
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ClearableFileInput,
    FileInput,
    RadioSelect,
)
from django.template.loader import render_to_string
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

GROUPED = (RadioSelect, CheckboxSelectMultiple)


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, GROUPED):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, FileInput) and (
        getattr(widget, "allow_multiple_selected", False) or not isinstance(widget, ClearableFileInput)
    ):
        return "photos"
    return "plain"


def field(bound: BoundField, label: str = "", help: str = "", id: str = "") -> SafeString:
    """Label, help, control, and the errors beside it; the browser hears them by `aria-describedby`."""
    if help:
        bound.help_text = help
    return render_to_string(
        "c/field.html",
        {
            "field": bound,
            "label": label or bound.label,
            "kind": _kind(bound),
            "optional": not bound.field.required,
        },
    )


def summary(form: BaseForm, focus: bool = True) -> SafeString:
    """What is to be corrected, with a link to each field; takes focus unless told not to. Nothing when all is well."""
    if not form.errors:
        return mark_safe("")
    wrong = [bound for bound in form.visible_fields() if bound.errors]
    return render_to_string("c/summary.html", {"form": form, "wrong": wrong, "focus": focus})


def form(whole: BaseForm) -> SafeString:
    """Summary, hidden fields, every visible field."""
    return format_html_join(
        "",
        "{}",
        [
            (summary(whole),),
            *((h,) for h in whole.hidden_fields()),
            *((field(f),) for f in whole.visible_fields()),
        ],
    )


def rating(bound: BoundField) -> SafeString:
    """Radios with stars and words; the choices' values are the number of stars (an empty choice is left out)."""
    chosen = str(bound.value() or "")
    options = [
        {
            "value": value,
            "word": word,
            "stars": "★" * int(value),
            "on": str(value) == chosen,
        }
        for value, word in bound.field.choices  # type: ignore[attr-defined]  # only choice fields are rated
        if str(value)
    ]
    return render_to_string("c/rating.html", {"field": bound, "options": options})


def place(lon: BoundField, lat: BoundField, label: str = "") -> SafeString:
    """A button that fills two inputs with this device's position (degrees, WGS84); it needs JavaScript."""
    return render_to_string("c/place.html", {"lon": lon, "lat": lat, "label": label})


def picker(bound: BoundField, tree: Iterable[Any]) -> SafeString:
    """A radio tree; nodes have value, label, children (and note, open)."""
    return render_to_string(
        "c/picker.html",
        {"field": bound, "tree": tree, "chosen": str(bound.value() or "")},
    )
