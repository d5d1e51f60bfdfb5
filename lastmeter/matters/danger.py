"""Words in a report that mean: call first, write afterwards. An answer can stop the form, never lose it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Danger:
    """Words that name a danger, the number to call, and what to say about it."""

    words: tuple[str, ...]
    phone: str
    advice: str | Promise


DANGERS = (
    Danger(
        ("着火", "起火", "冒烟", "燃气味", "煤气味", "漏气", "爆炸", "困在电梯", "被困"),
        "119",
        _("有火情、燃气泄漏或有人被困，请先打 119，离开危险的地方。"),
    ),
    Danger(
        ("打架", "持刀", "抢劫", "偷东西", "家暴", "打人", "失踪", "走失"), "110", _("有人受到伤害或威胁，请先打 110。")
    ),
    Danger(
        ("晕倒", "昏迷", "流血", "中毒", "溺水", "落水", "心脏病", "受伤"), "120", _("有人受伤或急病，请先打 120。")
    ),
    Danger(("车祸", "撞车", "交通事故"), "122", _("发生交通事故，请先打 122；有人受伤打 120。")),
)


def named_in(text: str) -> list[Danger]:
    """The dangers that a text names, in the order of the table (screening rule 1, Beijing 12345 regulation art. 11)."""
    return [danger for danger in DANGERS if any(word in text for word in danger.words)]
