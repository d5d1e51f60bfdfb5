"""The one lifecycle table of a matter: steps, and which act leads from which steps to which, by whom.

Printed in docs/lifecycle.md. Profiles choose a subset; guards that need rows are sentences here and code in the act.
"""

from dataclasses import dataclass

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
    Step(REPORTED, "已上报", True, "info"),
    Step(FILED, "已受理", True, "info"),
    Step(DISPATCHED, "已分派", True, "info"),
    Step(SIGNED, "已签收", True, "info"),
    Step(HANDLING, "办理中", True, "info"),
    Step(REPLIED, "已答复", True, "info"),
    Step(VERIFYING, "核查中", True, "info"),
    Step(CLOSED, "已办结", False, "ok"),
    Step(REVISITED, "已回访", False, "ok"),
    Step(RATED, "已评价", False, "ok"),
    Step(ARCHIVED, "已归档", False, "mute"),
    Step(MERGED, "已并入", False, "mute"),
    Step(DIVERTED, "已告知渠道", False, "mute"),
    Step(REJECTED, "不予受理", False, "mute"),
    Step(WITHDRAWN, "已撤回", False, "mute"),
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
    Transition("settle", "就地办结", (REPORTED, FILED, SIGNED, HANDLING), CLOSED, "settle", "写明结果"),
    Transition("accept", "受理", (REPORTED,), FILED, "screen"),
    Transition("merge", "并入", (REPORTED, FILED), MERGED, "screen", "目标事项未并入他处"),
    Transition("divert", "告知法定渠道", (REPORTED, FILED), DIVERTED, "screen", "写明渠道与理由"),
    Transition("reject", "不予受理", (REPORTED, FILED), REJECTED, "screen", "写明理由"),
    Transition("dispatch", "分派", (REPORTED, FILED), DISPATCHED, "dispatch", "有承办单位或承办人"),
    Transition("take", "我来办", (REPORTED, FILED), HANDLING, "take"),
    Transition("sign", "签收", (DISPATCHED,), SIGNED, "handle", "分派给本单位或本人"),
    Transition("begin", "开始办理", (DISPATCHED, SIGNED), HANDLING, "handle", "分派给本单位或本人"),
    Transition("send_back", "退回", (DISPATCHED, SIGNED, HANDLING), FILED, "handle", "写明理由"),
    Transition("send_up", "报上级", (REPORTED, FILED, SIGNED, HANDLING), REPORTED, "send_up", "写明理由；上面还有一级"),
    Transition("reply", "答复", (SIGNED, HANDLING), REPLIED, "handle", "写明结果"),
    Transition("verify", "核查", (REPLIED,), VERIFYING, "close"),
    Transition("rework", "返工", (REPLIED, VERIFYING), HANDLING, "close", "写明理由"),
    Transition("close", "办结", (REPLIED, VERIFYING), CLOSED, "close", "有答复"),
    Transition("revisit", "回访", (CLOSED,), REVISITED, "revisit"),
    Transition("rate", "评价", (CLOSED, REVISITED), RATED, "requester"),
    Transition("reopen", "重开", (CLOSED, REVISITED, RATED), FILED, "requester", "在重开期限内，写明理由"),
    Transition("withdraw", "撤回", (REPORTED, FILED), WITHDRAWN, "requester"),
    Transition(
        "archive", "归档", (CLOSED, REVISITED, RATED, DIVERTED, REJECTED, MERGED, WITHDRAWN), ARCHIVED, "archive"
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
