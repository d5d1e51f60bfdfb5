"""The timeline of a matter in words: what each kind of event says, to staff and to the requester."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.dossiers.models import Event

SAYS: dict[str, str | Promise] = {
    "matter.reported": gettext_lazy("登记上报"),
    "matter.accepted": pgettext_lazy("event", "受理"),
    "matter.merged": pgettext_lazy("event", "归为一件"),
    "matter.joined": gettext_lazy("另一件相同的事并到这里"),
    "matter.diverted": pgettext_lazy("event", "告知法定渠道"),
    "matter.rejected": pgettext_lazy("event", "不予受理"),
    "matter.dispatched": pgettext_lazy("event", "分派"),
    "matter.requested": gettext_lazy("办理要求"),
    "matter.taken": gettext_lazy("网格员接手办理"),
    "matter.handed_over": gettext_lazy("交接给接任的人"),
    "matter.signed": pgettext_lazy("event", "签收"),
    "matter.begun": pgettext_lazy("event", "开始办理"),
    "matter.sent_back": gettext_lazy("承办方退回"),
    "matter.disputed": gettext_lazy("承办方提请裁定"),
    "matter.dispute_decided": gettext_lazy("职责争议裁定"),
    "matter.conferred": gettext_lazy("会商意见"),
    "matter.transfer_proposed": gettext_lazy("承办方申请转办"),
    "matter.transfer_granted": gettext_lazy("同意转办"),
    "matter.transfer_refused": gettext_lazy("不同意转办"),
    "matter.redirected": gettext_lazy("改派"),
    "matter.corrected": gettext_lazy("更正"),
    "matter.profile_changed": gettext_lazy("改流程"),
    "matter.repeated": gettext_lazy("重复反映，告诉进展"),
    "matter.asked_again": gettext_lazy("诉求人又来问"),
    "matter.handed_to_emergency": gettext_lazy("移交紧急电话"),
    "matter.called_in": gettext_lazy("请协办"),
    "matter.assisted": gettext_lazy("多个单位一起办"),
    "matter.task_given": gettext_lazy("交办小任务"),
    "matter.part_signed": gettext_lazy("签收协办"),
    "matter.part_finished": gettext_lazy("办完协办"),
    "matter.part_cancelled": gettext_lazy("取消协办"),
    "matter.confirmed": gettext_lazy("现场核实相符"),
    "matter.contradicted": gettext_lazy("现场核实不符"),
    "matter.closed_because": gettext_lazy("为什么这样办结"),
    "matter.closed_despite": gettext_lazy("还有没办完的，仍办结"),
    "matter.not_solved": gettext_lazy("诉求人说没有解决"),
    "matter.still_there": gettext_lazy("诉求人说没有解决"),
    "matter.reopened_again": gettext_lazy("多次重开，转到上一级"),
    "matter.recalled": gettext_lazy("收回重新分派"),
    "matter.sent_up": pgettext_lazy("event", "报上级"),
    "matter.replied": pgettext_lazy("event", "答复"),
    "matter.noted": gettext_lazy("内部备注"),
    "matter.settled": pgettext_lazy("event", "就地办结"),
    "matter.verifying": gettext_lazy("核查答复"),
    "matter.rework": gettext_lazy("退回返工"),
    "matter.closed": pgettext_lazy("event", "办结"),
    "matter.revisited": pgettext_lazy("event", "回访"),
    "matter.not_reached": gettext_lazy("回访未联系上"),
    "matter.rated": gettext_lazy("诉求人评价"),
    "matter.reopened": gettext_lazy("诉求人要求重办"),
    "matter.withdrawn": gettext_lazy("诉求人撤回"),
    "matter.archived": pgettext_lazy("event", "归档"),
    "matter.asked": gettext_lazy("请诉求人补充"),
    "matter.answered": gettext_lazy("诉求人补充情况"),
    "matter.ask_reminded": gettext_lazy("提醒诉求人补充"),
    "matter.ask_lapsed": gettext_lazy("没有等到补充"),
    "matter.grievance_advice": gettext_lazy("上级对办理的要求"),
    "matter.outside_asked": gettext_lazy("请外部单位答复"),
    "matter.outside_answered": gettext_lazy("外部单位答复"),
    "matter.outside_revoked": gettext_lazy("停用外部答复链接"),
    "matter.overdue_answer": gettext_lazy("超过答复期限"),
    "matter.overdue_fix": gettext_lazy("超过办结期限"),
    "matter.overdue_register": gettext_lazy("超过转送期限"),
    "matter.overdue_accept": gettext_lazy("超过受理告知期限"),
    "matter.overdue_recheck": gettext_lazy("超过复查期限"),
    "matter.overdue_dispute": gettext_lazy("超过裁定期限"),
    "matter.overdue_transfer": gettext_lazy("转办申请超过答复期限"),
    "matter.overdue_assist": gettext_lazy("协办超过期限"),
    "matter.overdue_task": gettext_lazy("小任务超过期限"),
    "matter.overdue_review": gettext_lazy("挂账到了复核日期"),
    "matter.overdue_supervise": gettext_lazy("超过督办回复期限"),
    "matter.overdue_urge": gettext_lazy("超过催办回复期限"),
    "matter.paused": gettext_lazy("暂停计时"),
    "matter.resumed": gettext_lazy("恢复计时"),
    "matter.extension_asked": gettext_lazy("申请延期"),
    "matter.extended": gettext_lazy("延长期限"),
    "matter.extension_refused": gettext_lazy("不同意延期"),
    "matter.decided": gettext_lazy("批复意见"),
    "matter.suspend_asked": gettext_lazy("申请挂账"),
    "matter.suspended": pgettext_lazy("event", "挂账"),
    "matter.suspend_refused": gettext_lazy("不同意挂账"),
    "matter.suspension_reviewed": gettext_lazy("挂账复核"),
    "matter.suspension_lifted": gettext_lazy("解除挂账"),
    "matter.supervised": pgettext_lazy("event", "督办"),
    "matter.urged": pgettext_lazy("event", "催办"),
    "matter.urged_by_requester": gettext_lazy("诉求人催办"),
    "matter.pressed_answered": gettext_lazy("回复督办催办"),
    "matter.date_moved": gettext_lazy("期限重新计算"),
    "matter.placed": gettext_lazy("改了所属网格"),
    "matter.reclassified": gettext_lazy("改了类别或紧急程度"),
    "matter.bulk_undone": gettext_lazy("撤销了刚才的批量处理"),
    "matter.gathered": gettext_lazy("归入事件，一起办理"),
    "matter.ungathered": gettext_lazy("移出事件，单独办理"),
    "matter.leads": gettext_lazy("在事件里牵头"),
    "matter.whistle_blown": pgettext_lazy("event", "吹哨"),
    "matter.whistle_approved": gettext_lazy("同意吹哨"),
    "matter.whistle_turned_away": gettext_lazy("退回吹哨"),
    "matter.whistle_withdrawn": gettext_lazy("撤回吹哨"),
    "matter.whistle_upgraded": gettext_lazy("吹哨升级"),
    "matter.whistle_routed": gettext_lazy("分哨"),
    "matter.whistle_gathered": gettext_lazy("多家单位一起办"),
    "matter.whistle_called_more": gettext_lazy("再请单位应哨"),
    "matter.whistle_released": gettext_lazy("不用再应哨"),
    "matter.whistle_signed": gettext_lazy("应哨"),
    "matter.whistle_objected": gettext_lazy("不同意应哨"),
    "matter.whistle_raised": gettext_lazy("没有应哨，改请上一职级"),
    "matter.whistle_arrived": gettext_lazy("到场签到"),
    "matter.whistle_departed": gettext_lazy("离场签退"),
    "matter.whistle_decision_handed": gettext_lazy("议定事项交接给接任的人"),
    "matter.whistle_signed_off": gettext_lazy("应哨单位办结"),
    "matter.whistle_convened": gettext_lazy("召集联席会商"),
    "matter.whistle_concluded": gettext_lazy("会商结果"),
    "matter.whistle_decision_done": gettext_lazy("办完议定事项"),
    "matter.whistle_members_called": gettext_lazy("请党员和志愿者"),
    "matter.whistle_despite": gettext_lazy("还有单位没办完，仍办结"),
    "matter.whistle_done": gettext_lazy("联合办结"),
    "matter.whistle_closed": gettext_lazy("评哨、销哨"),
    "matter.whistle_answered": gettext_lazy("应哨单位说明"),
    "matter.overdue_approve": gettext_lazy("超过吹哨审核期限"),
    "matter.overdue_route": gettext_lazy("超过分哨期限"),
    "matter.overdue_report_in": gettext_lazy("超过应哨期限"),
    "matter.overdue_arrive": gettext_lazy("超过到场期限"),
    "matter.overdue_whistle": gettext_lazy("超过应哨办结期限"),
    "matter.overdue_rate_units": gettext_lazy("超过评哨期限"),
    "matter.overdue_decision": gettext_lazy("议定事项超过期限"),
    "matter.escalated": gettext_lazy("逾期未办，逐级上报"),
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
    return lines(Event.objects.filter(dossier=dossier_id))


def lines(events: "QuerySet[Event]") -> list[Line]:
    """These events with names, the oldest first: one query."""
    return [_line(event, _who(event)) for event in _told(events)]


def for_requester(dossier_id: int) -> list[Line]:
    """What the requester may read: public events, units by name and people not at all; one query."""
    return [_line(event, event.unit.name if event.unit else "") for event in _events(dossier_id) if event.public]


def _events(dossier_id: int) -> Iterable[Event]:
    return _told(Event.objects.filter(dossier=dossier_id))


def _told(events: "QuerySet[Event]") -> Iterable[Event]:
    return events.select_related("words", "by_user", "by_post", "unit").order_by("at", "pk")


def _line(event: Event, who: str) -> Line:
    words = event.words.text if hasattr(event, "words") else ""
    return Line(say(event), event.at, who, words, event.public)


def _who(event: Event) -> str:
    if event.by_kind == "system":
        return _("系统")
    if event.by_user is None:  # whoever answers by a link is named in the words themselves
        return "" if event.kind == "matter.outside_answered" else _("诉求人")
    if event.unit:
        return _("%(unit)s %(name)s") % {"unit": event.unit.name, "name": event.by_user.name}
    if event.by_post:
        return _("%(post)s %(name)s") % {"post": event.by_post, "name": event.by_user.name}
    return event.by_user.name
