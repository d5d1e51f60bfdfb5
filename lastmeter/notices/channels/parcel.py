"""What a channel is handed."""

from dataclasses import dataclass


class Undeliverable(Exception):
    """The address or the message is refused for good: no second try."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one address. `id` stays the same over retries, so that a receiver can drop doubles."""

    id: int
    address: str
    subject: str
    words: str
