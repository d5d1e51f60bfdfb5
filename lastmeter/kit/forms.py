"""Form fields that clean what people type as the rest of kit takes it, and choices set when a form is made."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from lastmeter.kit.crypto import BadPhone, normal_phone
from lastmeter.kit.text import TooLong, clean


class Day(forms.DateField):
    """A China date, picked in the browser's own calendar: the ISO form is the only one that a date input takes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class Moment(forms.DateTimeField):
    """A China date and hour, picked in the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M"], **options)


class Line(forms.CharField):
    """Free text cleaned by `kit.text.clean`, at most `limit` characters: one line, or with `rows` a few."""

    def __init__(self, *, limit: int, rows: int = 0, **options: Any) -> None:
        self.limit = limit
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        super().__init__(widget=options.pop("widget", widget), **options)
        self.validators = []  # NUL and its like are taken out, not refused

    def to_python(self, value: Any) -> str:
        try:
            return clean(str(value or ""), self.limit, self.label or "")
        except TooLong as error:
            raise ValidationError(str(error)) from None


class Phone(forms.CharField):
    """A Chinese mobile number as people type it, stored as 11 digits; never kept in a draft."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off", "data-private": ""})
        super().__init__(max_length=30, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        try:
            return normal_phone(typed) if typed else ""
        except BadPhone as error:
            raise ValidationError(str(error)) from None


def narrow(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let the field choose among these rows. Raises TypeError for a field that does not choose among rows."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(name)
    field.queryset = rows


def offer(form: forms.BaseForm, name: str, choices: Iterable[Any]) -> None:
    """Let the field choose among these values. Raises TypeError for a field that does not choose."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(name)
    field.choices = list(choices)
