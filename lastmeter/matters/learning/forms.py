"""The form of a case of the test bench."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.matters.forms.fields import CategoryField, Words, category_choices
from lastmeter.matters.intake import MOST_TEXT
from lastmeter.matters.models import Category


class CaseForm(forms.Form):
    """A text and the category it should get."""

    text = Words(label=gettext_lazy("内容"), limit=MOST_TEXT, rows=2)
    expected = CategoryField(label=gettext_lazy("应该是"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        category = self.fields["expected"]
        if isinstance(category, CategoryField):
            category.offer(category_choices)

    def clean_expected(self) -> Category:
        """A case without an answer tests nothing."""
        chosen: Category | None = self.cleaned_data["expected"]
        if chosen is None:
            raise forms.ValidationError(_("请选它应该属于的类别。"))
        return chosen
