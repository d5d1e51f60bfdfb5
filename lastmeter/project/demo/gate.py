"""The three conditions under which the demonstration exists at all: the setting, the mark, and a loopback address."""

import ipaddress

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError
from django.http import HttpRequest

from lastmeter.accounts.models import Installation

FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
)


def bound_to_loopback(bind: str) -> bool:
    """Whether host:port names a loopback address (a name other than localhost does not count)."""
    host = bind.rsplit(":", 1)[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_marked() -> bool:
    """Whether this database was created as a demonstration. False when it cannot be asked."""
    try:
        return Installation.objects.filter(demo=True).exists()
    except DatabaseError:
        return False


def faults() -> list[str]:
    """Why the demonstration must not open although LASTMETER_DEMO=1; empty when all holds."""
    found = []
    if not bound_to_loopback(settings.BIND):
        found.append(f"LASTMETER_BIND={settings.BIND} 不是本机回环地址")
    if settings.BEHIND_PROXY:
        found.append("LASTMETER_BEHIND_PROXY=1：前面有代理")
    if not is_marked():
        found.append("数据库没有演示标记（标记只在建库时写入，见 lastmeter demo create）")
    return found


def is_open() -> bool:
    """Whether the demo routes may be registered in this process."""
    return bool(settings.DEMO) and not faults()


def is_local(request: HttpRequest) -> bool:
    """Whether the request came straight from this machine: loopback peer, no forwarding header."""
    if any(name in request.META for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@register(Tags.security)
def check_demo(**kwargs: object) -> list[CheckMessage]:
    """lastmeter.E001: the demonstration is asked for where it may not be; the server does not start."""
    if not settings.DEMO:
        return []
    return [
        Error(
            f"LASTMETER_DEMO=1，但{fault}。",
            hint="演示只能在本机、用演示库运行；正式使用请去掉 LASTMETER_DEMO。",
            id="lastmeter.E001",
        )
        for fault in faults()
    ]
