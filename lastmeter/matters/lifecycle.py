"""The one table of a matter: which acts each profile allows, where they lead, whose they are, under which guard.

Printed in docs/lifecycle.md, one table per profile. Guards that need rows are sentences here and code in the act.
A transition that leads to STAYS changes no step: it still is a compare-and-set on the steps it starts from.
"""

from dataclasses import dataclass

from lastmeter.kit.words import gettext_noop

REPORTED = "reported"
FILED = "filed"
DISPATCHED = "dispatched"
SIGNED = "signed"
HANDLING = "handling"
REPLIED = "replied"
VERIFYING = "verifying"
VERIFIED = "verified"
CLOSED = "closed"
REVISITED = "revisited"
RATED = "rated"
ARCHIVED = "archived"
MERGED = "merged"
REPEATED = "repeated"
DIVERTED = "diverted"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"
STAYS = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A place where a matter can rest: its name, its word, whether work is still owed, how a chip shows it."""

    name: str
    word: str
    open: bool
    tone: str


STEPS: tuple[Step, ...] = (
    Step(REPORTED, gettext_noop("已上报"), True, "info"),
    Step(FILED, gettext_noop("已受理"), True, "info"),
    Step(DISPATCHED, gettext_noop("已分派"), True, "info"),
    Step(SIGNED, gettext_noop("已签收"), True, "info"),
    Step(HANDLING, gettext_noop("办理中"), True, "info"),
    Step(REPLIED, gettext_noop("已答复"), True, "info"),
    Step(VERIFYING, gettext_noop("核查中"), True, "info"),
    Step(VERIFIED, gettext_noop("已核实"), True, "info"),
    Step(CLOSED, gettext_noop("已办结"), False, "ok"),
    Step(REVISITED, gettext_noop("已回访"), False, "ok"),
    Step(RATED, gettext_noop("已评价"), False, "ok"),
    Step(ARCHIVED, gettext_noop("已归档"), False, "mute"),
    Step(MERGED, gettext_noop("已并入"), False, "mute"),
    Step(REPEATED, gettext_noop("重复反映"), False, "mute"),
    Step(DIVERTED, gettext_noop("已告知渠道"), False, "mute"),
    Step(REJECTED, gettext_noop("不予受理"), False, "mute"),
    Step(WITHDRAWN, gettext_noop("已撤回"), False, "mute"),
)
BY_NAME = {step.name: step for step in STEPS}
OPEN = tuple(step.name for step in STEPS if step.open)
WAITING = (REPORTED, FILED)
WITH_DESK = (*WAITING, REPLIED, VERIFYING, VERIFIED)
TO_CHECK = (REPLIED, VERIFYING)
WITH_HANDLER = (DISPATCHED, SIGNED, HANDLING)
ENDED = (CLOSED, REVISITED, RATED)
NOT_HANDLED = (DIVERTED, REJECTED, MERGED, REPEATED, WITHDRAWN)
NO_LONGER_OWED = (MERGED, REPEATED, WITHDRAWN)  # ending here, a promise is void rather than kept

GRID, HOTLINE, CITY, SELF, PETITION = "grid", "hotline", "city", "self", "petition"
WHOLE = (GRID, HOTLINE, CITY, PETITION)  # the profiles in which somebody else handles than who found it
ALL = (*WHOLE, SELF)


@dataclass(frozen=True, slots=True)
class Profile:
    """A flow: its name, its word, and what it is for, in a sentence."""

    name: str
    word: str
    says: str


PROFILES: tuple[Profile, ...] = (
    Profile(GRID, gettext_noop("网格"), gettext_noop("网格里发现或居民上报：能就地办结的就地办结，其余分派或报上级。")),
    Profile(
        HOTLINE,
        gettext_noop("热线"),
        gettext_noop("接诉即办：筛查、派单、签收、退回、答复、回访、评价；首接单位负责到底，没有回访不归档。"),
    ),
    Profile(
        CITY,
        gettext_noop("城市管理"),
        gettext_noop("立案、派遣、处置、现场核实、结案：本网格的人到现场核实相符，才能结案。"),
    ),
    Profile(SELF, gettext_noop("自办自结"), gettext_noop("发现的人自己办完：上报、结果、照片一次记下。")),
    Profile(
        PETITION,
        gettext_noop("信访"),
        gettext_noop("登记、转送交办、受理告知、处理意见；期限按信访工作条例，不服可以申请复查。"),
    ),
)
PROFILE = {profile.name: profile for profile in PROFILES}


@dataclass(frozen=True, slots=True)
class Transition:
    """One act in some profiles: where it starts and leads, whose it is, the guard as a sentence (empty = none)."""

    act: str
    word: str
    profiles: tuple[str, ...]
    before: tuple[str, ...]
    after: str
    who: str  # an ability of matters/policy.py, or "requester"
    guard: str = ""


# Whose an act is, in words; who that is exactly is said by matters/policy.py.
WHO = {
    "requester": gettext_noop("诉求人"),
    "settle": gettext_noop("网格员、社区"),
    "take": gettext_noop("网格员、社区"),
    "send_up": gettext_noop("网格员、社区"),
    "alarm": gettext_noop("网格员、工作台"),
    "screen": gettext_noop("工作台"),
    "dispatch": gettext_noop("工作台"),
    "close": gettext_noop("工作台"),
    "revisit": gettext_noop("工作台"),
    "archive": gettext_noop("工作台"),
    "decide": gettext_noop("上一级调度员"),
    "handle": gettext_noop("承办的单位或人"),
    "lead": gettext_noop("承办方、工作台"),
    "blow": gettext_noop("网格员、社区、镇街"),
    "part": gettext_noop("协办的单位或人"),
    "check": gettext_noop("本网格的人"),
    "rule": gettext_noop("系统按规则"),
}
_WORDS = gettext_noop("写明理由")
_RESULT = gettext_noop("写明结果")
_TO = gettext_noop("有承办单位或承办人")
_OURS = gettext_noop("分派给本单位或本人")
_TIED = gettext_noop("没有还在响的哨；没有未办完的协办和小任务，或写明为什么仍要办结")
_DISPUTED = gettext_noop("有争议待裁定")
_OPEN_PART = gettext_noop("协办或小任务还没有办完")

TRANSITIONS: tuple[Transition, ...] = (
    # on the spot
    Transition("settle", gettext_noop("就地办结"), (GRID,), (*WAITING, SIGNED, HANDLING), CLOSED, "settle", _TIED),
    Transition("settle", gettext_noop("就地办结"), (SELF,), (REPORTED,), CLOSED, "settle", gettext_noop("写明结果")),
    Transition(
        "answer_with_event",
        gettext_noop("随事件办结"),
        WHOLE,
        OPEN,
        CLOSED,
        "rule",
        gettext_noop("事件的牵头事项同时办结，写明给本人的答复"),
    ),
    # screening
    Transition("accept", gettext_noop("受理"), (GRID, HOTLINE), (REPORTED,), FILED, "screen"),
    Transition("accept", gettext_noop("立案"), (CITY,), (REPORTED,), FILED, "screen"),
    Transition("accept", gettext_noop("登记"), (PETITION,), (REPORTED,), FILED, "screen"),
    Transition("merge", gettext_noop("并入"), WHOLE, WAITING, MERGED, "screen", gettext_noop("目标事项未并入他处")),
    Transition(
        "repeat",
        gettext_noop("重复反映"),
        WHOLE,
        WAITING,
        REPEATED,
        "screen",
        gettext_noop("没有新的事实和理由；告诉前一件的进展或结果"),
    ),
    Transition(
        "hand_over",
        gettext_noop("移交紧急电话"),
        WHOLE,
        WAITING,
        FILED,
        "alarm",
        gettext_noop("写明打了哪个电话"),
    ),
    Transition(
        "divert", gettext_noop("告知法定渠道"), WHOLE, WAITING, DIVERTED, "screen", gettext_noop("写明渠道与理由")
    ),
    Transition(
        "reject", gettext_noop("不予受理"), WHOLE, WAITING, REJECTED, "screen", gettext_noop("选明哪一种，写明理由")
    ),
    Transition("change_profile", gettext_noop("改流程"), WHOLE, WAITING, STAYS, "screen", _WORDS),
    Transition(
        "correct",
        gettext_noop("更正类别"),
        WHOLE,
        (*WAITING, *WITH_HANDLER),
        STAYS,
        "dispatch",
        gettext_noop("与现在的不同；办结期限从上报起重算"),
    ),
    # whose turn it is
    Transition("dispatch", gettext_noop("分派"), (GRID, HOTLINE), WAITING, DISPATCHED, "dispatch", _TO),
    Transition("dispatch", gettext_noop("派遣"), (CITY,), WAITING, DISPATCHED, "dispatch", _TO),
    Transition("dispatch", gettext_noop("转送交办"), (PETITION,), WAITING, DISPATCHED, "dispatch", _TO),
    Transition("take", gettext_noop("我来办"), (GRID,), WAITING, HANDLING, "take"),
    Transition("sign", gettext_noop("签收"), (GRID, HOTLINE, CITY), (DISPATCHED,), SIGNED, "handle", _OURS),
    Transition("sign", gettext_noop("受理告知"), (PETITION,), (DISPATCHED,), SIGNED, "handle", _OURS),
    Transition(
        "begin", gettext_noop("开始办理"), (GRID, HOTLINE, CITY), (DISPATCHED, SIGNED), HANDLING, "handle", _OURS
    ),
    Transition("begin", gettext_noop("开始办理"), (PETITION,), (SIGNED,), HANDLING, "handle", _OURS),
    Transition("recall", gettext_noop("收回"), WHOLE, WITH_HANDLER, FILED, "dispatch", _WORDS),
    Transition(
        "redirect",
        gettext_noop("改派"),
        WHOLE,
        WITH_HANDLER,
        DISPATCHED,
        "dispatch",
        gettext_noop("交给另一家，写明理由；不用重新登记，办结期限照走"),
    ),
    Transition(
        "send_up",
        gettext_noop("报上级"),
        (GRID,),
        (*WAITING, SIGNED, HANDLING),
        REPORTED,
        "send_up",
        gettext_noop("写明理由；上面还有一级"),
    ),
    Transition(
        "send_up",
        gettext_noop("报上级"),
        (HOTLINE, CITY, PETITION),
        WAITING,
        REPORTED,
        "send_up",
        gettext_noop("写明理由；上面还有一级"),
    ),
    # objections
    Transition(
        "send_back",
        gettext_noop("退回"),
        (GRID, HOTLINE, CITY),
        WITH_HANDLER,
        FILED,
        "handle",
        gettext_noop("选明理由；在退回期限和次数以内"),
    ),
    Transition(
        "send_back",
        gettext_noop("提出异议"),
        (PETITION,),
        (DISPATCHED,),
        FILED,
        "handle",
        gettext_noop("选明理由；在退回期限和次数以内"),
    ),
    Transition(
        "dispute",
        gettext_noop("提请裁定"),
        WHOLE,
        WITH_HANDLER,
        STAYS,
        "handle",
        gettext_noop("已过退回期限或次数；裁定前仍由首接单位牵头"),
    ),
    Transition("uphold", gettext_noop("维持原派"), WHOLE, WITH_HANDLER, STAYS, "decide", _DISPUTED),
    Transition("award", gettext_noop("裁定改派"), WHOLE, WITH_HANDLER, DISPATCHED, "decide", _DISPUTED),
    Transition("confer", gettext_noop("记会商意见"), WHOLE, WITH_HANDLER, STAYS, "decide", _DISPUTED),
    Transition(
        "propose_transfer",
        gettext_noop("申请转办"),
        (GRID, CITY, PETITION),  # in the hotline the first receiver leads to the end and calls others in
        WITH_HANDLER,
        STAYS,
        "handle",
        gettext_noop("转给另一家，写明理由；没有别的转办申请在等"),
    ),
    Transition(
        "grant_transfer",
        gettext_noop("同意转办"),
        (GRID, CITY, PETITION),
        WITH_HANDLER,
        DISPATCHED,
        "dispatch",
        gettext_noop("有转办申请"),
    ),
    Transition(
        "refuse_transfer",
        gettext_noop("不同意转办"),
        (GRID, CITY, PETITION),
        WITH_HANDLER,
        STAYS,
        "dispatch",
        gettext_noop("有转办申请；写明理由"),
    ),
    # together
    Transition(
        "call_in",
        gettext_noop("请协办"),
        WHOLE,
        WITH_HANDLER,
        STAYS,
        "lead",
        gettext_noop("不是主办单位，也不在协办"),
    ),
    Transition("give_task", gettext_noop("交办小任务"), WHOLE, OPEN, STAYS, "lead", gettext_noop("有期限，有人或单位")),
    Transition(
        "blow",
        gettext_noop("吹哨"),
        WHOLE,
        OPEN,
        STAYS,
        "blow",
        gettext_noop("写明已经做过什么；没有还在响的哨。哨有自己的一张表"),
    ),
    Transition("part_sign", gettext_noop("签收协办"), WHOLE, OPEN, STAYS, "part", _OPEN_PART),
    Transition("part_finish", gettext_noop("办完协办"), WHOLE, OPEN, STAYS, "part", gettext_noop("写明结果")),
    Transition("part_cancel", gettext_noop("取消协办"), WHOLE, OPEN, STAYS, "lead", _WORDS),
    # answering and closing
    Transition(
        "reply",
        gettext_noop("答复"),
        (GRID, HOTLINE, CITY),
        (SIGNED, HANDLING),
        REPLIED,
        "handle",
        _RESULT,
    ),
    Transition("reply", gettext_noop("处理意见"), (PETITION,), (HANDLING,), REPLIED, "handle", _RESULT),
    Transition("verify", gettext_noop("核查"), (GRID, HOTLINE), (REPLIED,), VERIFYING, "close"),
    Transition("verify", gettext_noop("派人核实"), (CITY,), (REPLIED,), VERIFYING, "close"),
    Transition(
        "confirm",
        gettext_noop("现场核实相符"),
        (CITY,),
        TO_CHECK,
        VERIFIED,
        "check",
        gettext_noop("核实的人在本网格，不是办理的人"),
    ),
    Transition(
        "contradict",
        gettext_noop("现场核实不符"),
        (CITY,),
        TO_CHECK,
        HANDLING,
        "check",
        gettext_noop("核实的人在本网格，不是办理的人；写明哪里不符"),
    ),
    Transition("rework", gettext_noop("返工"), (GRID, HOTLINE), (REPLIED, VERIFYING), HANDLING, "close", _WORDS),
    Transition("rework", gettext_noop("返工"), (CITY,), (REPLIED, VERIFYING, VERIFIED), HANDLING, "close", _WORDS),
    Transition("rework", gettext_noop("返工"), (PETITION,), (REPLIED,), HANDLING, "close", _WORDS),
    Transition("close", gettext_noop("办结"), (GRID, HOTLINE), (REPLIED, VERIFYING), CLOSED, "close", _TIED),
    Transition(
        "close",
        gettext_noop("结案"),
        (CITY,),
        (VERIFIED,),
        CLOSED,
        "close",
        gettext_noop("现场核实相符；没有还在响的哨；没有未办完的协办和小任务，或写明为什么仍要办结"),
    ),
    Transition("close", gettext_noop("办结"), (PETITION,), (REPLIED,), CLOSED, "close", _TIED),
    Transition(
        "close_unanswered",
        gettext_noop("补充到期办结"),
        (GRID, HOTLINE, CITY),
        (*WAITING, *WITH_HANDLER),
        CLOSED,
        "rule",
        gettext_noop("请诉求人补充已到期，补充到期规则写明办结；没有未办完的协办和小任务"),
    ),
    # afterwards
    Transition("revisit", gettext_noop("回访"), ALL, (CLOSED,), REVISITED, "revisit"),
    Transition("miss", gettext_noop("回访没有联系上"), ALL, (CLOSED,), STAYS, "revisit"),
    Transition("rate", gettext_noop("评价"), ALL, (CLOSED, REVISITED), RATED, "requester"),
    Transition(
        "reopen",
        gettext_noop("重开"),
        (GRID, HOTLINE, CITY, SELF),
        ENDED,
        FILED,
        "requester",
        gettext_noop("在重开期限内"),
    ),
    Transition(
        "reopen", gettext_noop("申请复查"), (PETITION,), ENDED, FILED, "requester", gettext_noop("在复查期限内")
    ),
    Transition(
        "reopen_for",
        gettext_noop("代为重开"),
        ALL,
        ENDED,
        FILED,
        "revisit",
        gettext_noop("诉求人说没有解决；在重开期限内"),
    ),
    Transition(
        "complain",
        gettext_noop("反映没有解决"),
        ALL,
        (*ENDED, ARCHIVED),
        STAYS,
        "requester",
        gettext_noop("一天一次；已过重开期限也能说"),
    ),
    Transition("withdraw", gettext_noop("撤回"), WHOLE, WAITING, WITHDRAWN, "requester"),
    Transition(
        "archive", gettext_noop("归档"), (GRID, CITY, SELF, PETITION), (*ENDED, *NOT_HANDLED), ARCHIVED, "archive"
    ),
    Transition(
        "archive",
        gettext_noop("归档"),
        (HOTLINE,),
        (*ENDED, *NOT_HANDLED),
        ARCHIVED,
        "archive",
        gettext_noop("办结的要先回访，或多次没有联系上"),
    ),
)
ACTS = tuple(dict.fromkeys(transition.act for transition in TRANSITIONS))
_TABLE = {(profile, each.act): each for each in TRANSITIONS for profile in each.profiles}
_WORDING = {each.act: each.word for each in reversed(TRANSITIONS)}


def row(profile: str, act: str) -> Transition | None:
    """The table's row of an act in a profile, None when the profile does not know it."""
    return _TABLE.get((profile, act))


def allows(profile: str, act: str, step: str) -> bool:
    """Whether the table lets an act start from a step."""
    found = row(profile, act)
    return found is not None and step in found.before


def word(act: str) -> str:
    """What an act is called where no profile gives it a word of its own."""
    return _WORDING[act]


def acts_from(profile: str, step: str) -> tuple[Transition, ...]:
    """The acts that the table allows from a step, in the table's order."""
    return tuple(each for each in TRANSITIONS if profile in each.profiles and step in each.before)


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise of the whole matter: the acts that start it ("report" is the report itself), the steps that end it.

    At `void` it is no longer owed. It does not start while the clock named `unless` runs. Every clock ends with the
    matter. The limits themselves are rows of `clocks.Limit`, by kind and profile.
    """

    kind: str
    word: str
    profiles: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...] = ()
    void: tuple[str, ...] = ()
    unless: str = ""


_BACK = ("report", "send_back", "recall", "reopen", "reopen_for")
_AGAIN = ("reopen", "reopen_for")
_ONCE_MORE = ("dispatch", "redirect", "award", "grant_transfer")
CLOCKS: tuple[Clock, ...] = (
    Clock(
        "answer",
        gettext_noop("答复期限"),
        (GRID, HOTLINE, CITY, SELF),
        ("report",),
        (SIGNED, HANDLING, REPLIED, VERIFYING, VERIFIED),
    ),
    Clock("fix", gettext_noop("办结期限"), (GRID, HOTLINE, CITY, SELF), ("report", *_AGAIN)),
    # 信访工作条例 art. 22: registered and passed on within 15 days; art. 23: told within 15 days if it is taken in;
    # art. 34: settled within 60 days of that; art. 35: a review is answered within 30 days.
    Clock("register", gettext_noop("转送期限"), (PETITION,), _BACK, WITH_HANDLER),
    Clock("accept", gettext_noop("受理告知期限"), (PETITION,), _ONCE_MORE, (SIGNED,), (FILED,)),
    Clock("recheck", gettext_noop("复查期限"), (PETITION,), _AGAIN),
    Clock("fix", gettext_noop("办结期限"), (PETITION,), ("sign",), unless="recheck"),
)


def clocks(profile: str) -> tuple[Clock, ...]:
    """The promises of a profile."""
    return tuple(each for each in CLOCKS if profile in each.profiles)


def started_by(profile: str, act: str) -> tuple[Clock, ...]:
    """The promises that an act starts."""
    return tuple(each for each in clocks(profile) if act in each.starts)


def table(profile: str) -> list[tuple[str, str, str, str, str]]:
    """Rows (act, from, to, who, guard) of one profile in words, for docs/lifecycle.md."""
    return [
        (
            f"{each.word} `{each.act}`",
            "、".join(BY_NAME[name].word for name in each.before),
            BY_NAME[each.after].word if each.after else "—",
            f"{WHO[each.who]} `{each.who}`",
            each.guard or "—",
        )
        for each in TRANSITIONS
        if profile in each.profiles
    ]


def promises(profile: str) -> list[tuple[str, str, str]]:
    """Rows (clock, starts with, ends) of one profile in words, for docs/lifecycle.md."""
    return [
        (
            f"{each.word} `{each.kind}`",
            "、".join(f"`{act}`" for act in each.starts),
            "、".join(BY_NAME[name].word for name in each.ends) or BY_NAME[CLOSED].word,
        )
        for each in clocks(profile)
    ]
