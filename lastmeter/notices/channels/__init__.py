"""Ways to reach an address. A channel is a module with `available()` and `send(parcel)`; here is the list of them."""

from typing import Protocol

from lastmeter.notices.channels import email, sms
from lastmeter.notices.channels.parcel import Parcel, Undeliverable


class Channel(Protocol):
    def available(self) -> bool:
        """Whether this installation has what the channel needs."""

    def send(self, parcel: Parcel) -> None:
        """Hand the parcel over. Raises Undeliverable when trying again is useless, anything else when it may help."""


CHANNELS: dict[str, Channel] = {"email": email, "sms": sms}
__all__ = ["CHANNELS", "Channel", "Parcel", "Undeliverable"]
