"""How a sending stands, in words a clerk can act on: waiting, to be tried again, sent, given up, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.masking import mask_words
from lastmeter.notices import rules
from lastmeter.notices.models import Delivery, Notice

# What the reason of a failure begins with (the name of the exception), and what it means for whoever looks at it.
MEANS: tuple[tuple[str, str | Promise], ...] = (
    ("Undeliverable", gettext_lazy("号码或邮箱被对方拒收，请核对后换一种办法告知。")),
    ("SMTPRecipientsRefused", gettext_lazy("邮箱被对方的邮件服务器拒收。")),
    ("SMTPAuthenticationError", gettext_lazy("邮件服务器不认本系统的账号，请系统管理员检查设置。")),
    ("worker lost", gettext_lazy("发送程序几次中断，请系统管理员查看。")),
    ("Timeout", gettext_lazy("对方系统没有应答。")),
    ("timeout", gettext_lazy("对方系统没有应答。")),
    ("HTTPError", gettext_lazy("短信网关报错。")),
)


@dataclass(frozen=True, slots=True)
class State:
    """One sending as a page shows it. `detail` is what the machine said, without addresses."""

    word: str
    tone: str
    at: datetime | None = None
    why: str = ""
    detail: str = ""
    dead: bool = False


def of_delivery(delivery: Delivery, now: datetime) -> State:
    """The state of one row of the outbox."""
    why, detail = means(delivery.error), mask_words(delivery.error)
    if delivery.state == Delivery.State.SENT:
        return State(_("已发送"), "ok", delivery.sent_at)
    if delivery.state == Delivery.State.DEAD:
        return State(_("发送失败"), "bad", None, why, detail, dead=True)
    if delivery.error:
        return State(_("没发出去，会再试"), "warn", delivery.due_at, why, detail)
    if rules.is_quiet(now) and not delivery.urgent:
        return State(_("夜间不发，7 点后发出"), "info")
    return State(_("待发送"), "info", delivery.due_at)


def means(error: str) -> str:
    """A stored reason as a sentence; "" for none."""
    if not error:
        return ""
    return str(next((words for start, words in MEANS if start in error), _("没有连上对方系统。")))


def deliveries(keys: Iterable[str]) -> dict[str, Delivery]:
    """key → the sending under that key, as long as it is kept: one query."""
    return {each.key: each for each in Delivery.objects.filter(key__in=list(keys))}


def notices(user_id: int, keys: Iterable[str]) -> dict[str, Notice]:
    """key → that person's notice under it: one query."""
    return {each.key: each for each in Notice.objects.filter(user=user_id, key__in=list(keys))}
