"""The fixed list of what a template may stand in for, and what is said when it names something else."""

import difflib
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.matters.models import Way
from lastmeter.matters.talking import rules


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name as it is written in braces, and what stands there in the message."""

    name: str
    meaning: str | Promise

    @property
    def written(self) -> str:
        return f"{{{self.name}}}"


NUMBER, TITLE, NAME, PLACE, CATEGORY, UNIT = "编号", "标题", "称呼", "地点", "类别", "办理单位"
WORDS, UNTIL, LINK, CODE, TODAY, OWNER = "内容", "期限", "网址", "查询码", "日期", "机关"
PLACEHOLDERS = (
    Placeholder(NUMBER, gettext_lazy("事项编号，如 K7M-3RX-A92C")),
    Placeholder(TITLE, gettext_lazy("事项标题")),
    Placeholder(NAME, gettext_lazy("诉求人的称呼，没留就空着")),
    Placeholder(PLACE, gettext_lazy("地点")),
    Placeholder(CATEGORY, gettext_lazy("类别")),
    Placeholder(UNIT, gettext_lazy("办理单位，网格员办理的就空着")),
    Placeholder(WORDS, gettext_lazy("这一步写给诉求人的话：答复、理由、问题（短信里最多 200 字）")),
    Placeholder(UNTIL, gettext_lazy("下一个期限：补充、答复或办结")),
    Placeholder(LINK, gettext_lazy("查进度的网址")),
    Placeholder(CODE, gettext_lazy("查询码，只能写在信件里")),
    Placeholder(TODAY, gettext_lazy("发出的日期")),
    Placeholder(OWNER, gettext_lazy("本系统主办机关的名称")),
)
NAMES = tuple(each.name for each in PLACEHOLDERS)


def wrong_with(words: str, way: str) -> str:
    """The sentence that says what is wrong with a template's placeholders; "" when all can be filled in."""
    unknown = next((name for name in rules.holes(words) if name not in NAMES), None)
    if unknown is not None:
        return _unknown(unknown)
    if rules.is_torn(words):
        return _("大括号 { } 和六角括号〔 〕要成对写，请看看哪里少了一个。")
    if CODE in rules.holes(words) and way != Way.LETTER:
        return _("{查询码}只能写在渠道为“信件”的模板里：短信和邮件可能被别人看到。")
    return ""


def _unknown(name: str) -> str:
    alike = difflib.get_close_matches(name, NAMES, 1, 0.4)
    if alike:
        return _("没有“{%(name)s}”这个占位词，您要写的是“{%(alike)s}”吗？") % {"name": name, "alike": alike[0]}
    known = "、".join(f"{{{each}}}" for each in NAMES)
    return _("没有“{%(name)s}”这个占位词，可以用的有：%(known)s。") % {"name": name, "known": known}
