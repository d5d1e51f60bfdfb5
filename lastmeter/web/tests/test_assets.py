"""What is shipped to browsers: pinned, small, and understood by Chromium 86."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[1] / "static" / "web"
TEMPLATES = Path(__file__).resolve().parents[2]
TOO_NEW = {
    ":has(": 105, ":is(": 88, ":where(": 88, "@container": 105, "@layer": 99, "subgrid": 117, "aspect-ratio": 88,
    "inset:": 87, "color-mix": 111, "accent-color": 93, "dvh": 108, "text-wrap": 114, "overflow: clip": 90,
}  # fmt: skip


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_use_nothing_newer_than_chromium_86(sheet: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S)
    assert [name for name in TOO_NEW if name in css] == []
    assert "url(" not in css
    assert "http" not in css
    assert css.count("{") == css.count("}")


def test_vendored_files_are_the_pinned_ones() -> None:
    for entry in json.loads((STATIC / "vendor" / "manifest.json").read_text("utf-8")):
        assert hashlib.sha256((STATIC / "vendor" / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert (STATIC / "vendor" / entry["licence_file"]).stat().st_size > 0


def test_the_first_view_leaves_room_in_its_100_kilobytes() -> None:
    first = [*STATIC.glob("*.css"), *STATIC.glob("*.svg"), *STATIC.glob("js/*.js"), STATIC / "vendor" / "htmx.min.js"]
    assert sum(len(gzip.compress(path.read_bytes())) for path in first) < 50_000


def test_templates_ask_only_for_icons_that_exist() -> None:
    known = set(re.findall(r'id="([a-z]+)"', (STATIC / "icons.svg").read_text("utf-8")))
    used = {
        name
        for path in TEMPLATES.rglob("templates/**/*.html")
        for name in re.findall(r'(?:{% icon |icon=)"([^"]+)"', path.read_text("utf-8"))
    }
    assert used - known == set()


def test_templates_carry_no_inline_style_or_script() -> None:
    offending = re.compile(r"\sstyle=\"[^\"]*:|<style|\son[a-z]+=|<script(?![^>]*\ssrc=)", re.I)
    wrong = [
        str(path.name) for path in TEMPLATES.rglob("templates/**/*.html") if offending.search(path.read_text("utf-8"))
    ]
    assert wrong == []
