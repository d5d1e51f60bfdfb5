"""Form controls say what Django's own widget templates say, whatever their values are."""

from html.parser import HTMLParser
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.web.components.controls import WRITERS, Controls

WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12)
CHOICES = st.lists(st.tuples(WORDS, WORDS), max_size=4, unique_by=lambda each: each[0])
GROUPS = st.lists(st.tuples(WORDS.filter(bool), CHOICES), max_size=3)
ATTRS = st.fixed_dictionaries(
    {}, optional={"class": WORDS, "data-x": WORDS, "disabled": st.booleans(), "rows": st.integers(1, 9)}
)
PLAIN = st.sampled_from([forms.TextInput, forms.Textarea, forms.HiddenInput, forms.DateInput, forms.CheckboxInput])
CHOOSING = st.sampled_from([forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.SelectMultiple])


class Read(HTMLParser):
    """What a browser reads of it: tags with their attributes, and the words between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Any] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(" ".join(data.split()))


def same(widget: forms.Widget, value: object, attrs: dict[str, Any]) -> None:
    ours = widget.render("some", value, attrs, renderer=Controls())
    theirs = widget.render("some", value, attrs, renderer=DjangoTemplates())
    assert Read(ours).found == Read(theirs).found


@given(kind=PLAIN, value=WORDS, attrs=ATTRS)
def test_a_plain_control_is_the_same(kind: type[forms.Widget], value: str, attrs: dict[str, Any]) -> None:
    same(kind(), value, {**attrs, "id": "some"})


@given(kind=CHOOSING, choices=st.one_of(CHOICES, GROUPS), chosen=st.integers(0, 3), attrs=ATTRS)
def test_a_choice_is_the_same(kind: type[forms.Select], choices: list[Any], chosen: int, attrs: dict[str, Any]) -> None:
    values = [value for value, label in choices if isinstance(label, str)] or [""]
    same(kind(choices=choices), [values[chosen % len(values)]], {**attrs, "id": "some"})
    same(kind(choices=choices), [], attrs)


def test_every_writer_stands_for_a_template_of_djangos() -> None:
    for name in WRITERS:
        assert DjangoTemplates().get_template(name)


def test_a_widget_with_a_template_of_its_own_keeps_it() -> None:
    same(forms.SplitDateTimeWidget(), None, {"id": "some"})
    same(forms.ClearableFileInput(), None, {"id": "some"})
