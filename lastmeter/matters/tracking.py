"""查询码: derived with the hash key from who sent a report, so that a replay is answered with the same one."""

from lastmeter.kit import crypto, ids


def tracking_code(client: str, client_ref: str) -> str:
    """The 40-bit code of a report. It is never stored: a receipt or a sealed letter derives it again."""
    return ids.code_from(crypto.keyed_hash(f"{client}\0{client_ref}", "tracking"))


def tracking_hash(code: str, number: str) -> bytes:
    """What is stored of a code, and what a typed one is compared with."""
    return ids.code_hash(code, number, crypto.hash_key("tracking"))
