"""请补充: a question to the requester, called to mind before its date; unanswered, the matter goes on or ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor, system
from lastmeter.clocks import book, deadlines
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers import attachments
from lastmeter.kit.alone import each_alone
from lastmeter.kit.text import on_record
from lastmeter.kit.uploads import Photo
from lastmeter.matters import policy
from lastmeter.matters.closing import Ending, write_closure
from lastmeter.matters.models import Enquiry, LapseRule, Matter, Outcome
from lastmeter.matters.steps import Overtaken, end_assignment, move, tell_story
from lastmeter.matters.talking import lapsing, tell
from lastmeter.matters.together import parts

ASK_KIND = "ask"
AT_ONCE = 500
CLOCK = system("clock")


def ask(matter: Matter, *, question: str, by: Actor, now: datetime) -> Enquiry:
    """Ask the requester for more. Raises Overtaken when a question is open already or the matter has ended."""
    policy.require(by, "ask", matter)
    if not matter.dossier.is_open:
        raise Overtaken(_("这件事已经结束，不能再请诉求人补充。"))
    planned = _planned(matter, now)
    lapses_at = planned.due_at if planned else now + timedelta(days=5)
    try:
        with transaction.atomic():
            asked = Enquiry.objects.create(
                matter=matter, question=question, by_id=by.user_id, at=now, lapses_at=lapses_at,
                remind_at=planned.warn_at if planned else None,
            )  # fmt: skip
            tell_story(matter, "asked", question, by=by, now=now, public=True)
    except IntegrityError:
        raise Overtaken(_("已经有一个问题在等诉求人回答。")) from None
    return asked


def _planned(matter: Matter, now: datetime) -> Deadline | None:
    """How long a question stays open and when it is called to mind: the limit row of kind "ask"."""
    wanted = deadlines.Wanted(ASK_KIND, matter.dossier.path, now, category_id=matter.category_id)
    return deadlines.plan(wanted, book.current_rules(now))


def answer(matter: Matter, *, text: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """The requester adds something, asked for or not; the handler and the desk are told."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        Enquiry.objects.filter(matter=matter, ended_at=None).update(answer=text, ended_at=now)
        told = tell_story(matter, "answered", text, by=by, now=now, public=True)
        attachments.attach(told, photos, files, by=by, now=now)
        _tell_staff(matter, "answered", by=by, now=now)


def _tell_staff(matter: Matter, kind: str, *, by: Actor, now: datetime) -> None:
    words = {"answered": _("诉求人补充了情况"), "ask_lapsed": _("没有等到诉求人补充，请按现有情况办理")}[kind]
    if matter.unit_id or matter.handler_id:
        tell.assigned([matter], kind, words, by=by, now=now)
    else:
        tell.desk([matter], kind, words, by=by, now=now)


def remind(now: datetime) -> int:
    """Call open questions to mind, each once, before they lapse. Returns how many."""
    waiting = Enquiry.objects.filter(ended_at=None, reminded_at=None, remind_at__lte=now, lapses_at__gt=now)

    def remind_one(pk: int) -> bool:
        if not Enquiry.objects.filter(pk=pk, ended_at=None, reminded_at=None).update(reminded_at=now):
            return False
        asked = _with_matter(pk)
        tell_story(asked.matter, "ask_reminded", asked.question, by=CLOCK, now=now, public=True)
        return True

    return each_alone(waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE], remind_one)


def lapse(now: datetime) -> int:
    """End the questions whose date has passed: the requester, the handler or desk are told, and the rule is followed.

    Returns how many ended.
    """
    over = Enquiry.objects.filter(ended_at=None, lapses_at__lte=now).order_by("lapses_at", "pk")

    def lapse_one(pk: int) -> bool:
        if not Enquiry.objects.filter(pk=pk, ended_at=None).update(ended_at=now):
            return False
        _lapse_one(_with_matter(pk).matter, now)
        return True

    return each_alone(over.values_list("pk", flat=True)[:AT_ONCE], lapse_one)


def _with_matter(pk: int) -> Enquiry:
    return Enquiry.objects.select_related(
        "matter__dossier", "matter__category", "matter__requester", "matter__unit"
    ).get(pk=pk)


def _lapse_one(matter: Matter, now: datetime) -> None:
    rule = lapsing.rule_for(matter, now)
    if rule and rule.then == LapseRule.Then.CLOSE and _closed(matter, rule, now):
        return
    tell_story(matter, "ask_lapsed", on_record(_("按现有情况继续办理。")), by=CLOCK, now=now, public=True)
    _tell_staff(matter, "ask_lapsed", by=CLOCK, now=now)


def _closed(matter: Matter, rule: LapseRule, now: datetime) -> bool:
    """Close by rule; False where the matter has gone past the steps at which nothing but the answer was missing."""
    try:
        close_unanswered(matter, rule, now=now)
    except Overtaken:
        return False
    return True


@transaction.atomic
def close_unanswered(matter: Matter, rule: LapseRule, *, now: datetime) -> None:
    """补充到期办结: closed as the rule says. Raises Overtaken where more than the answer is missing."""
    parts.tie_up([matter], "")
    move(matter, "close_unanswered", by=CLOCK, now=now)
    words = on_record(
        _("没有等到补充，按规定办结（%(basis)s）。情况补齐了，可以要求重办。"),
        basis=rule.basis or on_record(_("补充到期规则")),
    )
    tell_story(matter, "ask_lapsed", by=CLOCK, now=now)
    tell_story(matter, "closed", words, by=CLOCK, now=now, public=True)
    tell.assigned([matter], "ask_closed", _("没有等到补充，已按规则办结"), by=CLOCK, now=now)
    end_assignment([matter], now=now)
    write_closure(matter, Ending(Outcome(rule.outcome), words), by=CLOCK, now=now)
