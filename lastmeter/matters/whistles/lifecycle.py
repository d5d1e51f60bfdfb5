"""The one table of a whistle: which acts it knows, where they start and lead, whose they are; and its promises.

It stands beside the table of its matter (matters/lifecycle.py), which it never moves: see docs/adr/0007.
"""

from dataclasses import dataclass

from lastmeter.kit.words import gettext_noop

ASKED = "asked"
APPROVED = "approved"
ROUTED = "routed"
DONE = "done"
CLOSED = "closed"
RETURNED = "returned"
WITHDRAWN = "withdrawn"
UPGRADED = "upgraded"
VOID = "void"
STAYS = ""

OPEN = (ASKED, APPROVED, ROUTED)  # a matter does not close while its whistle rests here
RUNNING = (*OPEN, DONE)
TONES = {ASKED: "info", APPROVED: "info", ROUTED: "warn", DONE: "info", CLOSED: "ok"}

NAME = "whistle"  # of the flow, in the rows of limits
WORD = gettext_noop("吹哨报到")
SAYS = gettext_noop("一件事、多家单位：审核、分哨、应哨到场、各自办结、联合办结、评哨、销哨；事项照自己的流程走。")

BLOWER, HEAD, ROUTER, UNIT, LEAD, OWNER = "blower", "head", "router", "unit", "lead", "owner"
WHO = {
    BLOWER: gettext_noop("吹哨的一方"),
    HEAD: gettext_noop("吹哨一级的负责人"),
    ROUTER: gettext_noop("上一级调度员"),
    UNIT: gettext_noop("应哨单位"),
    LEAD: gettext_noop("牵头单位、吹哨的一方"),
    OWNER: gettext_noop("议定由谁办的单位、岗位或个人"),
}


@dataclass(frozen=True, slots=True)
class Transition:
    """One act: where it starts and leads, whose it is, the guard as a sentence (empty = none)."""

    act: str
    word: str
    before: tuple[str, ...]
    after: str
    who: str
    guard: str = ""


_WORDS = gettext_noop("写明理由")
_ITS_OWN = gettext_noop("只能签自己的一份，还没有结束")

TRANSITIONS: tuple[Transition, ...] = (
    Transition("approve", gettext_noop("同意吹哨"), (ASKED,), APPROVED, HEAD, gettext_noop("本级确实办不了")),
    Transition(
        "turn_away", gettext_noop("退回"), (ASKED,), RETURNED, HEAD, gettext_noop("选明原因，写明理由；随意吹哨的退回")
    ),
    Transition("refuse", gettext_noop("退回不分"), (APPROVED,), RETURNED, ROUTER, _WORDS),
    Transition(
        "withdraw",
        gettext_noop("撤回"),
        OPEN,
        WITHDRAWN,
        BLOWER,
        gettext_noop("写明理由；还没有单位应哨"),
    ),
    Transition(
        "route",
        gettext_noop("分哨"),
        (APPROVED,),
        ROUTED,
        ROUTER,
        gettext_noop("有一个牵头单位；默认按职责清单"),
    ),
    Transition("call_more", gettext_noop("再请单位"), (ROUTED,), STAYS, ROUTER, gettext_noop("没有请过")),
    Transition("release", gettext_noop("不用再来"), (ROUTED,), STAYS, ROUTER, _WORDS),
    Transition("call_members", gettext_noop("请党员和志愿者"), (APPROVED, ROUTED), STAYS, BLOWER),
    Transition("sign", gettext_noop("应哨"), (ROUTED,), STAYS, UNIT, _ITS_OWN),
    Transition("object", gettext_noop("不同意应哨"), (ROUTED,), STAYS, UNIT, gettext_noop("写明理由；由分哨的人定")),
    Transition("arrive", gettext_noop("到场签到"), (ROUTED,), STAYS, UNIT, gettext_noop("有名有姓，重复点算一次")),
    Transition("depart", gettext_noop("离场签退"), (ROUTED, DONE), STAYS, UNIT, gettext_noop("在场")),
    Transition("sign_off", gettext_noop("本单位办结"), (ROUTED,), STAYS, UNIT, gettext_noop("写明处置；到过场")),
    Transition(
        "convene", gettext_noop("召集会商"), (APPROVED, ROUTED), STAYS, ROUTER, gettext_noop("有时间、地点、主持人")
    ),
    Transition(
        "conclude",
        gettext_noop("记会商结果"),
        (APPROVED, ROUTED),
        STAYS,
        ROUTER,
        gettext_noop("每件议定事项有人办、有期限"),
    ),
    Transition(
        "decision_done", gettext_noop("办完议定事项"), (APPROVED, ROUTED), STAYS, OWNER, gettext_noop("写明结果")
    ),
    Transition(
        "upgrade",
        gettext_noop("升级"),
        (APPROVED, ROUTED),
        UPGRADED,
        HEAD,
        gettext_noop("哨级或层级更高，写明理由；没办完的单位转入新哨"),
    ),
    Transition(
        "complete",
        gettext_noop("联合办结"),
        (ROUTED,),
        DONE,
        LEAD,
        gettext_noop("没有还没办完的单位和议定事项"),
    ),
    Transition(
        "complete_despite",
        gettext_noop("未办完也办结"),
        (ROUTED,),
        DONE,
        HEAD,
        gettext_noop("还有单位没办完，写明为什么"),
    ),
    Transition(
        "rate",
        gettext_noop("评哨并销哨"),
        (DONE,),
        CLOSED,
        BLOWER,
        gettext_noop("每家应哨单位都评：报到、办理、结果"),
    ),
    Transition("answer", gettext_noop("说明"), (CLOSED,), STAYS, UNIT, gettext_noop("对自己的评价，一次")),
)
BY_ACT = {each.act: each for each in TRANSITIONS}


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise of a whistle: its kind in the rows of limits, its word, when it starts and what meets it."""

    kind: str
    word: str
    starts: str
    ends: str


APPROVE, ROUTE, SIGN, ARRIVE, WORK, RATE, DECIDE = (
    "approve",
    "route",
    "report_in",
    "arrive",
    "whistle",
    "rate_units",
    "decision",
)
CLOCKS: tuple[Clock, ...] = (
    Clock(APPROVE, gettext_noop("吹哨审核期限"), gettext_noop("吹哨"), gettext_noop("同意或退回")),
    Clock(ROUTE, gettext_noop("分哨期限"), gettext_noop("同意吹哨"), gettext_noop("分哨")),
    Clock(SIGN, gettext_noop("应哨期限"), gettext_noop("分哨（每家单位各自算）"), gettext_noop("应哨或到场")),
    Clock(ARRIVE, gettext_noop("到场期限"), gettext_noop("分哨（每家单位各自算）"), gettext_noop("到场签到")),
    Clock(WORK, gettext_noop("应哨办结期限"), gettext_noop("分哨（每家单位各自算）"), gettext_noop("本单位办结")),
    Clock(DECIDE, gettext_noop("议定事项期限"), gettext_noop("记会商结果"), gettext_noop("办完议定事项")),
    Clock(RATE, gettext_noop("评哨期限"), gettext_noop("联合办结"), gettext_noop("评哨")),
)
KINDS = tuple(each.kind for each in CLOCKS)
OF_UNIT = (SIGN, ARRIVE, WORK)
