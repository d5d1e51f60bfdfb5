"""What residents see and dial of a public number: itself, masked, or a switchboard, as LASTMETER_CALLS says."""

from dataclasses import dataclass

from django.conf import settings

from lastmeter.kit.masking import mask_phone


@dataclass(frozen=True, slots=True)
class Number:
    """What a page shows of a number (`shown`) and what the phone dials (`dials`)."""

    dials: str
    shown: str


def number(phone: str, user_id: int) -> Number:
    """A public number as LASTMETER_CALLS says: itself, masked on the page, or the relay that leads to that person."""
    if settings.CALLS == "relay":
        relay = settings.CALL_RELAY.replace("{person}", str(user_id))
        return Number(relay, relay)
    return Number(phone, mask_phone(phone) if settings.CALLS == "masked" else phone)
