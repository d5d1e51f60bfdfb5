"""Form controls written in Python: what Django's widget templates say, without two templates for every option.

A form with a street's units, a catalogue and a staff list has hundreds of options; their templates took a third of the
time of a whole page. Widgets with a template of their own still use it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


class Controls(DjangoTemplates):
    """`FORM_RENDERER`: the usual widgets by the functions of this file, everything else by its template."""

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        """The HTML of a widget, a field or a form, whatever the template's name stands for."""
        write = WRITERS.get(template_name)
        if write is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308  # escaped by the template
        return mark_safe(write(context["widget"]))  # noqa: S308  # each value is escaped where it is written


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(str(value))}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{conditional_escape(str(value))}"'
    name = conditional_escape(widget["name"])
    return f'<input type="{widget["type"]}" name="{name}"{said}{_attributes(widget["attrs"])}>'


def _textarea(widget: Widget) -> str:
    name, value = conditional_escape(widget["name"]), conditional_escape(widget["value"] or "")
    return f'<textarea name="{name}"{_attributes(widget["attrs"])}>\n{value}</textarea>'


def _select(widget: Widget) -> str:
    groups = (
        f'<optgroup label="{conditional_escape(group)}">{_options(options)}</optgroup>' if group else _options(options)
        for group, options, _number in widget["optgroups"]
    )
    return (
        f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>{"".join(groups)}</select>'
    )


def _options(options: Iterable[Widget]) -> str:
    return "".join(
        f'<option value="{conditional_escape(str(each["value"]))}"{_attributes(each["attrs"])}>'
        f"{conditional_escape(each['label'])}</option>"
        for each in options
    )


def _several(widget: Widget) -> str:
    attrs = widget["attrs"]
    around = _attributes({name: attrs[name] for name in ("id", "class") if attrs.get(name)})
    return f"<div{around}>{''.join(_group(group, options) for group, options, _number in widget['optgroups'])}</div>"


def _group(group: Any, options: Iterable[Widget]) -> str:
    inside = "".join(f"<div>{_choice(each)}</div>" for each in options)
    return f"<div><label>{conditional_escape(group)}</label>{inside}</div>" if group else inside


def _choice(option: Widget) -> str:
    if not option["wrap_label"]:
        return _input(option)
    own = option["attrs"].get("id")
    target = f' for="{conditional_escape(own)}"' if own else ""
    return f"<label{target}>{_input(option)} {conditional_escape(option['label'])}</label>"


_PLAIN = ("text", "number", "email", "url", "password", "hidden", "date", "datetime", "time", "file", "checkbox")
WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in (*_PLAIN, "input")},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _several,
    "django/forms/widgets/checkbox_select.html": _several,
}
