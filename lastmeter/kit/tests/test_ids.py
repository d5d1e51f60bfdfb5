"""Numbers that survive a telephone, codes that cannot be guessed, keys that sort."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit import ids

NUMBERS = st.builds(lambda _seed: ids.new_matter_number(), st.integers())
LETTERS = st.sampled_from(ids.NUMBER_ALPHABET)


@given(NUMBERS)
def test_a_new_number_passes_its_own_check(number: str) -> None:
    assert re.fullmatch(f"[{ids.NUMBER_ALPHABET}]{{10}}", number)
    assert ids.check_number(number) == number


@given(NUMBERS, st.integers(0, 9), LETTERS)
def test_one_wrong_character_is_always_noticed(number: str, place: int, letter: str) -> None:
    wrong = number[:place] + letter + number[place + 1 :]
    if wrong != number:
        with pytest.raises(ids.BadNumber):
            ids.check_number(wrong)


@given(NUMBERS, st.integers(0, 9), st.integers(0, 9))
def test_two_exchanged_characters_are_always_noticed(number: str, one: int, other: int) -> None:
    letters = list(number)
    letters[one], letters[other] = letters[other], letters[one]
    if (wrong := "".join(letters)) != number:
        with pytest.raises(ids.BadNumber):
            ids.check_number(wrong)


@given(NUMBERS)
def test_a_number_is_understood_as_people_type_it(number: str) -> None:
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    for typed in (ids.pretty(number), number.lower(), f" {ids.pretty(number).replace('-', ' ')}\n", wide):
        assert ids.check_number(typed) == number


@pytest.mark.parametrize("text", ["", "2345", "0000000000", "234567890A1", "你好", "２３４"])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(ids.BadNumber):
        ids.check_number(text)


def test_a_printed_number_is_grouped() -> None:
    assert ids.pretty("234ACE5678") == "234-ACE-5678"


def test_a_tracking_code_has_forty_bits_and_no_lookalikes() -> None:
    assert len(set(ids.CODE_ALPHABET)) == 32
    assert not set("01OI") & set(ids.CODE_ALPHABET)
    assert re.fullmatch(f"[{ids.CODE_ALPHABET}]{{8}}", ids.code_from(b"any digest of a report"))


def test_a_code_is_bound_to_its_number_and_key() -> None:
    kept = ids.code_hash("ABCD2345", "234ACE5678", b"key")
    assert ids.code_hash("abcd-2345 ", "234-ace-5678", b"key") == kept
    others = [("ABCD2346", "234ACE5678", b"key"), ("ABCD2345", "234ACE5679", b"key"), ("ABCD2345", "234ACE5678", b"x")]
    assert all(ids.code_hash(*other) != kept for other in others)


@given(st.binary(min_size=8, max_size=32))
def test_a_code_from_a_digest_is_the_same_again(digest: bytes) -> None:
    code = ids.code_from(digest)
    assert code == ids.code_from(digest)
    assert re.fullmatch(f"[{ids.CODE_ALPHABET}]{{8}}", code)


def test_a_token_is_url_safe_and_new_each_time() -> None:
    tokens = {ids.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(f"[{ids.BASE32}]{{26}}", token) for token in tokens)
    assert len(ids.new_token(5)) == 8


@given(st.integers(0, 32**5 - 1), st.integers(0, 32**5 - 1))
def test_node_keys_sort_like_their_numbers(one: int, other: int) -> None:
    assert len(ids.node_key(one)) == 5
    assert (ids.node_key(one).encode() < ids.node_key(other).encode()) == (one < other)


@given(st.integers(0, 10**18 - 1))
def test_a_row_is_named_by_its_key(key: int) -> None:
    assert ids.row_id(str(key)) == key


@pytest.mark.parametrize("text", ["", " 1", "-1", "1.0", "x", "²", "１", "٣", "9" * 19])
def test_what_cannot_be_a_key_names_no_row(text: str) -> None:
    assert ids.row_id(text) is None


@pytest.mark.parametrize("n", [-1, 32**5])
def test_there_is_no_sixth_character(n: int) -> None:
    with pytest.raises(ValueError, match="no node key"):
        ids.node_key(n)
