"""Private fields: sealed texts, keyed hashes to find them by, and the one way a phone number is written.

SEAL_KEYS is a list of (id, secret): the first seals, all of them open, so keys can be changed without a pause.
"""

import hmac
import secrets
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NONCE, TAG = 12, 16


class Unreadable(Exception):
    """A sealed text that cannot be opened: unknown key, another field's text, or changed bytes."""


class BadPhone(ValueError):
    """Not a phone number of mainland China; `sentence` says so in the reader's language."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def seal(text: str, context: str) -> bytes:
    """`text` sealed for `context` ("matters.Report.phone"): suite, key id, nonce, ciphertext with tag.

    The same text never seals to the same bytes; equality is searched through `keyed_hash`.
    """
    suite = _suite_in_use()
    key_id, secret = settings.SEAL_KEYS[0]
    name = key_id.encode()
    header = bytes([suite, len(name)]) + name
    nonce = secrets.token_bytes(NONCE)
    encrypt, _decrypt, size = SUITES[suite]
    return header + nonce + encrypt(_sealing_key(secret, suite, size), nonce, text.encode(), header + context.encode())


def open_sealed(blob: bytes, context: str) -> str:
    """The text sealed in `blob` for the same context. Raises Unreadable, and never says why in more detail."""
    try:
        suite, length = blob[0], blob[1]
        header, nonce, body = blob[: 2 + length], blob[2 + length :][:NONCE], blob[2 + length + NONCE :]
        _encrypt, decrypt, size = SUITES[suite]
        secret = dict(settings.SEAL_KEYS)[header[2:].decode()]
        return decrypt(_sealing_key(secret, suite, size), nonce, body, header + context.encode()).decode()
    except (IndexError, KeyError, ValueError, InvalidTag):
        raise Unreadable(context) from None


def keyed_hash(text: str, purpose: str) -> bytes:
    """32 bytes to find or compare `text` by; hashes of different purposes cannot be joined."""
    return hmac.digest(hash_key(purpose), text.encode("utf-8", "replace"), "sha256")


def hash_key(purpose: str) -> bytes:
    """The 32-byte key behind `keyed_hash`, for functions that take their key as an argument (`ids.code_hash`)."""
    return _derived(settings.HASH_KEY, f"lastmeter hash {purpose}", 32)


def normal_phone(text: str) -> str:
    """Digits only, without +86: 11 for a mobile, area code and number for a landline ("06621234567").

    Accepts spaces, hyphens, brackets and full-width digits. Raises BadPhone.
    """
    digits = unicodedata.normalize("NFKC", text)
    digits = "".join(char for char in digits if char not in " \t\r\n\u00a0-‐‑–—()").removeprefix("+86")
    if len(digits) in {13, 15} and digits.startswith(("86", "0086")):
        digits = digits.removeprefix("00").removeprefix("86")
    if not (digits.isascii() and digits.isdigit() and _is_phone(digits)):
        raise BadPhone(_("请填写 11 位手机号，或带区号的固定电话，例如 0662 3421234。"))
    return digits


def _is_phone(digits: str) -> bool:
    if digits.startswith("0"):
        return 10 <= len(digits) <= 12 and digits[1] != "0"
    return len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789"


def _suite_in_use() -> int:
    try:
        return _SUITE_NAMES[settings.SEAL_SUITE]
    except KeyError:
        raise ImproperlyConfigured(f"SEAL_SUITE={settings.SEAL_SUITE!r}: write aes-256-gcm or sm4-gcm") from None


def _sealing_key(secret: str, suite: int, size: int) -> bytes:
    return _derived(secret, f"lastmeter seal {suite}", size)


@lru_cache(maxsize=64)
def _derived(secret: str, info: str, size: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=None, info=info.encode()).derive(secret.encode())


def _aes_encrypt(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, data, context)


def _aes_decrypt(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, data, context)


def _sm4_encrypt(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context)
    return encryptor.update(data) + encryptor.finalize() + encryptor.tag


def _sm4_decrypt(key: bytes, nonce: bytes, data: bytes, context: bytes) -> bytes:
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, data[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(context)
    return decryptor.update(data[:-TAG]) + decryptor.finalize()


_Cipher = Callable[[bytes, bytes, bytes, bytes], bytes]
# The number is the first byte of every sealed text: never reuse one.
SUITES: dict[int, tuple[_Cipher, _Cipher, int]] = {
    1: (_aes_encrypt, _aes_decrypt, 32),
    2: (_sm4_encrypt, _sm4_decrypt, 16),
}
_SUITE_NAMES = {"aes-256-gcm": 1, "sm4-gcm": 2}
