"""Cleaning, masking, search terms, initials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit.masking import mask_name, mask_phone, mask_words
from lastmeter.kit.text import TooLong, bigrams, clean, initials

ANYTHING = st.text(st.characters(exclude_categories=()))


@given(ANYTHING)
def test_clean_text_can_be_stored_anywhere_and_is_clean_already(text: str) -> None:
    stored = clean(text, 10_000, "内容")
    assert stored.encode().decode() == stored
    assert not set("\0\r\x07") & set(stored)
    assert clean(stored, 10_000, "内容") == stored


def test_a_rare_character_of_a_place_name_survives() -> None:
    assert clean(" 阳西县织𬕂镇 ", 10, "地点") == "阳西县织𬕂镇"


def test_half_a_character_is_replaced_and_two_halves_are_joined() -> None:
    assert clean("a\ud83d b", 9, "内容") == "a\ufffd b"
    assert clean("\ud83d\ude00", 9, "内容") == "😀"


def test_line_ends_and_controls_are_tidied() -> None:
    assert clean("一\r\n二\r三\u2028四\x00\x07\t五", 99, "内容") == "一\n二\n三\n四\t五"
    assert clean("e\u0301Ａ", 9, "内容") == "éＡ"


def test_a_text_too_long_says_both_numbers() -> None:
    assert clean("字" * 5, 5, "标题") == "字" * 5
    with pytest.raises(TooLong, match="“标题”最多 5 个字，现在有 6 个字"):
        clean("𬕂" * 6, 5, "标题")


def test_bigrams_overlap_and_words_stay_whole() -> None:
    assert bigrams("路灯坏了，B座 LED3 灯") == ["路灯", "灯坏", "坏了", "b", "座", "led3", "灯"]
    assert bigrams("织𬕂镇") == ["织𬕂", "𬕂镇"]
    assert bigrams("ＡＢ１") == ["ab1"]
    assert bigrams("，。！ \n") == []


@given(ANYTHING)
def test_every_bigram_is_found_when_searched_alone(text: str) -> None:
    terms = bigrams(text)
    assert all(terms)
    assert all(term in bigrams(term) for term in terms)


@pytest.mark.parametrize(
    ("name", "keys"),
    [("阳江市", "yjs"), ("织𬕂镇", "zlz"), ("织篢镇", "zlz"), ("3号楼 B座", "3hlbz"), ("重庆路", "cql"), ("", "")],
)
def test_initials_find_a_place_by_its_keys(name: str, keys: str) -> None:
    assert initials(name) == keys


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王小明", "王**"), ("李明", "李*"), ("张", "张*"), ("Peter Smith", "P***"), ("", ""), (" 欧阳明月 ", "欧***")],
)
def test_of_a_name_the_first_character_stays(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("19900001234", "199****1234"), ("06623421234", "066****1234"), ("12345", "***45"), ("1", "*"), ("", "")],
)
def test_of_a_phone_number_the_ends_stay(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("打我电话19900001234，谢谢", "打我电话〔电话已隐去〕，谢谢"),
        ("199 0000 1234/+86 199-0000-1234", "〔电话已隐去〕/〔电话已隐去〕"),
        ("座机0662-3421234或(0662)3421234", "座机〔电话已隐去〕或〔电话已隐去〕"),
        ("１９９００００１２３４", "〔电话已隐去〕"),
        ("Ａ（０６６２）３４２１２３４；", "Ａ〔电话已隐去〕；"),
        ("证号44170219900101123X。", "证号〔证件号已隐去〕。"),
        ("441702 19900101 1234", "〔证件号已隐去〕"),
        ("旧证441702900101123", "旧证〔证件号已隐去〕"),
        ("写信到 a.b+c@example.com.cn 吧", "写信到 〔邮箱已隐去〕 吧"),
        ("邮箱：abc@example.com", "邮箱：〔邮箱已隐去〕"),
        ("编号 234-ACE-5678，3栋1204房，2026-11-24", "编号 234-ACE-5678，3栋1204房，2026-11-24"),
        ("部件 44170201001000001", "部件 44170201001000001"),
    ],
)
def test_numbers_that_point_to_a_person_are_taken_out(text: str, shown: str) -> None:
    assert mask_words(text) == shown
