"""What a reply's writer is told before it goes out; every text here is invented."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.matters import dispatch, handling
from lastmeter.matters.models import Matter, Outcome, Reply
from lastmeter.matters.talking import quality, reading
from lastmeter.matters.talking.tests.test_templates import filed
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOW = timezone.now()
LAMP = ("楼道灯不亮", "湖畔小区 6 栋 2 单元三楼的楼道灯坏了半个月，老人上下楼摔过一次，请尽快修。")
GOOD = "已请湖滨物业更换 6 栋 2 单元三楼的楼道灯，11 月 26 日上午换好，网格员现场看过。"


def kinds(reply: str, appeal: tuple[str, str] = LAMP, *earlier: str) -> list[str]:
    known = [quality.Earlier("K7M3RXA92C", each) for each in earlier]
    return [each.kind for each in quality.look(*appeal, reply, known)]


def test_a_reply_that_says_who_did_what_and_when_is_left_alone() -> None:
    assert kinds(GOOD) == []


@pytest.mark.parametrize(
    "reply",
    [
        "您好！您的来信已收悉，感谢您对我们工作的理解与支持！",
        "网友您好，您反映的问题已转相关部门处理。2026年11月25日",
        "已转交有关单位核实办理，谢谢！",
        "。",
    ],
)
def test_manners_alone_are_no_reply(reply: str) -> None:
    assert kinds(reply) == ["empty"]


def test_a_reply_about_something_else_is_noticed_with_the_subject_shown() -> None:
    other = "夜市摊点经营时间已调整到晚上十点，城管执法队每晚巡查两次，噪声明显下降。"
    [remark] = quality.look(*LAMP, other)
    assert remark.kind == "beside"
    assert remark.quotes == ("楼道灯不亮",)


def test_of_several_questions_the_unanswered_one_is_shown() -> None:
    asks = (
        "咨询公租房申请",
        "请问申请公租房需要准备哪些材料？请问今年第二批什么时候开始受理？",
    )
    reply = "申请公租房请带身份证、户口本和收入证明三样材料，到青螺街道便民服务中心窗口办理。"
    [remark] = quality.look(*asks, reply)
    assert remark.kind == "question"
    assert remark.quotes == ("请问今年第二批什么时候开始受理？",)
    assert quality.look(*asks, reply + "第二批 12 月 1 日开始受理。") == []


def test_a_copy_is_noticed_though_its_dates_and_manners_were_changed() -> None:
    source = (
        "您好！接到反映后，执法队到现场查看，店家已把抽油烟机移到后墙并加装了减震垫，复查时居民表示满意。2026年3月2日"
    )
    copy = source.replace("您好！", "网友您好！").replace("3月2日", "9月8日")
    smoke = ("饭店抽油烟机太吵", "楼下饭店的抽油烟机晚上太吵，居民睡不着。")
    [remark] = [
        each for each in quality.look(*smoke, copy, [quality.Earlier("K7M3RXA92C", source)]) if each.kind == "copied"
    ]
    assert "K7M-3RX-A92C" in str(remark.sentence)
    assert "copied" not in kinds(copy, smoke, GOOD)


def test_short_replies_are_alike_by_nature() -> None:
    assert "copied" not in kinds("路灯已修好。", LAMP, "路灯已修好。")


def test_a_reply_without_any_fact_is_noticed_and_one_that_only_repeats_the_appeal_too() -> None:
    assert kinds("楼道灯的问题我们会认真研究，争取让居民早日用上楼道灯。") == ["facts"]
    assert kinds("湖畔小区 6 栋 2 单元三楼的楼道灯，我们会安排人尽快修好，请放心。") == ["facts"]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("12 月 3 日前", "date"),
        ("三个工作日内", "date"),
        ("共更换 14 盏", "measure"),
        ("《物业管理条例》", "law"),
        ("电话 0662-3421234", "phone"),
        ("由湖滨物业公司", "unit"),
        ("在东风三路路口", "place"),
    ],
)
def test_what_counts_as_a_fact(words: str, kind: str) -> None:
    assert kind in [each for each, _said in reading.facts(f"楼道灯{words}已经处理。", "楼道灯不亮")]


def test_the_greeting_the_signature_and_nameless_units_are_no_facts() -> None:
    reply = "您好！留言已收悉。楼道灯由有关部门负责，我局会跟进。\n城市管理局 2026年11月25日"
    assert reading.facts(reply, "楼道灯不亮") == []


texts = st.text(alphabet="您好灯路修 12月3日。？！\n，收悉转交局《》()、a", max_size=200)


@given(texts, texts, texts)
def test_no_text_breaks_it_and_the_same_text_is_said_the_same(title: str, appeal: str, reply: str) -> None:
    once = quality.look(title, appeal, reply, [quality.Earlier("K7M3RXA92C", appeal)])
    assert once == quality.look(title, appeal, reply, [quality.Earlier("K7M3RXA92C", appeal)])
    assert all(each.sentence for each in once)


@given(texts, texts)
def test_likeness_is_the_same_both_ways_and_whole_for_itself(one: str, other: str) -> None:
    mine, theirs = reading.shingles(one), reading.shingles(other)
    assert reading.alike(mine, theirs) == reading.alike(theirs, mine)
    assert reading.alike(mine, mine) in (0.0, 1.0)


def handed(cast: Cast, actor: Actors, ref: str = "a") -> Matter:
    matter = filed(cast, ref)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    dispatch.begin(matter, by=actor("handler"), now=NOW)
    return Matter.objects.select_related("dossier").get(pk=matter.pk)


def test_the_writer_is_told_once_and_sends_it_as_it_is_with_one_tap(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, handler = handed(cast, actor), client_as("handler")
    there = f"/matters/{matter.dossier.number}/reply/"
    given = {"text": "已转交有关单位核实办理，谢谢！", "outcome": "explained"}
    told = handler.post(there, given)
    assert told.status_code == 422
    page = told.content.decode()
    assert "还没有说怎么办" in page
    assert "照样发出" in page
    assert given["text"] in page
    assert not Reply.objects.exists()
    assert handler.post(there, given | {"anyway": "1"}).status_code == 302
    assert Reply.objects.get().text == given["text"]


def test_a_copy_of_the_units_last_reply_is_named_with_its_number(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    words = "接到反映后，执法队到现场查看，已请物业更换三楼和四楼的楼道灯，换好以后网格员又去看过一遍，居民表示满意。"
    first, second = handed(cast, actor), handed(cast, actor, "b")
    handling.reply(first, text=words, outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    told = client_as("handler").post(f"/matters/{second.dossier.number}/reply/", {"text": words, "outcome": "solved"})
    number = first.dossier.number
    assert f"{number[:3]}-{number[3:6]}-{number[6:]}" in told.content.decode()


def test_words_of_a_settlement_and_of_a_closing_are_looked_at_too(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter, clerk = filed(cast, "c"), client_as("clerk")
    there, given = f"/matters/{matter.dossier.number}/settlement/", {"result": "已处理，谢谢！"}
    told = clerk.post(there, given)
    assert told.status_code == 422
    page = told.content.decode()
    assert "照样发出" in page
    assert given["result"] in page
    assert clerk.post(there, given | {"anyway": "1"}).status_code == 302

    answered = handed(cast, actor)
    handling.reply(answered, text=GOOD, outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    there = f"/matters/{answered.dossier.number}/closure/"
    assert clerk.post(there, {"outcome": "solved", "words": "已转交有关单位，谢谢！"}).status_code == 422
    assert clerk.post(there, {"outcome": "solved", "words": GOOD}).status_code == 302, (
        "the unit's own words are no copy"
    )
    assert clerk.post(there, {"outcome": "solved"}).status_code == 409, "no words are nothing to look at"


def test_looking_costs_one_query(cast: Cast, actor: Actors, django_assert_num_queries: Callable[[int], object]) -> None:
    matter = handed(cast, actor)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        quality.remarks(matter, GOOD, user_id=cast.users["handler"].pk)
