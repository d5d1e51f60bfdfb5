"""What a message says, as pairs of characters: how they are cut, which of them stand in a name of a place.

No dictionary and no Django: the same on every installation. Numpy works on thousands of messages at once.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BUCKETS = 1 << 22  # pairs are known by a hash: two of them in one bucket do no harm
_OPEN, _CLOSE = "\x02", "\x03"  # around what was given as a place by itself
BODY = 500  # characters of the text that are read; the title is read whole
NAME_LONGEST = 7  # characters of a name before its last word (小区, 路…)

# Last words of names of places, institutions and works; the longer ones also stand alone in ordinary speech.
_ENDINGS_2 = """小区 花园 家园 公寓 社区 街道 大道 小学 中学 学校 学院 大学 医院 广场 公园 大厦 大桥 中心 市场 园区 山庄
 公司 集团 驾校 银行 酒店 饭店 工地 项目 儿园 铁站 号线"""
_ENDINGS_1 = "湖苑园城府里村镇乡路街巷栋湾庭郡滩庄墅邸阁轩岛洲塘山河港坪岭桥"
# Words that no name goes across.
_STOPS_1 = "的在对从到是与和及至请问为了被把将有无不等处建盼"
_STOPS_2 = """
投诉 反映 咨询 请求 关于 举报 建议 希望 恳请 解决 反对 要求 强烈 附近 旁边 位于 居住 我们 业主 区内 尽快 加快 何时 什么
"""
# Pairs that every appeal is full of: they say next to nothing about what is meant.
_COMMON = """
您好 你好 尊敬 敬的 领导 书记 市长 县长 局长 各位 政府 部门 有关 关部 相关 单位 问题 情况 反映 投诉 举报 咨询 建议 希望
请求 要求 恳请 我们 你们 他们 我是 我的 我在 本人 自己 大家 居民 市民 群众 百姓 老百 人民 网友 留言 来信 回复 答复 处理
解决 工作 进行 关于 目前 现在 已经 没有 可以 不能 不是 就是 还是 但是 因为 所以 如果 而且 以及 对于 由于 根据 按照 通过
其他 什么 怎么 如何 为什 是否 能否 请问 谢谢 感谢 支持 理解 监督 关心 关注 重视 高度 一直 多次 一个 这个 那个 这样 这些
很多 非常 严重 影响 及时 尽快 请您 您的 的问 题的 我市 我县 我区 本市 当地 地方 时候 时间 每天 今年 去年 年来 调查 了解
核实 认真 组织 能够 应该 需要 得到 出来 起来 一下 一些 之后 以后 之前 以前 的是 是不 不知 知道 为了 为何 到底 至今 望政
望有 加快 力度 步伐 刻不 不容 容缓 建设 全覆 覆盖 何时 何具 体行 行动 加大 加强 提高 推进 发展 打造 小区 业主 附近 社区
请加 请解 么时 时能 能不 有没 没人 人管 谁来 合理 理吗 的请 事宜 请教 疑问 的建 反应 何解 再次
"""
# A district, county, town: "a7县", "江城区", not the last word of 小区, 超市 and their like.
_AREA = re.compile(
    r"[a-z]\d{1,2}(?:区|县市|县|市)|[\u4e00-\u9fff]{2}(?<![小社园校片景地辖城超菜门夜楼股上民])(?:区|县|市)"
)
# A line of a bus or of the underground: two lines are two places.
_LINE = re.compile(r"[a-z]{0,2}\d{1,4}路(?!口)|(?:[一二三四五六七八九十]{1,2}|\d{1,2})号线")
_OTHER = re.compile(r"[a-z0-9]{2,20}(?![a-z0-9]|[区县市])")


def plain(text: str) -> str:
    """The text as it is compared: compatibility forms folded, small letters."""
    return unicodedata.normalize("NFKC", text).lower().replace(_OPEN, "").replace(_CLOSE, "")


def place(text: str) -> str:
    """What was given as the place, in front of the other words: all of it is a name."""
    return f"{_OPEN}{plain(text)}{_CLOSE}" if text.strip() else ""


def has_place(body: str) -> bool:
    """Whether a place was given in front of the other words."""
    return body.startswith(_OPEN)


def areas(title: str, body: str) -> frozenset[str]:
    """Districts and counties that a message names, in its title or else at its beginning; the texts are `plain`."""
    return frozenset(_AREA.findall(title) or _AREA.findall(body[:120]))


def lines(title: str) -> frozenset[str]:
    """Lines of buses and of the underground in a title."""
    return frozenset(_LINE.findall(title))


def pair_hash(first: Ints, second: Ints) -> Ints:
    """The bucket of each pair of code points."""
    mixed = (first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (
        second.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
    )
    return ((mixed >> np.uint64(29)) % np.uint64(BUCKETS)).astype(np.int64)


def _points(words: str) -> Ints:
    return np.frombuffer(words.encode("utf-32-le"), dtype="<u4").astype(np.int64)


def _bucket(pair: str) -> int:
    one, other = _points(pair)
    return int(pair_hash(np.array([one]), np.array([other]))[0])


def _set(words: str) -> Flags:
    found = np.zeros(BUCKETS, dtype=bool)
    found[[_bucket(each) for each in words.split()]] = True
    return found


COMMON = _set(_COMMON)
_ENDS_2, _STOP_2 = _set(_ENDINGS_2), _set(_STOPS_2)
_ENDS_1, _STOP_1 = np.sort(_points(_ENDINGS_1)), np.sort(_points(_STOPS_1))


def _among(points: Ints, wanted: Ints) -> Flags:
    at = np.searchsorted(wanted, points)
    return np.asarray(wanted[np.minimum(at, len(wanted) - 1)] == points)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of many messages in reading order: of which message, which bucket, in the title, in a name.

    `triple` is the bucket of the pair with the character after it, -1 where the run of Han characters ends.
    """

    message: Ints
    bucket: Ints
    triple: Ints
    in_title: Flags
    in_name: Flags


def pairs(texts: Sequence[tuple[str, str]]) -> Pairs:
    """The pairs of messages given as (title, body), both `plain`; words of letters and digits come last."""
    parts = [each for title, body in texts for each in (title, "\n", body[:BODY], "\n")]
    whole = "".join(parts)
    points = _points(whole)
    sizes = np.fromiter((len(each) for each in parts), dtype=np.int64, count=len(parts))
    part = np.repeat(np.arange(len(parts)), sizes)
    han = (points >= 0x3400) & (points <= 0x9FFF)
    both = han[:-1] & han[1:]
    bucket = pair_hash(points[:-1], points[1:])
    three = both[:-1] & han[2:] if len(points) > 2 else np.zeros(0, dtype=bool)
    triple = np.full(len(bucket), -1, dtype=np.int64)
    at = np.flatnonzero(three)
    triple[at] = pair_hash(bucket[at] + 0x110000, points[at + 2])
    named = _in_names(points, han, bucket)
    keep = np.flatnonzero(both)
    runs = _runs(whole, part)
    return Pairs(
        message=np.concatenate([part[keep] // 4, runs[0]]),
        bucket=np.concatenate([bucket[keep], runs[1]]),
        triple=np.concatenate([triple[keep], np.full(len(runs[0]), -1)]),
        in_title=np.concatenate([part[keep] % 4 == 0, runs[2]]),
        in_name=np.concatenate([(named[:-1] & named[1:])[keep], np.zeros(len(runs[0]), dtype=bool)]),
    )


def _runs(whole: str, part: Ints) -> tuple[Ints, Ints, Flags]:
    """Words of letters and digits: of which message, which bucket, in the title."""
    found = [(match.start(), match.group()) for match in _OTHER.finditer(whole)]
    known = {word: word_bucket(word) for word in {word for _at, word in found}}
    starts = part[np.array([at for at, _word in found], dtype=np.int64)]
    buckets = np.array([known[word] for _at, word in found], dtype=np.int64)
    return starts // 4, buckets, starts % 4 == 0


def word_bucket(word: str) -> int:
    """The bucket of a word of letters and digits, or of any key."""
    value = 0
    for char in word:
        value = (value * 1_000_003 + ord(char)) & 0xFFFFFFFFFFFF
    return int(pair_hash(np.array([value]), np.array([len(word)]))[0])


def _in_names(points: Ints, han: Flags, bucket: Ints) -> Flags:
    """Which characters stand in the name of a place: an ending is near, and no word that names do not go across."""
    count = len(points)
    ends = _among(points, _ENDS_1)
    ends[1:] |= _ENDS_2[bucket] & han[:-1] & han[1:]
    stops = ~han | _among(points, _STOP_1)
    stops[:-1] |= _STOP_2[bucket]
    stops[1:] |= _STOP_2[bucket]
    places = np.arange(count)
    next_end = np.minimum.accumulate(np.where(ends & ~stops, places, count + NAME_LONGEST * 2)[::-1])[::-1]
    next_stop = np.minimum.accumulate(np.where(stops, places, count)[::-1])[::-1]
    given = np.cumsum(points == ord(_OPEN)) > np.cumsum(points == ord(_CLOSE))
    return np.asarray(given | (next_end < next_stop) & (next_end - places <= NAME_LONGEST))
