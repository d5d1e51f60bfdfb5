"""Sealing, keyed hashes, phone numbers."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from lastmeter.kit import crypto

WORDS = st.text(st.characters(codec="utf-8"))


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def suite(request: pytest.FixtureRequest, settings: Any) -> str:
    settings.SEAL_KEYS = [("2026", "a secret")]
    settings.SEAL_SUITE = request.param
    return str(request.param)


@given(WORDS)
def test_what_was_sealed_opens(text: str) -> None:
    assert crypto.open_sealed(crypto.seal(text, "a.B.c"), "a.B.c") == text


def test_both_suites_seal_and_open(suite: str) -> None:
    blob = crypto.seal("王小明 19900001234", "matters.Report.name")
    assert "王".encode() not in blob
    assert crypto.seal("王小明 19900001234", "matters.Report.name") != blob
    assert crypto.open_sealed(blob, "matters.Report.name") == "王小明 19900001234"


def test_a_text_moved_to_another_field_does_not_open(suite: str) -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.open_sealed(crypto.seal("x", "a.B.c"), "a.B.d")


def test_no_byte_can_be_changed_or_cut_off(suite: str) -> None:
    blob = crypto.seal("秘密", "a.B.c")
    for place in range(len(blob)):
        changed = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        for wrong in (changed, blob[:place]):
            with pytest.raises(crypto.Unreadable):
                crypto.open_sealed(wrong, "a.B.c")


def test_old_keys_and_the_other_suite_still_open(settings: Any) -> None:
    settings.SEAL_KEYS, settings.SEAL_SUITE = [("old", "one")], "aes-256-gcm"
    blob = crypto.seal("x", "c")
    settings.SEAL_KEYS, settings.SEAL_SUITE = [("new", "two"), ("old", "one")], "sm4-gcm"
    assert crypto.open_sealed(blob, "c") == "x"
    settings.SEAL_KEYS = [("new", "two")]
    with pytest.raises(crypto.Unreadable):
        crypto.open_sealed(blob, "c")


def test_an_unknown_suite_is_said_loudly(settings: Any) -> None:
    settings.SEAL_SUITE = "rot13"
    with pytest.raises(ImproperlyConfigured, match="rot13"):
        crypto.seal("x", "c")


def test_hashes_of_different_purposes_cannot_be_joined() -> None:
    assert crypto.keyed_hash("19900001234", "phone") == crypto.keyed_hash("19900001234", "phone")
    assert crypto.keyed_hash("19900001234", "phone") != crypto.keyed_hash("19900001234", "number")
    assert len(crypto.hash_key("tracking")) == 32


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("199 0000 1234", "19900001234"),
        ("+86 199-0000-1234", "19900001234"),
        ("008619900001234", "19900001234"),
        ("8619900001234", "19900001234"),
        ("１９９００００１２３４", "19900001234"),
        ("（0662）342 1234", "06623421234"),
        ("0662-3421234", "06623421234"),
    ],
)
def test_a_phone_number_is_written_one_way(typed: str, phone: str) -> None:
    assert crypto.normal_phone(typed) == phone


@pytest.mark.parametrize("typed", ["", "12345", "29900001234", "199000012345", "abc", "00662342", "1990000123四", "0"])
def test_what_is_not_a_phone_number_is_refused_in_chinese(typed: str) -> None:
    with pytest.raises(crypto.BadPhone) as caught:
        crypto.normal_phone(typed)
    assert "11 位手机号" in str(caught.value)
