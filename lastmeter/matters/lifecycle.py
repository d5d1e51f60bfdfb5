"""The one lifecycle table of a matter: steps, and which act leads from which steps to which, by whom.

Printed in docs/lifecycle.md. Profiles choose a subset; guards that need rows are sentences here and code in the act.
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
CLOSED = "closed"
REVISITED = "revisited"
RATED = "rated"
ARCHIVED = "archived"
MERGED = "merged"
DIVERTED = "diverted"
REJECTED = "rejected"
WITHDRAWN = "withdrawn"


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
    Step(CLOSED, gettext_noop("已办结"), False, "ok"),
    Step(REVISITED, gettext_noop("已回访"), False, "ok"),
    Step(RATED, gettext_noop("已评价"), False, "ok"),
    Step(ARCHIVED, gettext_noop("已归档"), False, "mute"),
    Step(MERGED, gettext_noop("已并入"), False, "mute"),
    Step(DIVERTED, gettext_noop("已告知渠道"), False, "mute"),
    Step(REJECTED, gettext_noop("不予受理"), False, "mute"),
    Step(WITHDRAWN, gettext_noop("已撤回"), False, "mute"),
)
BY_NAME = {step.name: step for step in STEPS}
OPEN = tuple(step.name for step in STEPS if step.open)
WITH_DESK = (REPORTED, FILED, REPLIED, VERIFYING)
WITH_HANDLER = (DISPATCHED, SIGNED, HANDLING)


@dataclass(frozen=True, slots=True)
class Transition:
    """One act: where it starts, where it leads, whose it is, and the guard as a sentence (empty = none)."""

    act: str
    word: str
    before: tuple[str, ...]
    after: str
    who: str  # an ability of matters/policy.py, or "requester"
    guard: str = ""


TRANSITIONS: tuple[Transition, ...] = (
    Transition(
        "settle",
        gettext_noop("就地办结"),
        (REPORTED, FILED, SIGNED, HANDLING),
        CLOSED,
        "settle",
        gettext_noop("写明结果"),
    ),
    Transition("accept", gettext_noop("受理"), (REPORTED,), FILED, "screen"),
    Transition("merge", gettext_noop("并入"), (REPORTED, FILED), MERGED, "screen", gettext_noop("目标事项未并入他处")),
    Transition(
        "divert", gettext_noop("告知法定渠道"), (REPORTED, FILED), DIVERTED, "screen", gettext_noop("写明渠道与理由")
    ),
    Transition("reject", gettext_noop("不予受理"), (REPORTED, FILED), REJECTED, "screen", gettext_noop("写明理由")),
    Transition(
        "dispatch", gettext_noop("分派"), (REPORTED, FILED), DISPATCHED, "dispatch", gettext_noop("有承办单位或承办人")
    ),
    Transition("take", gettext_noop("我来办"), (REPORTED, FILED), HANDLING, "take"),
    Transition("sign", gettext_noop("签收"), (DISPATCHED,), SIGNED, "handle", gettext_noop("分派给本单位或本人")),
    Transition(
        "begin", gettext_noop("开始办理"), (DISPATCHED, SIGNED), HANDLING, "handle", gettext_noop("分派给本单位或本人")
    ),
    Transition(
        "send_back", gettext_noop("退回"), (DISPATCHED, SIGNED, HANDLING), FILED, "handle", gettext_noop("写明理由")
    ),
    Transition(
        "recall", gettext_noop("收回"), (DISPATCHED, SIGNED, HANDLING), FILED, "dispatch", gettext_noop("写明理由")
    ),
    Transition(
        "send_up",
        gettext_noop("报上级"),
        (REPORTED, FILED, SIGNED, HANDLING),
        REPORTED,
        "send_up",
        gettext_noop("写明理由；上面还有一级"),
    ),
    Transition("reply", gettext_noop("答复"), (SIGNED, HANDLING), REPLIED, "handle", gettext_noop("写明结果")),
    Transition("verify", gettext_noop("核查"), (REPLIED,), VERIFYING, "close"),
    Transition("rework", gettext_noop("返工"), (REPLIED, VERIFYING), HANDLING, "close", gettext_noop("写明理由")),
    Transition("close", gettext_noop("办结"), (REPLIED, VERIFYING), CLOSED, "close", gettext_noop("有答复")),
    Transition(
        "close_unanswered",
        gettext_noop("补充到期办结"),
        (REPORTED, FILED, DISPATCHED, SIGNED, HANDLING),
        CLOSED,
        "rule",
        gettext_noop("请诉求人补充已到期，补充到期规则写明办结"),
    ),
    Transition("revisit", gettext_noop("回访"), (CLOSED,), REVISITED, "revisit"),
    Transition("rate", gettext_noop("评价"), (CLOSED, REVISITED), RATED, "requester"),
    Transition(
        "reopen",
        gettext_noop("重开"),
        (CLOSED, REVISITED, RATED),
        FILED,
        "requester",
        gettext_noop("在重开期限内，写明理由"),
    ),
    Transition("withdraw", gettext_noop("撤回"), (REPORTED, FILED), WITHDRAWN, "requester"),
    Transition(
        "archive",
        gettext_noop("归档"),
        (CLOSED, REVISITED, RATED, DIVERTED, REJECTED, MERGED, WITHDRAWN),
        ARCHIVED,
        "archive",
    ),
)
BY_ACT = {transition.act: transition for transition in TRANSITIONS}


def acts_from(step: str) -> tuple[Transition, ...]:
    """The acts that the table allows from a step."""
    return tuple(transition for transition in TRANSITIONS if step in transition.before)


def table() -> list[tuple[str, str, str, str, str]]:
    """Rows (act, from, to, who, guard) in words, for docs/lifecycle.md."""
    return [
        (
            f"{each.word} `{each.act}`",
            "、".join(BY_NAME[name].word for name in each.before),
            BY_NAME[each.after].word,
            each.who,
            each.guard or "—",
        )
        for each in TRANSITIONS
    ]
