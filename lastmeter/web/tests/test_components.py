"""Components: escaping, tones, words beside colours, and that a long list is cheap."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def test_a_map_keeps_its_drawing_inside_and_offers_coverage_to_staff_alone() -> None:
    source = '{% map "第三网格" box=box code="1" coverage=staff %}<svg></svg>{% endmap %}'
    page = show(source, box=(111.9, 21.8, 112, 21.9), staff=False)
    assert 'data-box="111.900000,21.800000,112.000000,21.900000"' in page
    assert '<div class="still"><svg></svg></div>' in page
    assert "data-coverage" not in page
    assert "data-basemap" not in page
    assert "data-coverage" in show(source, box=(111.9, 21.8, 112, 21.9), staff=True)


def show(source: str, **values: object) -> str:
    return Template(source).render(Context({"now": NOW, "language": "zh-hans", **values}))


@given(st.text(min_size=1))
def test_words_are_escaped_everywhere(words: str) -> None:
    hostile = f"<script>{words}"
    page = show(
        '{% chip w %}{% button w %}{% cell w note=w end=w value=w href="/" %}{% stat w w note=w %}{% avatar w %}'
        "{% card title=w %}{{ w }}{% endcard %}{% alert title=w %}{% endalert %}{% nothing w hint=w %}{% endnothing %}"
        "{% disclose w %}{% enddisclose %}{% filter_chip w href=w on=True %}{% tab w href=w %}{% picture w label=w %}",
        w=hostile,
    )
    assert "<script" not in page


@pytest.mark.parametrize(("hours", "tone"), [(-1, "bad"), (1, "warn"), (5, "mute"), (-0.01, "bad")])
def test_a_deadline_is_a_word_and_a_colour(hours: float, tone: str) -> None:
    page = show("{% due at %}", at=NOW + timedelta(hours=hours))
    assert f"chip num {tone}" in page
    assert ("超" in page) is (tone == "bad")


def test_a_warning_follows_the_rule_when_there_is_one() -> None:
    page = show("{% due at warn_at=early %}", at=NOW + timedelta(days=3), early=NOW - timedelta(minutes=1))
    assert "warn" in page


def test_what_is_missing_leaves_no_trace() -> None:
    assert show("{% due None %}{% when None %}{% call '' %}{% chip '' %}{{ None|long_date }}") == ""


def test_a_tone_that_does_not_exist_is_loud() -> None:
    with pytest.raises(ValueError, match="purple"):
        show('{% chip "x" tone="purple" %}')


def test_attributes_of_htmx_are_written_with_hyphens() -> None:
    page = show('{% button "去" hx_post="/x/" hx_target="#y" disabled=True key="D" %}')
    assert 'hx-post="/x/"' in page
    assert " disabled" in page
    assert 'data-key="d"' in page


class Sample(forms.Form):
    words = forms.CharField(label="说说", help_text="写一句")
    papers = forms.FileField(required=False)


def test_errors_stand_beside_the_field_and_are_announced() -> None:
    page = show("{% form form %}", form=Sample({}))
    assert 'aria-describedby="id_words_helptext id_words_error"' in page
    assert 'id="id_words_error"' in page
    assert 'href="#id_words"' in page
    assert 'aria-invalid="true"' in page


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert "alert" not in show("{% form form %}", form=Sample())


def test_empty_inside_for_still_works() -> None:
    assert (
        show("{% for x in none %}{% empty %}{% nothing 'a' %}{% endnothing %}{% endfor %}", none=[]).count("nothing")
        == 1
    )


def test_pages_keep_the_filters(rf: RequestFactory) -> None:
    page = show(
        "{% pager p %}",
        request=rf.get("/queue/?step=open&cursor=a"),
        p=type("P", (), {"next": "b", "prev": None}),
    )
    assert "step=open&amp;cursor=b" in page
    assert 'rel="prev"' not in page
