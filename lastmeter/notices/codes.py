"""Six-digit codes that prove a phone: ten minutes, one use, five tries, kept as a keyed hash."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lastmeter.accounts import limits
from lastmeter.accounts.people import phone_hash
from lastmeter.kit.crypto import keyed_hash, normal_phone
from lastmeter.notices import outbox
from lastmeter.notices.channels import CHANNELS, screen
from lastmeter.notices.models import PhoneCode

VALID = timedelta(minutes=10)
MOST_TRIES = 5
APART = timedelta(minutes=1)
AN_HOUR, AN_HOUR_AND_CLIENT = 5, 20


class NotOffered(Exception):
    """This installation has no way to send a code."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way. `shown` is the code itself, in the demo alone, to be put on the page."""

    shown: str | None


def phone_proof_offered() -> bool:
    """Whether a code can be sent at all; where not, forms do not ask for one."""
    return CHANNELS["sms"].available() or screen.available()


def send_code(phone: str, purpose: str, *, client: str, now: datetime) -> Sent:
    """Send a code to `phone`; an earlier one for the same purpose is void. `client` is requests.address_client().

    Raises BadPhone, NotOffered, and limits.TooMany: one a minute and five an hour to a phone, twenty an hour from a
    client.
    """
    number, known = normal_phone(phone), phone_hash(phone)
    if not phone_proof_offered():
        raise NotOffered
    _count(known, client, now)
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        row = PhoneCode.objects.create(
            phone_hash=known,
            code_hash=_hash(number, code, purpose),
            purpose=purpose,
            made_at=now,
            expires_at=now + VALID,
        )
        by_sms = outbox.send_to("sms", number, "", _text(code), key=f"code:{row.pk}", urgent=True, now=now)
    return Sent(shown=None if by_sms else code)


def check_code(phone: str, code: str, purpose: str, now: datetime) -> bool:
    """Whether `code` is the latest one sent to `phone` for `purpose`; uses it up. Raises BadPhone."""
    number, known = normal_phone(phone), phone_hash(phone)
    row = PhoneCode.objects.filter(phone_hash=known, purpose=purpose).order_by("-id").first()
    if row is None:
        return False
    open_row = PhoneCode.objects.filter(pk=row.pk, used_at=None, expires_at__gt=now)
    # Counted before it is compared: a thousand tries at once are still five.
    if not open_row.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
        return False
    right = hmac.compare_digest(bytes(row.code_hash), _hash(number, _digits(code), purpose))
    return right and bool(open_row.update(used_at=now))


def purge(now: datetime) -> int:
    """Delete codes a day past their term; returns how many."""
    return PhoneCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]


def _count(known: bytes, client: str, now: datetime) -> None:
    key = known.hex()[:40]
    latest = PhoneCode.objects.filter(phone_hash=known).order_by("-id").first()
    if latest and latest.made_at > now - APART:  # the window of a count may end a second after its only use
        again_at = latest.made_at + APART
        raise limits.TooMany(max(1, round((again_at - now).total_seconds())), again_at)
    # The client first: what it is refused must not use up the allowance of the phone's owner.
    limits.hit(f"code-from:{client}", AN_HOUR_AND_CLIENT, 3600, now)
    limits.hit(f"code:{key}", 1, int(APART.total_seconds()), now)
    limits.hit(f"code:{key}", AN_HOUR, 3600, now)


def _text(code: str) -> str:
    return _("验证码 %(code)s，10 分钟内有效。不要告诉任何人。") % {"code": code}


def _digits(code: str) -> str:
    """What was typed, without spaces, full-width digits made plain."""
    return "".join(str(int(char)) for char in code if char.isdecimal())


def _hash(number: str, code: str, purpose: str) -> bytes:
    return keyed_hash(f"{number}:{purpose}:{code}", "phone-code")
