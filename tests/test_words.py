"""The English catalogue is complete and says what the Chinese says; no page speaks Chinese past it."""

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documents import ROOT

CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
OURS = ROOT / "lastmeter"
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
CHINESE = re.compile(HAN.pattern + "|[，。：；！？（）、]")
HOLE = re.compile(r"\{[\u3400-\u9fff]+\}")  # a placeholder of message templates keeps its name in every language
PLACEHOLDER = re.compile(r"%\(\w+\)(?:\.\d)?[sdf]")
# Column headings that a file must carry, and addresses as people write them: there is no English of these.
ALLOWED_HAN = {
    "Excel 清单另要一列“范围”，写社区、网格、楼栋的名称，用顿号隔开；同一格可以写成好几行。",
    "GeoJSON、Shapefile 压缩包（.zip），或列出地点的 Excel（网格名称、负责人、户数、范围）。最大 50 MB。",
    "写到楼，如：东风三路12号湖畔小区3栋",
    "Excel 或 CSV 清单另要一列“范围”，写社区、网格、小区的名称，或楼栋的地址（东风三路12号、湖畔小区3栋、"
    "湖畔小区1-8栋），用顿号隔开；"
    "同一格可以写成好几行。地址按地址簿找，写错字也能认；认不出的连同原因还给您。",
    "叫“%(name)s”的网格不止一个，请写网格代码，或加上社区一列。",
    "名称列叫“网格名称”或“名称”，负责人列叫“负责人”或“网格长”，户数列叫“户数”；Shapefile 里可用 WGMC、FZR、HS。",
    "地址（写成一句），或 道路、门牌号、小区、楼栋、单元 分列",
    "地址，或道路、小区",
    "户数、别名",
    "第 %(row)d 行“%(column)s”写的“%(text)s”看不出是什么时间。可以写 2026-11-25 09:30 或 2026年11月25日。",
    "空格隔开，有其中一个就算，如：油烟 夜宵 烧烤",
    "打几个字就能选，如：望海 一网格；也可以写地址，如：东风三路12号3栋。",
    "找地址：怎么写都行，如 东三路12-3-2",
    "没有“范围”列。请用“网格名称、负责人、户数、范围”作表头，范围里用顿号隔开地点。",
    "没有认出名称列，按“第几片”编号。名称列请叫“网格名称”。",
    "省了“路”“小区”等字",
    "网格代码、网格名称，或经度和纬度",
    "网格代码，或网格名称（可加社区），或经度和纬度",
    "请写单元的名称，如“2 单元”。",
    "代码、上级代码、名称；可有 类型（事项或部件）、说明、提示词、先请注意、英文名称",
    "类型“%(kind)s”不认得，请写事项或部件。",
}
needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None, reason="gettext is not installed: bin/test installs it"
)


def entries(path: Path) -> dict[str, list[str]]:
    """msgid → its English texts (two for plurals), from a catalogue as msgcat writes it in one line each.

    A context stands before the msgid, parted by 0x04 as in the compiled catalogue.
    """
    plain = subprocess.run(
        ["msgcat", "--no-wrap", "--no-location", str(path)], capture_output=True, text=True, check=True
    ).stdout
    found: dict[str, list[str]] = {}
    for block in plain.split("\n\n"):
        if block.startswith("#~") or "#, fuzzy" in block:
            continue
        context = re.findall(r'^msgctxt ((?:".*"\n?)+)', block, re.M)
        key = (_text(context) + "\4" if context else "") + _text(re.findall(r'^msgid ((?:".*"\n?)+)', block, re.M))
        texts = [_text([each]) for each in re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\n?)+)', block, re.M)]
        if key:
            found[key] = texts
    return found


def _text(parts: list[str]) -> str:
    return "".join(re.findall(r'"(.*)"', "".join(parts))).replace('\\"', '"')


@needs_gettext
def test_everything_that_can_be_said_has_its_english(tmp_path: Path) -> None:
    shutil.copytree(OURS, tmp_path / "lastmeter", ignore=shutil.ignore_patterns("__pycache__", "vendor", "*.mo"))
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "en", "--no-location", "--no-wrap", "-v", "0"],
        cwd=tmp_path / "lastmeter",
        env=os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "tests.settings"},
        check=True,
    )
    collected = entries(tmp_path / "lastmeter" / CATALOGUE)
    missing = sorted(key for key, texts in collected.items() if not all(texts))
    assert missing == [], "run bin/words and translate"
    assert collected.keys() == entries(OURS / CATALOGUE).keys(), "run bin/words"


@needs_gettext
def test_the_english_keeps_the_placeholders_and_speaks_english() -> None:
    for key, texts in entries(OURS / CATALOGUE).items():
        for text in texts:
            assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(key)), key
            assert not CHINESE.search(HOLE.sub("", text)) or key in ALLOWED_HAN, f"{key} → {text}"


@needs_gettext
def test_what_is_compiled_is_what_is_written() -> None:
    with (OURS / CATALOGUE.with_suffix(".mo")).open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for key, texts in entries(OURS / CATALOGUE).items():
        if len(texts) == 1:
            assert compiled.gettext(key.replace("\\n", "\n")) == texts[0].replace("\\n", "\n"), "run bin/words"


# The styleguide shows invented names and dates as samples.
TEMPLATES = sorted(path for path in OURS.rglob("templates/**/*.html") if path.name != "styleguide.html")
TAGGED = re.compile(
    r"{#.*?#}|{% comment %}.*?{% endcomment %}|{% blocktranslate\b.*?{% endblocktranslate %}"
    r"|{%.*?%}|{{.*?}}|<!--.*?-->",
    re.S,
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(OURS)))
def test_a_template_says_nothing_past_the_catalogue(path: Path) -> None:
    bare = CHINESE.findall(TAGGED.sub("", path.read_text(encoding="utf-8")))
    assert set(bare) <= {"中文"}, bare
    tags = re.findall(r"{%(?! (?:translate|blocktranslate|comment)\b)[^%]*%}", path.read_text(encoding="utf-8"))
    unmarked = [each for each in tags if HAN.search(re.sub(r'_\("[^"]*"\)', "", each))]
    assert unmarked == []


# Modules whose Chinese is data, a word looked for in a text, both languages at once, or for the person at the console.
NOT_PAGES = {
    "accounts/rules.py",  # names of browsers
    "grid/addresses/columns.py",  # headers of address lists
    "grid/addresses/invented.py",
    "grid/addresses/naming.py",
    "grid/addresses/parsing.py",
    "grid/defaults.py",  # words of a row of rules
    "grid/divisions.py",
    "grid/duty/rota.py",  # hours as people write them
    "grid/layers/columns.py",  # headings of departments' tables
    "grid/layers/places.py",  # ranges of buildings as people write them
    "grid/layers/reporting.py",  # a heading that a table goes back in with
    "grid/proposals/jobs.py",  # blocks as they are named
    "grid/proposals/starts/today.py",  # blocks as they are named
    "grid/staff/people.py",  # columns of the register
    "grid/street.py",
    "kit/text.py",
    "kit/zhtime.py",
    "matters/catalogue/duties.py",  # headings of tables that come back in
    "matters/catalogue/items.py",
    "matters/catalogue/mapping.py",
    "matters/catalogue/reading.py",
    "matters/catalogue/shipped.py",  # names and sources of the schemes
    "matters/danger.py",
    "matters/defaults.py",
    "matters/events/moments.py",  # times as people write them
    "matters/events/sample.py",  # surnames, and how people name themselves
    "matters/events/words.py",  # how places end, and words that tell nothing apart
    "matters/learning/cutting.py",  # characters of a text
    "matters/learning/showing.py",  # words that tell nothing by themselves
    "matters/rulebook/forms.py",  # hours as people write them
    "matters/talking/placeholders.py",  # their names
    "matters/talking/reading.py",  # what questions, courtesies and facts look like
    "notices/channels/sms.py",  # a system check
    "project/checks.py",
    "project/doctor.py",
    "project/settings.py",
    "web/styleguide.py",
}
MODULES = sorted(
    path
    for path in OURS.rglob("*.py")
    if not {"tests", "migrations"} & set(path.parts)
    and path.relative_to(OURS).parts[:2] != ("project", "demo")
    and path.name not in ("cli.py", "apps.py")
    and path.relative_to(OURS).as_posix() not in NOT_PAGES
)
DIGITS = "零一二三四五六七八九"  # read aloud over a phone


def literals(tree: ast.Module) -> Iterator[str]:
    """Every string of a module but those that stand alone: docstrings."""
    alone = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in alone:
            yield each.value


@needs_gettext
def test_a_module_says_nothing_past_the_catalogue() -> None:
    """Also catches a mark that the extractor does not know, such as gettext_lazy under another name."""
    known = {key.rpartition("\4")[2].replace("\\n", "\n") for key in entries(OURS / CATALOGUE)} | {DIGITS}
    strange = [
        f"{path.relative_to(OURS)}: {text}"
        for path in MODULES
        for text in literals(ast.parse(path.read_text(encoding="utf-8")))
        if HAN.search(text) and text not in known
    ]
    assert strange == []
