"""Attributes and the icon: what every other component is made of."""

from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

TONES = ("ok", "warn", "bad", "info", "mute", "brand")
NOTHING = mark_safe("")


def attributes(given: dict[str, object]) -> SafeString:
    """` name="value"` for each entry; `_` becomes `-`, True is a bare attribute, None, False and "" are left out."""
    pairs = [(name.rstrip("_").replace("_", "-"), value) for name, value in given.items()]
    kept = [(name, value) for name, value in pairs if value is not None and value is not False and value != ""]
    return format_html_join(
        "",
        "{}",
        ((format_html(" {}", n) if v is True else format_html(' {}="{}"', n, v),) for n, v in kept),
    )


def tone_class(tone: str) -> str:
    """The tone itself. Raises ValueError for a tone that is not one of TONES: a typing slip must not pass unseen."""
    if tone not in TONES:
        raise ValueError(f"tone {tone!r} is not one of {', '.join(TONES)}")
    return tone


@lru_cache(maxsize=8)
def _sprite(url: str, backend: str, debug: bool) -> str:  # the arguments are the key: tests change these settings
    return static("web/icons.svg")


@lru_cache(maxsize=512)
def _icon(sprite: str, name: str, size: str, label: str) -> SafeString:
    style = f"i {size}".strip()
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            style,
            label,
            sprite,
            name,
        )
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        style,
        sprite,
        name,
    )


def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A symbol of `static/web/icons.svg`, hidden from screen readers unless labelled. Sizes: s, l, "" (medium)."""
    sprite = _sprite(
        settings.STATIC_URL or "",
        str(settings.STORAGES["staticfiles"]["BACKEND"]),
        settings.DEBUG,
    )
    return _icon(sprite, name, "" if size == "m" else size, str(label))


def wrapped(tag: str, style: str, content: object, **more: object) -> SafeString:
    """`<tag class=style …>content</tag>`; nothing at all when the content is empty."""
    if content is None or content == "":
        return NOTHING
    return format_html("<{0}{1}>{2}</{0}>", tag, attributes({"class": style, **more}), content)
