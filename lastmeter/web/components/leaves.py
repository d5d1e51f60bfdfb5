"""Components without content of their own: one tag, escaped, cheap enough for a list of hundreds."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lastmeter.kit import zhtime
from lastmeter.web.components.marks import (
    NOTHING,
    attributes,
    icon,
    tone_class,
    wrapped,
)

SOON = timedelta(hours=2)


def language(context: Context) -> str:
    """The language of the page: "zh-hans" or "en"; a card rendered outside a page speaks the reader's own."""
    return str(context.get("language") or get_language() or "zh-hans")


def moment(context: Context) -> datetime:
    """One `now` for the whole page, so that two lines never disagree."""
    now = context.get("now")
    return now if isinstance(now, datetime) else timezone.now()


def chip(word: object, tone: str = "mute", bare: bool = False) -> SafeString:
    """A state: shape and word in a colour. `bare` leaves the shape out (a role beside a name)."""
    return wrapped("span", f"chip {tone_class(tone)}{' bare' if bare else ''}", word)


def when(context: Context, at: datetime | None, style: str = "short") -> SafeString:
    """`<time>` in China time; style short, long or ago; the long date is always in the title. Nothing for None."""
    if at is None:
        return NOTHING
    tongue = language(context)
    whole = zhtime.long_date(at, tongue)
    relative = zhtime.ago if style == "ago" else zhtime.short
    words = whole if style == "long" else relative(at, moment(context), tongue)
    return format_html(
        '<time class="num" datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        whole,
        words,
    )


def due(
    context: Context,
    at: datetime | None,
    done: bool = False,
    warn_at: datetime | None = None,
    prefix: str = "",
) -> SafeString:
    """What is left until a deadline: bad when over, warn after `warn_at` (or in the last two hours), else mute.

    `done` keeps the date but stops counting. Nothing for None.
    """
    if at is None:
        return NOTHING
    now = moment(context)
    tongue = language(context)
    whole = zhtime.long_date(at, tongue)
    if done:
        words, tone = zhtime.short(at, now, tongue), "ok"
    else:
        words = zhtime.left(at, now, tongue)
        soon = now >= (warn_at or at - SOON)
        tone = "bad" if now > at else "warn" if soon else "mute"
    return format_html(
        '<time class="chip num {}" datetime="{}" title="{}">{}{}</time>',
        tone,
        at.isoformat(),
        whole,
        format_html("{} ", prefix) if prefix else NOTHING,
        words,
    )


def kbd(key: object) -> SafeString:
    """A key cap."""
    return wrapped("kbd", "", key)


def button(
    words: object,
    kind: str = "plain",
    href: str = "",
    icon_name: str = "",
    key: str = "",
    wide: bool = False,
    small: bool = False,
    opens: str = "",
    **more: Any,
) -> SafeString:
    """A button, or a link that looks like one when it has `href` or `opens` (the id of a dialog).

    kind: plain, primary, outline, quiet, danger. `key` is its keyboard shortcut on the page (`js/keys.js`).
    """
    style = " ".join(
        [
            "btn",
            *([kind] if kind != "plain" else []),
            *(["wide"] if wide else []),
            *(["small"] if small else []),
        ]
    )
    shortcut = {"data_key": key.lower(), "aria_keyshortcuts": key} if key else {}
    content = format_html("{}<span>{}</span>{}", icon(icon_name) if icon_name else "", words, _hint(key))
    if target := href or (f"#{opens}" if opens else ""):
        return format_html(
            "<a{}>{}</a>",
            attributes({"class": style, "href": target, **shortcut, **more}),
            content,
        )
    return format_html(
        "<button{}>{}</button>",
        attributes({"class": style, "type": "submit", **shortcut, **more}),
        content,
    )


def _hint(key: str) -> SafeString:
    return format_html('<kbd class="only-js" aria-hidden="true">{}</kbd>', key) if key else NOTHING


def call(phone: str, label: str = "", text: str = "") -> SafeString:
    """A `tel:` link: round and green, or a wide button when it has a text. Nothing without a phone."""
    if not phone:
        return NOTHING
    if text:
        return button(text, href=f"tel:{phone}", icon_name="phone")
    return format_html(
        '<a class="call" href="tel:{}" aria-label="{}">{}</a>',
        phone,
        label or _("打电话 %(phone)s") % {"phone": phone},
        icon("phone"),
    )


def avatar(name: str) -> SafeString:
    """The first character in a circle; decoration, the name stands beside it."""
    return format_html('<span class="avatar" aria-hidden="true">{}</span>', name[:1])


def progress(value: int, maximum: int = 100, label: str = "") -> SafeString:
    """A bar with its figures in words."""
    figures = _("%(value)d / %(maximum)d") % {"value": value, "maximum": maximum}
    return format_html(
        '<div class="meter"><div class="spread"><span>{0}</span><span class="num muted">{1}</span></div>'
        '<progress value="{2}" max="{3}" aria-label="{0}">{1}</progress></div>',
        label or _("进度"),
        figures,
        value,
        maximum,
    )


def stat(value: object, label: str, href: str = "", tone: str = "", note: str = "") -> SafeString:
    """A figure with its name; with `href` it opens the records behind it."""
    style = f"stat {tone_class(tone)}" if tone else "stat"
    content = format_html(
        '<span class="n">{}</span><span class="l">{}</span>{}',
        value,
        label,
        wrapped("span", "note", note),
    )
    if href:
        return format_html('<a class="{}" href="{}">{}</a>', style, href, content)
    return format_html('<div class="{}">{}</div>', style, content)


def cell(
    title: object,
    note: object = "",
    href: str = "",
    end: object = "",
    tone: str = "mute",
    icon_name: str = "",
    bar: str = "",
    selected: bool = False,
    value: object = None,
    key: str = "",
    **more: Any,
) -> SafeString:
    """One line of a card. With `value` it carries a checkbox named `pick`, and the title is the link over the line."""
    style = "cell" + (f" bar-{bar}" if bar else "") + (" on" if selected else "")
    badge = end if isinstance(end, SafeString) or not end else chip(end, tone)
    shortcut = {"data_key": key.lower()} if key else {}
    current = {"aria_current": "true"} if selected else {}
    inner = (wrapped("span", "note", note), wrapped("span", "end", badge))
    mark = icon(icon_name) if icon_name else NOTHING
    if value is not None:
        box = format_html(
            '<span class="pick"><input type="checkbox" name="pick" value="{}" aria-label="{}"></span>',
            value,
            _("选中：%(title)s") % {"title": title},
        )
        link = format_html(
            "<a{}>{}</a>",
            attributes(
                {
                    "class": "t cover",
                    "href": href or None,
                    **shortcut,
                    **current,
                    **more,
                }
            ),
            title,
        )
        return format_html(
            '<div class="{} link">{}{}<div class="what">{}{}</div>{}</div>',
            style,
            box,
            mark,
            link,
            *inner,
        )
    body = format_html('{}<span class="what"><span class="t">{}</span>{}</span>{}', mark, title, *inner)
    if href:
        return format_html(
            "<a{}>{}</a>",
            attributes({"class": style, "href": href, **shortcut, **current, **more}),
            body,
        )
    return format_html("<div{}>{}</div>", attributes({"class": style, **more}), body)


def filter_chip(words: str, href: str, on: bool = False) -> SafeString:
    """One filter of a list: a link that adds it, or takes it off when it is on."""
    if not on:
        return format_html('<a class="filter" href="{}">{}</a>', href, words)
    return format_html(
        '<a class="filter on" href="{}" aria-label="{}">{}<span class="x" aria-hidden="true">×</span></a>',
        href,
        _("去掉条件：%(words)s") % {"words": words},
        words,
    )


def tab(words: str, href: str, on: bool = False, count: int | None = None) -> SafeString:
    """One link of `tabs`."""
    figure = wrapped("span", "num muted small", count)
    current = {"aria_current": "page"} if on else {}
    return format_html("<a{}>{}{}</a>", attributes({"href": href, **current}), words, figure)


def steps(labels: Sequence[str], current: int) -> SafeString:
    """A row of steps; `current` counts from 0; past and present are also said in words."""
    states = [
        ("done", _("已完成")) if n < current else ("now", _("当前")) if n == current else ("", "")
        for n in range(len(labels))
    ]
    items = format_html_join(
        "",
        "<li{}>{}{}</li>",
        (
            (
                attributes({"class": style, "aria_current": "step" if style == "now" else None}),
                label,
                _aloud(word),
            )
            for label, (style, word) in zip(labels, states, strict=True)
        ),
    )
    return format_html('<ol class="steps">{}</ol>', items)


def _aloud(word: str) -> SafeString:
    return format_html('<span class="sr"> ({})</span>', word) if word else NOTHING


def picture(url: str, label: str, thumb: str = "") -> SafeString:
    """A photo that opens at its full size; the label is its text for those who do not see it."""
    return format_html(
        '<a href="{}"><img src="{}" alt="{}" loading="lazy"></a>',
        url,
        thumb or url,
        label,
    )


def draft_done(name: str) -> SafeString:
    """Tells `js/draft.js` that the form of this name has arrived: its draft is cleared."""
    return format_html('<x-draft hidden data-done="{}"></x-draft>', name)
