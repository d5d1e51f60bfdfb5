"""When a requester is told something, and the words that hold as long as nobody has written others.

An occasion is a public event of a matter (`matter.<occasion>`); one not listed here stands on the progress page only.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lastmeter.matters.models import Way


@dataclass(frozen=True, slots=True)
class Occasion:
    """Its name, the words shipped with the product for notice, text message and letter ("" sends nothing).

    `letter` is empty for what a letter would come too late or be too much for.
    """

    word: str | Promise
    notice: str | Promise = ""
    sms: str | Promise = ""
    letter: str | Promise = ""

    def shipped(self, way: str) -> str | Promise:
        """The words of a way."""
        return {Way.NOTICE: self.notice, Way.SMS: self.sms, Way.LETTER: self.letter}[Way(way)]


OCCASIONS: dict[str, Occasion] = {
    "reported": Occasion(
        _("登记"),
        notice=_("已登记，编号 {编号}。〔{期限}前答复您。〕"),
        sms=_("您反映的“{标题}”已登记，编号 {编号}。〔{期限}前答复您。〕查进度：{网址}"),
    ),
    "accepted": Occasion(pgettext_lazy("event", "受理"), notice=_("已受理。〔{期限}前办结。〕")),
    "dispatched": Occasion(
        pgettext_lazy("event", "分派"),
        notice=_("〔已交由{办理单位}办理。〕〔{期限}前办结。〕"),
        sms=_("您反映的“{标题}”（{编号}）已受理〔，由{办理单位}办理〕〔，{期限}前办结〕。进度：{网址}"),
    ),
    "whistle_gathered": Occasion(_("多家单位一起办"), notice=_("{内容}")),
    "merged": Occasion(
        pgettext_lazy("event", "归为一件"),
        notice=_("{内容}"),
        sms=_("您反映的“{标题}”（{编号}）与另一件相同，{内容}进度：{网址}"),
    ),
    "gathered": Occasion(
        pgettext_lazy("event", "归入事件"),
        notice=_("{内容}"),
        sms=_("您反映的“{标题}”（{编号}）{内容}进度：{网址}"),
    ),
    "diverted": Occasion(
        pgettext_lazy("event", "告知法定渠道"),
        notice=_("{内容}"),
        sms=_("您反映的“{标题}”（{编号}）需要走法定渠道，怎么办理请看：{网址}"),
        letter=_("您反映的“{标题}”（编号 {编号}）收悉。\n\n{内容}"),
    ),
    "rejected": Occasion(
        pgettext_lazy("event", "不予受理"),
        notice=_("没有受理：{内容}"),
        sms=_("您反映的“{标题}”（{编号}）没有受理：{内容} 有不同意见请看：{网址}"),
        letter=_("您反映的“{标题}”（编号 {编号}）收悉。经研究，不予受理，理由如下：\n\n{内容}"),
    ),
    "asked": Occasion(
        _("请诉求人补充"),
        notice=_("请您补充：{内容}〔请在{期限}前答复。〕"),
        sms=_("您反映的“{标题}”（{编号}）需要您补充：{内容}〔请在{期限}前〕打开 {网址} 答复。"),
        letter=_(
            "您反映的“{标题}”（编号 {编号}）正在办理，需要您补充下面的情况：\n\n{内容}\n\n"
            "〔请在{期限}前答复，可以打网格员电话，也可以到社区当面说；过期就按现有情况办理。〕"
        ),
    ),
    "ask_reminded": Occasion(
        _("提醒补充"),
        notice=_("还在等您补充：{内容}〔{期限}到期。〕"),
        sms=_("您反映的“{标题}”（{编号}）还在等您补充〔，{期限}到期〕。打开 {网址} 答复。"),
    ),
    "ask_lapsed": Occasion(
        _("补充到期"),
        notice=_("没有等到您补充，{内容}"),
        sms=_("您反映的“{标题}”（{编号}）没有等到您补充，{内容}进度：{网址}"),
    ),
    "replied": Occasion(pgettext_lazy("event", "答复"), notice=_("已有答复，正在核查。")),
    "settled": Occasion(
        pgettext_lazy("event", "就地办结"),
        notice=_("已经办好：{内容}"),
        sms=_("您反映的“{标题}”（{编号}）已经办好：{内容} 请您评价：{网址}"),
        letter=_("您反映的“{标题}”（编号 {编号}）已经办结，现答复如下：\n\n{内容}"),
    ),
    "closed": Occasion(
        pgettext_lazy("event", "办结"),
        notice=_("已办结：{内容}"),
        sms=_("您反映的“{标题}”（{编号}）已办结：{内容} 请您评价，没有解决可以要求重办：{网址}"),
        letter=_("您反映的“{标题}”（编号 {编号}）已经办结，现答复如下：\n\n{内容}"),
    ),
    "reopened": Occasion(
        _("重办"),
        notice=_("已重新受理。〔{期限}前办结。〕"),
        sms=_("您要求重办的“{标题}”（{编号}）已重新受理〔，{期限}前办结〕。进度：{网址}"),
    ),
    "grievance_answered": Occasion(
        _("办理投诉的答复"),
        notice=_("您对办理情况的投诉有了答复，请打开查看。"),
        sms=_("您对“{标题}”（{编号}）办理情况的投诉有了答复，请打开查看：{网址}"),
        letter=_("您对“{标题}”（编号 {编号}）办理情况的投诉，现答复如下：\n\n{内容}"),
    ),
}
