"""Components around content: each takes the rendered content first."""

from datetime import datetime
from typing import Any

from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lastmeter.web.components.leaves import when
from lastmeter.web.components.marks import attributes, icon, tone_class, wrapped

ALERT_ICONS = {
    "ok": "ok",
    "warn": "warn",
    "bad": "stop",
    "info": "info",
    "mute": "info",
    "brand": "info",
}


def keep(content: str) -> str:
    """The content, stripped, for `{% keep as name %}`: a shell uses one block in two places."""
    return SafeString(content.strip())


def card(
    content: str,
    title: str = "",
    more: str = "",
    more_label: str = "",
    note: object = "",
    kind: str = "",
    level: int = 2,
    **attrs: Any,
) -> SafeString:
    """A white card; `more` is the address of the whole list, `kind="flush"` lets lines run to the edges."""
    head = ""
    if title:
        link = format_html(
            '<a class="more" href="{}">{}<span class="sr"> {}</span></a>',
            more,
            more_label or _("全部"),
            title,
        )
        head = format_html(
            '<div class="head"><h{0} class="title">{1}</h{0}>{2}{3}</div>',
            level,
            title,
            wrapped("span", "note muted small", note),
            link if more else "",
        )
    style = f"card {kind}".strip() + (f" {attrs.pop('style_class')}" if "style_class" in attrs else "")
    tag = "section" if title else "div"
    return format_html(
        '<{0}{1}>{2}<div class="body">{3}</div></{0}>',
        tag,
        attributes({"class": style, **attrs}),
        head,
        content,
    )


def row(
    content: str,
    href: str = "",
    bar: str = "",
    selected: bool = False,
    tag: str = "div",
    **attrs: Any,
) -> SafeString:
    """A line of a card with free content."""
    style = "cell" + (f" bar-{bar}" if bar else "") + (" on" if selected else "")
    given: dict[str, Any] = {
        "class": style,
        **({"aria_current": "true"} if selected else {}),
        **attrs,
    }
    if href:
        return format_html("<a{}>{}</a>", attributes({**given, "href": href}), content)
    return format_html("<{0}{1}>{2}</{0}>", tag, attributes(given), content)


def facts(content: str, wide: bool = False) -> SafeString:
    """A description list; `wide` makes two pairs a line where there is room."""
    return format_html('<dl class="facts{}">{}</dl>', " wide" if wide else "", content)


def fact(content: str, name: str) -> SafeString:
    """One pair of `facts`."""
    return format_html("<dt>{}</dt><dd>{}</dd>", name, content)


def timeline(content: str, label: str = "") -> SafeString:
    """What happened, in order."""
    return format_html('<ol class="tl" aria-label="{}">{}</ol>', label or _("经过"), content)


def entry(
    context: Context,
    content: str,
    title: object,
    at: datetime | None = None,
    who: str = "",
    on: bool = True,
) -> SafeString:
    """One event of a timeline; `on=False` is still to come."""
    words = format_html(
        '<span class="t">{}</span>{}',
        title,
        wrapped("span", "muted", f" {who}" if who else ""),
    )
    aloud = "" if on else format_html('<span class="sr"> ({})</span>', _("尚未发生"))
    return format_html(
        "<li{}>{}{}{}{}</li>",
        attributes({"class": "on" if on else ""}),
        words,
        aloud,
        when(context, at),
        content,
    )


def dialog(content: str, id: str, title: str, open: bool = False) -> SafeString:
    """A dialog opened by `button opens=id`; without JavaScript the address fragment opens it.

    `open` shows it from the start: a form that came back, also where no script runs.
    """
    return format_html(
        '<x-dialog><dialog id="{0}" aria-labelledby="{0}-title"{5}>'
        '<div class="head"><h2 class="title" id="{0}-title">{1}</h2>'
        '<a class="close" href="#main" aria-label="{2}">{3}</a></div><div class="body">{4}</div></dialog></x-dialog>',
        id,
        title,
        _("关闭"),
        icon("close"),
        content,
        attributes({"open": open}),
    )


def nothing(content: str, title: str, hint: str = "") -> SafeString:
    """An empty page that teaches: what will stand here, and the one button to start."""
    return format_html(
        '<div class="nothing"><span class="mark" aria-hidden="true"></span><p class="t">{}</p>{}{}</div>',
        title,
        wrapped("p", "", hint),
        wrapped("div", "acts", SafeString(content.strip())),
    )


def alert(content: str, tone: str = "info", title: str = "", **attrs: Any) -> SafeString:
    """A message box with an icon; bad ones are announced at once."""
    role = "alert" if tone == "bad" else "status"
    return format_html(
        '<div{}>{}<div class="body">{}{}</div></div>',
        attributes({"class": f"alert {tone_class(tone)}", "role": role, **attrs}),
        icon(ALERT_ICONS[tone]),
        wrapped("p", "t", title),
        content,
    )


def table(content: str, caption: str, hide_caption: bool = False) -> SafeString:
    """A table with a caption in a frame that scrolls sideways and can be reached by keyboard."""
    return format_html(
        '<div class="scroll" role="region" aria-label="{0}" tabindex="0"><table>'
        "<caption{1}>{0}</caption>{2}</table></div>",
        caption,
        attributes({"class": "sr" if hide_caption else ""}),
        content,
    )


def tabs(content: str, label: str) -> SafeString:
    """Links between parts of one thing."""
    return format_html('<nav class="tabs" aria-label="{}">{}</nav>', label, content)


def disclose(content: str, title: str, open: bool = False) -> SafeString:
    """A part that unfolds, without JavaScript."""
    return format_html(
        "<details{}><summary>{}</summary>{}</details>",
        attributes({"open": open}),
        title,
        content,
    )


def fieldset(content: str, legend: str) -> SafeString:
    """A group of fields with its legend."""
    return format_html('<fieldset class="fieldset"><legend>{}</legend>{}</fieldset>', legend, content)


def list_keys(content: str) -> SafeString:
    """A list that J and K walk through, Enter opens, X picks; see `js/keys.js`."""
    return format_html("<x-keys>{}</x-keys>", content)
