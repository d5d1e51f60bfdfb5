"""Numbers people say over a phone, codes and tokens nobody can guess, and the fixed-width keys of grid nodes.

Imports no Django.
"""

import hmac
import secrets
import unicodedata

# No lookalikes (0 O 1 I L, 5 has no S, 8 no B, 2 no Z) and few letters that sound alike; 23 is prime, see `_check`.
NUMBER_ALPHABET = "23456789ACEFHJKMNPRTWXY"
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, in ascending order of bytes
NODE_KEY_WIDTH = 5
_SEPARATORS = str.maketrans("", "", " \t\r\n-‐‑–—_·")


class BadNumber(ValueError):
    """The text is not a matter number: wrong length, a foreign character, or a wrong check character."""


def new_matter_number() -> str:
    """Ten characters: nine random ones (about 40.7 bits) and a check character."""
    value = secrets.randbelow(23**9)
    body = "".join(NUMBER_ALPHABET[value // 23**place % 23] for place in range(9))
    return body + _check(body)


def _check(body: str) -> str:
    # Weights 1…10 are distinct and non-zero modulo a prime: one wrong character or two exchanged ones, anywhere,
    # always change the sum.
    total = sum(weight * NUMBER_ALPHABET.index(char) for weight, char in enumerate(body, start=1))
    return NUMBER_ALPHABET[-total * pow(10, -1, 23) % 23]


def check_number(text: str) -> str:
    """The number as stored, from what someone typed: any case, spaces, hyphens, full-width letters.

    Raises BadNumber.
    """
    number = _plain(text)
    if len(number) != 10 or any(char not in NUMBER_ALPHABET for char in number) or _check(number[:9]) != number[9]:
        raise BadNumber(text)
    return number


def pretty(number: str) -> str:
    """The number in groups of 3-3-4, as it is printed and read aloud."""
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def code_from(digest: bytes) -> str:
    """The tracking code that a keyed digest stands for: the same digest gives the same eight characters again."""
    value = int.from_bytes(digest, "big")
    return "".join(CODE_ALPHABET[value >> 5 * place & 31] for place in range(8))


def code_hash(code: str, number: str, key: bytes) -> bytes:
    """What is stored of a tracking code: 32 bytes, bound to its matter number, forgiving about case and hyphens."""
    return hmac.digest(key, f"{_plain(number)}:{_plain(code)}".encode("utf-8", "replace"), "sha256")


def new_token(bytes: int = 16) -> str:
    """A random url-safe token in Crockford's base32, lower case; 16 bytes give 26 characters."""
    length = -(-bytes * 8 // 5)
    return _base32(int.from_bytes(secrets.token_bytes(bytes), "big"), length)


def row_id(text: str) -> int | None:
    """The key of a row that an address or a form names; None for what cannot be one, however it is written."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def node_key(n: int) -> str:
    """Five characters whose bytewise order is the order of n. Raises ValueError outside 0 … 32⁵-1."""
    if not 0 <= n < 32**NODE_KEY_WIDTH:
        raise ValueError(f"no node key for {n}")
    return _base32(n, NODE_KEY_WIDTH)


def _base32(n: int, length: int) -> str:
    return "".join(BASE32[n >> 5 * place & 31] for place in reversed(range(length)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_SEPARATORS).upper()
