"""The components as template tags, builtin in every template; README.md lists how each is called."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from lastmeter.kit import zhtime
from lastmeter.web.components import blocks, formparts, leaves, maps, marks

register = Library()

for leaf in (
    marks.icon, leaves.chip, leaves.kbd, leaves.call, leaves.avatar, leaves.progress, leaves.stat, leaves.filter_chip,
    leaves.tab, leaves.steps, leaves.picture, leaves.draft_done,
    formparts.field, formparts.form, formparts.summary, formparts.rating, formparts.place, formparts.picker,
):  # fmt: skip
    register.simple_tag(leaf)
for timed in (leaves.when, leaves.due):
    register.simple_tag(timed, takes_context=True)
for block in (
    blocks.card, blocks.row, blocks.facts, blocks.fact, blocks.timeline, blocks.dialog, blocks.nothing, blocks.alert,
    blocks.table, blocks.tabs, blocks.disclose, blocks.fieldset, blocks.list_keys, blocks.keep,
):  # fmt: skip
    register.simple_block_tag(block)
register.simple_block_tag(maps.map_, name="map", end_name="endmap")
register.simple_block_tag(blocks.entry, takes_context=True)


@register.simple_tag
def button(words: object, kind: str = "plain", href: str = "", icon: str = "", **more: Any) -> SafeString:
    """See `leaves.button`; templates say `icon=`."""
    return leaves.button(words, kind=kind, href=href, icon_name=icon, **more)


@register.simple_tag
def cell(title: object, note: object = "", href: str = "", icon: str = "", **more: Any) -> SafeString:
    """See `leaves.cell`; templates say `icon=`."""
    return leaves.cell(title, note=note, href=href, icon_name=icon, **more)


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Any) -> SafeString:
    """Next and previous of a keyset page (attributes `next`, `prev`: cursors or None); other filters stay."""
    request: HttpRequest = context["request"]
    links = {}
    for name in ("prev", "next"):
        query = request.GET.copy()
        query["cursor"] = getattr(page, name) or ""
        links[name] = f"?{query.urlencode()}" if getattr(page, name) else ""
    return render_to_string("c/pager.html", links)


def _language() -> str:
    return "en" if (translation.get_language() or "").startswith("en") else "zh-hans"


@register.filter
def long_date(at: datetime | None) -> str:
    """2026年11月24日 周二 16:30; "" for None."""
    return zhtime.long_date(at, _language()) if at else ""


@register.filter
def short(at: datetime | None) -> str:
    """The shortest date that is clear today; "" for None."""
    return zhtime.short(at, timezone.now(), _language()) if at else ""


@register.filter
def left(at: datetime | None) -> str:
    """剩 2 小时 / 超 35 分; "" for None."""
    return zhtime.left(at, timezone.now(), _language()) if at else ""


@register.filter
def ago(at: datetime | None) -> str:
    """How long ago; "" for None."""
    return zhtime.ago(at, timezone.now(), _language()) if at else ""
