"""Invented messages of a few kinds, enough of them to learn from."""

import random
from collections.abc import Mapping

KINDS = {
    "噪声": ("半夜施工噪声太大", "广场舞音响吵得睡不着", "楼上装修电钻扰民", "酒吧音乐声震得窗户响"),
    "停车": ("消防通道被汽车占着", "小区门口乱停车堵路", "停车位被地锁霸占", "货车长期停在人行道"),
    "垃圾": ("垃圾桶满了没人清运", "楼道堆满杂物发臭", "建筑垃圾倒在河边", "垃圾站污水流到路面"),
}
PLACES = ("望海社区", "东风路", "南苑小区", "三江花园", "老街菜市场", "北门桥头")
TAILS = ("请尽快处理", "已经反映多次", "希望有人来看看", "住户意见很大", "老人孩子受不了")


def some(each: int, *, seed: int = 1, kinds: Mapping[str, tuple[str, ...]] = KINDS) -> tuple[list[str], list[str]]:
    """`each` texts of every kind, mixed; texts and labels."""
    draw = random.Random(seed)
    rows = [(_message(draw, said), kind) for kind, said in kinds.items() for _each in range(each)]
    draw.shuffle(rows)
    return [text for text, _kind in rows], [kind for _text, kind in rows]


def _message(draw: random.Random, said: tuple[str, ...]) -> str:
    place, tail = f"{draw.choice(PLACES)}{draw.randrange(1, 99)}号", f"{draw.choice(TAILS)}{draw.randrange(10**6)}"
    return f"{place}{draw.choice(said)}，{tail}"
