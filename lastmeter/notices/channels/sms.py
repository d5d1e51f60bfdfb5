"""Text messages through any gateway that takes `POST {to, text, id}` as JSON, signed with HMAC-SHA256.

`id` stays the same over retries. The signature is in `X-LastMeter-Signature: sha256=<hex of the body's HMAC>`.
"""

import hashlib
import hmac
import json
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from lastmeter.notices.channels.parcel import Parcel, Undeliverable

TIMEOUT = 20
_LOCAL = {"127.0.0.1", "localhost", "::1"}


class _NoRedirect(HTTPRedirectHandler):
    """A gateway that points elsewhere is not followed: phones go to the configured address only."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def available() -> bool:
    """Whether LASTMETER_SMS_GATEWAY and LASTMETER_SMS_KEY are set."""
    return bool(settings.SMS_GATEWAY and settings.SMS_KEY)


def send(parcel: Parcel) -> None:
    """Post one message. 400 and 422 mean this number or text is refused: Undeliverable; the rest is tried again."""
    body = json.dumps({"to": parcel.address, "text": parcel.words, "id": str(parcel.id)}, ensure_ascii=False).encode()
    signature = hmac.new(settings.SMS_KEY.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json; charset=utf-8", "X-LastMeter-Signature": f"sha256={signature}"}
    try:
        request = Request(settings.SMS_GATEWAY, data=body, headers=headers, method="POST")  # noqa: S310 — notices.E001
        _OPENER.open(request, timeout=TIMEOUT).close()
    except HTTPError as error:
        error.close()
        if error.code in {400, 422}:
            raise Undeliverable(f"HTTP {error.code}") from error
        raise


@register
def check_gateway(**kwargs: object) -> list[CheckMessage]:
    """notices.E001: phone numbers and codes would leave this machine unencrypted."""
    address = urlsplit(settings.SMS_GATEWAY)
    if not settings.SMS_GATEWAY or address.scheme == "https":
        return []
    if address.scheme == "http" and address.hostname in _LOCAL:
        return []
    hint = "短信网关用 https:// 地址；http:// 只可用于本机。"
    return [Error("LASTMETER_SMS_GATEWAY 不是 https 地址。", hint=hint, id="notices.E001")]
