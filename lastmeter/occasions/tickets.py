"""入场码: what the QR code on a phone says. The door verifies it without a network, with the key of its occasion alone.

A code is `LM.<occasion>.<sign-up>.<seats>.<16 hex characters>`, the last an HMAC-SHA256 cut to 64 bits. Whoever has the
key of an occasion lets people into that one occasion, as the list in their hands allows anyway.
"""

import hmac

from lastmeter.kit.crypto import hash_key

LENGTH = 16


class BadTicket(ValueError):
    """The code was not made here, was changed, or is for something else."""


def key_of(occasion_id: int) -> bytes:
    """The 32 bytes a door needs to verify the codes of one occasion."""
    return hmac.digest(hash_key("occasions.door"), str(occasion_id).encode(), "sha256")


def write(occasion_id: int, signup_id: int, seats: int) -> str:
    """The code of a sign-up."""
    said = f"LM.{occasion_id}.{signup_id}.{seats}"
    return f"{said}.{_mark(said, key_of(occasion_id))}"


def read(code: str, occasion_id: int, key: bytes) -> tuple[int, int]:
    """(sign-up id, seats) of a code for that occasion. Raises BadTicket."""
    said, _dot, mark = code.strip().rpartition(".")
    parts = said.split(".")
    if len(parts) != 4 or parts[:2] != ["LM", str(occasion_id)] or not mark.isascii():
        raise BadTicket(code)
    if not hmac.compare_digest(mark, _mark(said, key)):
        raise BadTicket(code)
    return int(parts[2]), int(parts[3])


def _mark(said: str, key: bytes) -> str:
    return hmac.digest(key, said.encode(), "sha256").hex()[:LENGTH]
