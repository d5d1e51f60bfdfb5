"""What happens to a few tales of the demonstration while somebody works on them: a pause, more time, the ledger …

Each turn is played through its act, at the tale's own moment; afterwards the tale waits for the visitor to go on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Pause, Suspension
from lastmeter.clocks.suspending import Explanation
from lastmeter.kit.zhtime import CHINA, closing
from lastmeter.matters.models import Matter
from lastmeter.matters.reassigning import transfers
from lastmeter.matters.talking import grievances, outside
from lastmeter.matters.timing import extending, pausing, pressing, suspending
from lastmeter.project.demo.stage import Stage

FIRM, FIRM_MAIL = "海景电梯维保公司（虚构）", "lift@example.invalid"


class Told(Protocol):
    """What a turn needs of its tale: the matter as it stands, its moment, its people, and the next office hour."""

    at: datetime
    clerk: Actor
    requester: Actor

    @property
    def matter(self) -> Matter: ...

    @property
    def stage(self) -> Stage: ...

    def office(self, hours: float) -> datetime:
        """Go on by about so many hours, to when offices are open."""
        ...


Turn = Callable[[Told, Actor], Iterator[datetime]]


def paused(tale: Told, handler: Actor) -> Iterator[datetime]:
    """Nobody can open the cabinet before the owner's company is there."""
    yield tale.office(2)
    until = closing(tale.at.astimezone(CHINA).date() + timedelta(days=6))
    words = "灯柱的电箱归开发商，钥匙下周一送到。"
    pausing.pause(tale.matter, reason=Pause.Reason.OPINION, until=until, words=words, by=tale.clerk, now=tale.at)


def extended(tale: Told, handler: Actor) -> Iterator[datetime]:
    """The unit asks for two more days; the desk has not answered yet."""
    yield tale.office(3)
    extending.ask(tale.matter, amount=2, reason="要和交警约一次联合行动，最早后天晚上。", by=handler, now=tale.at)


def on_ledger(tale: Told, handler: Actor) -> Iterator[datetime]:
    """It cannot be solved this year: explained in writing, put on the ledger by the street."""
    yield tale.office(4)
    given = Explanation(
        reason=Suspension.Reason.FUNDING,
        words="整段排水管要换，预算 46 万元，今年的计划已用完；区里答应列入明年第一批。",
        responsible="江城区住房和城乡建设局",
        next_step="先装两台抽水泵，下雨前有人值守；明年 3 月开工换管。",
        condition="明年第一批改造资金下达",
        review_on=tale.at.astimezone(CHINA).date() + timedelta(days=60),
        unit=tale.stage.units["江城区住房和城乡建设局"],
    )
    asked = suspending.ask(tale.matter, given, by=handler, now=tale.at)
    yield tale.office(3)
    suspending.decide(
        tale.matter, asked, approve=True, words="同意，抽水泵的钱街道先垫。", by=tale.stage.dispatcher, now=tale.at
    )


def to_hand_on(tale: Told, handler: Actor) -> Iterator[datetime]:
    """The unit would rather see it with another one; the desk has not answered yet."""
    yield tale.office(2)
    other, words = tale.stage.units["城东市场监督管理所"], "占道的是店里的货，证照和门前三包都在他们那里。"
    transfers.propose(tale.matter, unit=other, words=words, by=handler, now=tale.at)


def asked_outside(tale: Told, handler: Actor) -> Iterator[datetime]:
    """The lift's own firm is asked by mail for what only it knows."""
    yield tale.office(1)
    request = "请说明最近一次维保的日期、更换的部件，以及这周三次停梯的原因。"
    outside.invite(
        tale.matter, firm=FIRM, email=FIRM_MAIL, request=request, until=tale.at + timedelta(days=15),
        with_photos=False, by=tale.clerk, now=tale.at,
    )  # fmt: skip


def complained(tale: Told, handler: Actor) -> Iterator[datetime]:
    """The requester is not content with how they are treated; that goes above everybody who had a hand in it."""
    yield tale.office(5)
    words = "打了三次电话都说“在走流程”，问到哪一步了，没人说得清。"
    grievances.complain(tale.matter, words=words, client_ref="demo-grievance", by=tale.requester, now=tale.at)


def supervised(tale: Told, handler: Actor) -> Iterator[datetime]:
    """The street wants to hear by when."""
    yield tale.office(4)
    words = "这条路是学生上学的路，请说明哪天修好、修好前怎么围。"
    pressing.supervise(tale.matter, words=words, by=tale.stage.dispatcher, now=tale.at)


TURNS: dict[str, Turn] = {
    "paused": paused,
    "extended": extended,
    "on_ledger": on_ledger,
    "to_hand_on": to_hand_on,
    "asked_outside": asked_outside,
    "complained": complained,
    "supervised": supervised,
}
