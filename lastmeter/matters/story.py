"""The timeline of a matter in words: what each kind of event says, to staff and to the requester."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from lastmeter.dossiers.models import Event

SAYS: dict[str, str | Promise] = {
    "matter.reported": lazy("登记上报"),
    "matter.accepted": lazy("受理"),
    "matter.merged": lazy("归为一件"),
    "matter.joined": lazy("另一件相同的事并到这里"),
    "matter.diverted": lazy("告知法定渠道"),
    "matter.rejected": lazy("不予受理"),
    "matter.dispatched": lazy("分派"),
    "matter.requested": lazy("办理要求"),
    "matter.taken": lazy("网格员接手办理"),
    "matter.signed": lazy("签收"),
    "matter.begun": lazy("开始办理"),
    "matter.sent_back": lazy("承办方退回"),
    "matter.sent_up": lazy("报上级"),
    "matter.replied": lazy("答复"),
    "matter.noted": lazy("内部备注"),
    "matter.settled": lazy("就地办结"),
    "matter.verifying": lazy("核查答复"),
    "matter.rework": lazy("退回返工"),
    "matter.closed": lazy("办结"),
    "matter.revisited": lazy("回访"),
    "matter.not_reached": lazy("回访未联系上"),
    "matter.rated": lazy("诉求人评价"),
    "matter.reopened": lazy("诉求人要求重办"),
    "matter.withdrawn": lazy("诉求人撤回"),
    "matter.archived": lazy("归档"),
    "matter.asked": lazy("请诉求人补充"),
    "matter.answered": lazy("诉求人补充情况"),
    "matter.ask_lapsed": lazy("补充期限已过，按现有情况办理"),
    "matter.overdue_answer": lazy("超过答复期限"),
    "matter.overdue_fix": lazy("超过办结期限"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the timeline, ready to be shown."""

    title: str
    at: datetime
    who: str
    words: str
    public: bool


def say(event: Event) -> str:
    """What happened, in a few words; an event of another package is called by its own kind."""
    return str(SAYS.get(event.kind, event.kind))


def for_staff(dossier_id: int) -> list[Line]:
    """Everything that happened, with names: one query."""
    return [_line(event, _who(event)) for event in _events(dossier_id)]


def for_requester(dossier_id: int) -> list[Line]:
    """What the requester may read: public events, units by name and people not at all; one query."""
    return [_line(event, event.unit.name if event.unit else "") for event in _events(dossier_id) if event.public]


def _events(dossier_id: int) -> Iterable[Event]:
    return Event.objects.filter(dossier=dossier_id).select_related("words", "by_user", "unit").order_by("at", "pk")


def _line(event: Event, who: str) -> Line:
    words = event.words.text if hasattr(event, "words") else ""
    return Line(say(event), event.at, who, words, event.public)


def _who(event: Event) -> str:
    if event.by_kind == "system":
        return _("系统")
    if event.by_user is None:
        return _("诉求人")
    if event.unit:
        return _("%(unit)s %(name)s") % {"unit": event.unit.name, "name": event.by_user.name}
    return event.by_user.name
