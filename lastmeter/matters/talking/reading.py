"""What a text says: the points an appeal asks, the facts a reply gives, how alike two replies are. No Django here.

Everything is counted on pairs of Han characters: no dictionary, the same on every installation, milliseconds a reply.
"""

import re
import unicodedata
from dataclasses import dataclass

# ---- cutting -------------------------------------------------------------------------------------------------------
_END = re.compile(r"(?<=[。！？；!?;\n])|(?<=如下[:：])|(?<=您好[:：,，])|(?<=你好[:：,，])")
_CLAUSE = re.compile(r"(?<=[，,])")
_NUMBERED = re.compile(r"(?:^|(?<=[。；;！？!?\s，,：:]))(?:[（(]?[一二三四五六七八九十\d]{1,2}[）)]?[、.．])(?!\d)")
_WORDS = re.compile(r"[\u3400-\u9fff]+|[a-zA-Z0-9]+")
_ASKS = re.compile(
    r"[?？]|请问|请教|咨询|想问|问一下|想知道|想了解|能否|能不能|可否|可以吗|可不可以|是否|有没有|何时|什么时|多久|多长时间"
    r"|为什么|为何|凭什么|怎么|如何|哪[里个些儿]|多少|希望|要求|请求|恳请|恳求|建议|盼|敦促|请.{0,8}(?:解决|处理|查处|回复|答复|解释|核实)"
)
_DIRECT = re.compile(
    r"请问|想知道|想了解|何时|什么时候|多久|多长时间|电话是多少"
    r"|(?:能否|可否|可不可以|多少|哪[里个些儿]|怎么.{0,6}(?:办|走|申请)|如何).*[?？]"
)
_LAMENTS = re.compile(
    r"难道|良心|何在|天理|谁来|还有没有|吗.{0,3}[?？]$|何以|何堪|到底|究竟|在哪里[?？]|如何不|是否合理"
)
LONGEST_POINT, MOST_POINTS = 120, 6
WHEN = re.compile(r"何时|什么时候|什么时间|多久|多长时间|哪一?天|几月")
HOW_MUCH = re.compile(r"多少(?:钱|费|元)|收费标准|补偿标准|补贴标准|什么标准|价格|费用")
# Pairs that every appeal and every reply is full of: they say nothing about what is meant.
_EVERYWHERE = """
您好 你好 尊敬 敬的 领导 书记 市长 县长 各位 政府 部门 有关 关部 相关 单位 问题 情况
反映 投诉 举报 咨询 建议 希望 请求 要求 恳请 我们 你们 他们 我是 我的 我在 本人 自己
大家 居民 市民 群众 百姓 老百 人民 网友 留言 来信 回复 答复 处理 解决 工作 进行 关于
目前 现在 已经 没有 可以 不能 不是 就是 还是 但是 因为 所以 如果 而且 以及 对于 由于
根据 按照 通过 其他 什么 怎么 如何 为什 是否 能否 请问 谢谢 感谢 支持 理解 监督 关心
关注 重视 高度 一直 多次 一个 这个 那个 这样 这些 很多 非常 严重 影响 及时 尽快 请您
您的 的问 题的 我市 我县 我区 本市 当地 地方 时候 时间 每天 今年 去年 年来 我局 我办
调查 了解 核实 认真 组织 有限 公司 希能 望能 能够 应该 需要 得到 出来 起来 一下 一些
之后 以后 之前 以前 的是 是不 不知 知道 为了 为何 到底 至今 望政 望有
"""
_COMMON = frozenset(_EVERYWHERE.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text, numbered items apart, each stripped; none that is empty."""
    pieces = [part for piece in _END.split(text) for part in _NUMBERED.split(piece)]
    return [piece.strip() for piece in pieces if piece and piece.strip()]


def terms(text: str) -> set[str]:
    """Pairs of Han characters and other words that mean something; common ones are left out."""
    found: set[str] = set()
    for word in _WORDS.findall(unicodedata.normalize("NFKC", text)):
        if word[0] < "\u3400":
            found |= {word.lower()} if len(word) > 1 else set()
        else:
            found |= {word[at : at + 2] for at in range(len(word) - 1)}
    return found - _COMMON


def points(title: str, text: str) -> list[str]:
    """What an appeal asks: its subject first, then the sentences that ask, at most six, in the words it uses."""
    return _distinct([title, *(each for each in sentences(text) if _ASKS.search(each))])


def questions(title: str, text: str) -> list[str]:
    """The direct questions of an appeal, where it asks more than one; not those that only lament."""
    asked = [each for each in sentences(text) if _DIRECT.search(each) and not _LAMENTS.search(each)]
    found = _distinct(asked)
    return found if len(found) > 1 else []


def _distinct(asked: list[str]) -> list[str]:
    """Those that say something of their own: not what the ones before them say already."""
    found: list[str] = []
    for each in asked:
        meant = terms(each)
        if len(meant) >= 3 and not any(len(meant & terms(known)) > 0.7 * len(meant) for known in found):
            found.append(each if len(each) <= LONGEST_POINT else each[: LONGEST_POINT - 1] + "…")
    return found[:MOST_POINTS]


# ---- a reply without its manners -----------------------------------------------------------------------------------
_MANNERS = re.compile(
    r"收悉|收到您|已收到|已阅|您好|你好|回复如下|答复如下|解释如下|说明如下|感谢|谢谢|祝您|祝你|特此|敬请|欢迎.{0,12}(?:监督|提出|反映|意见)"
    r"|理解与支持|支持与理解|宝贵意见|高度重视|网友[:：“\"]|^网友|^[“\"]?[A-Z]{1,2}\d{5,}|尊敬的"
)
_PASSED_ON = re.compile(
    r"已?(?:转|移)(?:交|至|给|请|由|办|送)?.{0,20}(?:处理|办理|核查|调查|核实|办复|反馈|单位|部门|局|办|镇|街道|$)"
)
_SIGNED = re.compile(
    r"(?:[\u3400-\u9fffA-Za-z\d]{0,24})?\s*(?:\d{4}|二[〇○零]\S{2})\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?\s*$"
)
SHORTEST_LEFT = 8


def core(reply: str) -> str:
    """The reply without greeting, thanks, "your letter has been received" and the signature with its date."""
    plain = re.sub(r"[^\S\n]+", "", unicodedata.normalize("NFKC", reply))
    text = _SIGNED.sub("", plain.strip())
    kept = filter(None, map(_without_manners, sentences(text)))
    return "\n".join(kept)


def _without_manners(sentence: str) -> str:
    """A sentence as it is, or what is left of it without its polite clauses; "" for too little."""
    if not _MANNERS.search(sentence):
        return sentence
    left = "".join(each for each in _CLAUSE.split(sentence) if not _MANNERS.search(each)).strip(" ，,。！!：:")
    return left if len(left) >= SHORTEST_LEFT else ""


def passes_on(reply: str) -> bool:
    """Whether the reply does nothing but hand the appeal on."""
    left = [each for each in sentences(core(reply)) if not _PASSED_ON.search(each)]
    return bool(_PASSED_ON.search(core(reply))) and len("".join(left)) < 15


def covered(point: str, reply: str) -> float:
    """Which share of a point's terms the reply takes up (0…1)."""
    meant = terms(point)
    return len(meant & terms(reply)) / len(meant) if meant else 1.0


# ---- facts ---------------------------------------------------------------------------------------------------------
_FACTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "date",
        re.compile(
            r"\d{2,4}年(?:\d{1,2}月)?|\d{1,2}月(?:\d{1,2}日|底|份|初|中旬|上旬|下旬|前)|(?:今|明|昨)[天日]|[上下本]周|[上下本]月|[今明]年|年底|\d{1,2}\s*[点时:：]|早上|上午|中午|下午|晚上|凌晨|夜间|当[天晚日]"
            r"|[\d一二三四五六七八九十两]+个?(?:工作日|小时|天|个月|分钟)"
        ),
    ),
    (
        "measure",
        re.compile(
            r"\d[\d.,]*\s*(?:余|多)?(?:元|万|亿|米|公里|千米|km|cm|平方|㎡|亩|盏|处|户|人|次|起|吨|度|%|％|分贝|台|辆|套|间|栋|层|条|路|家|所|名|份|座|株|棵|个|头|岁|倍|级)"
            r"|[一二三四五六七八九十百千两]+(?:余|多)?(?:盏|米|公里|元|户|处|栋|套|亩|吨|台|辆|座|株|棵)"
        ),
    ),
    ("law", re.compile(r"《[^》]{3,}》|第[\d一二三四五六七八九十百]+条")),
    ("phone", re.compile(r"(?<![A-Za-z\d])(?:0\d{2,3}[-—－]?\d{4,8}|1[3-9]\d{9}|12[0-9]{3}|\d{7,8})(?!\d)")),
    (
        "unit",
        re.compile(
            r"[\u3400-\u9fff]{1,12}?(?:局|委员会|办公室|街道办|政府|派出所|中心|队|公司|物业|法院|检察院|居委会|村委会|村支两委|管理处|管委会|管理所|服务站|集团|医院|银行|学校|协会|窗口|(?<!乡)镇|街道)"
        ),
    ),
    (
        "place",
        re.compile(
            r"[\u3400-\u9fffA-Za-z\d]{2,10}?(?:路口|大道|路段|小区|花园|社区|村组|广场|公园|大桥|校区|市场|车站|站台|大厦|号楼|单元|地块|片区|巷|路(?!线|灯|面|由|况|网))"
        ),
    ),
)
_NOBODY = re.compile(
    r"^(?:.{0,6})(?:有关|相关|上级|主管|职能|当地|各级|我|本|该|贵|责任|属地|基层|下级|转)(?:市|县|区|镇|乡|街道)?"
    r"(?:党委)?(?:部门|单位|政府|局|办|公司|中心|镇|乡|街道|办公室|学校|医院)$"
)


def facts(reply: str, appeal: str) -> list[tuple[str, str]]:
    """(kind, words) of what the reply states and the appeal did not: dates, measures, laws, phones, units, places.

    What stands in the greeting or the signature does not count, nor a unit without a name ("the department concerned").
    """
    said = core(reply)
    known = re.sub(r"\s", "", unicodedata.normalize("NFKC", appeal))
    found = []
    for kind, pattern in _FACTS:
        for match in pattern.finditer(said):
            words = match.group()
            if kind in {"unit", "place"} and (_NOBODY.match(words) or words[-4:] in known):
                continue
            if words not in known:
                found.append((kind, words))
    return found


# ---- answers --------------------------------------------------------------------------------------------------------
def common(appeal: str, reply: str) -> float:
    """How much two texts speak of the same: the cosine of their terms (0…1)."""
    asked, said = terms(appeal), terms(reply)
    return len(asked & said) / (len(asked) * len(said)) ** 0.5 if asked and said else 0.0


def is_empty(reply: str) -> bool:
    """Whether nothing is left of the reply but its manners, or that somebody else will see to it."""
    return len("".join(_WORDS.findall(core(reply)))) < LIMITS.shortest_core or passes_on(reply)


def beside_the_point(title: str, text: str, reply: str) -> bool:
    """Whether the reply takes up neither the subject nor any point of the appeal."""
    said = core(reply)
    best = max((covered(each, said) for each in points(title, text)), default=1.0)
    return best < LIMITS.point and common(f"{title}\n{text}", said) < LIMITS.together


def unanswered(title: str, text: str, reply: str) -> list[str]:
    """The questions, of several, that the reply does not take up: not their words, nor a date where they ask when."""
    said = core(reply)
    return [
        each for each in questions(title, text) if covered(each, said) < LIMITS.question or not _of_kind(each, said)
    ]


def _of_kind(question: str, said: str) -> bool:
    kinds = dict(_FACTS)
    if WHEN.search(question):
        return bool(kinds["date"].search(said)) or bool(re.search(r"尽快|近期|暂[无未不]|尚未|目前|待", said))
    if HOW_MUCH.search(question):
        return bool(kinds["measure"].search(said) or kinds["law"].search(said) or re.search(r"免费|不收|标准", said))
    return True


# ---- likeness ------------------------------------------------------------------------------------------------------
SHINGLE = 4
_CHANGES = re.compile(r"[^\u3400-\u9fff]")


def shingles(reply: str) -> frozenset[str]:
    """Runs of four Han characters of a reply's core; numbers, dates and marks are left out: they are changed first."""
    plain = _CHANGES.sub("", core(reply))
    return frozenset(plain[at : at + SHINGLE] for at in range(len(plain) - SHINGLE + 1))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Which share of the shorter reply stands in the other as well (0…1)."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a remark begins; measured in docs/reply-help.md."""

    point: float = 0.15  # of the terms of the point that the reply takes up best, and …
    together: float = 0.04  # … of the terms of both: under the two the reply speaks of something else
    question: float = 0.06  # of one question's terms, where there are several
    copied: float = 0.75
    shortest_core: int = 6  # characters
    shortest_copied: int = 25  # shingles: shorter replies are alike by nature


LIMITS = Limits()
