"""协办与小任务: a part of the work for another unit or a person, with its own deadline and its own sign-off."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.clocks import deadlines
from lastmeter.dossiers import access, attachments
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.models import Unit
from lastmeter.kit.text import on_record
from lastmeter.kit.uploads import Photo
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import policy
from lastmeter.matters.catalogue import community
from lastmeter.matters.models import Matter, Part
from lastmeter.matters.steps import Overtaken, move, tell_story
from lastmeter.matters.talking import tell
from lastmeter.matters.whistles import legs

MOST = 20


@transaction.atomic
def call_in(
    matter: Matter, *, unit: Unit, request: str, due_at: datetime | None = None, by: Actor, now: datetime
) -> Part:
    """请协办: a unit assists; who has the matter leads on. Without `due_at` the limit row of kind "assist" says when.

    Raises Overtaken for the leading unit itself and for one that assists already, NotAsked for a community that may
    not even be asked to assist in this.
    """
    move(matter, "call_in", by=by, now=now)
    if unit.pk == matter.unit_id:
        raise Overtaken(_("主办单位不用请自己协办。"))
    _may_be_asked(matter, unit=unit, user=None, by=by, now=now)
    made = _give(matter, Part(kind=Part.Kind.ASSIST, unit=unit, request=request, due_at=due_at), by=by, now=now)
    tell_story(matter, "called_in", _asked(made), by=by, now=now, unit_id=matter.unit_id)
    told = on_record(gettext_lazy("请%(unit)s协助办理。"), unit=unit.name)
    tell_story(matter, "assisted", told, by=by, now=now, public=True)
    tell.partner(made, "called_in", gettext_lazy("请你们协办"), by=by, now=now)
    return made


@transaction.atomic
def give_task(
    matter: Matter,
    *,
    request: str,
    due_at: datetime,
    unit: Unit | None = None,
    user: User | None = None,
    by: Actor,
    now: datetime,
) -> Part:
    """交办小任务: one thing for one person or unit, by a date.

    Raises NotAsked for a community or its people who may not even be asked to assist in this.
    """
    move(matter, "give_task", by=by, now=now)
    _may_be_asked(matter, unit=unit, user=user, by=by, now=now)
    task = Part(kind=Part.Kind.TASK, unit=unit, user=user, request=request, due_at=due_at)
    made = _give(matter, task, by=by, now=now)
    tell_story(matter, "task_given", _asked(made), by=by, now=now, unit_id=matter.unit_id)
    tell.partner(made, "task_given", gettext_lazy("有一个小任务"), by=by, now=now)
    return made


def _may_be_asked(matter: Matter, *, unit: Unit | None, user: User | None, by: Actor, now: datetime) -> None:
    """Neither as help nor as a small task does a community get what its list forbids."""
    today = now.astimezone(CHINA).date()
    community.require(
        path=matter.dossier.path,
        category_id=matter.category_id,
        unit=unit,
        user=user,
        assisting=True,
        by=by,
        today=today,
    )


def _give(matter: Matter, part: Part, *, by: Actor, now: datetime) -> Part:
    part.matter, part.by_id, part.at = matter, by.user_id, now
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError:
        raise Overtaken(_("这个单位已经在协办。")) from None
    clock = deadlines.Wanted(
        part.kind,
        matter.dossier.path,
        now,
        profile=matter.profile,
        category_id=matter.category_id,
        urgency=matter.urgency,
        leg=part.leg,
        unit_id=part.unit_id,
        promised=part.due_at,
    )
    for started in deadlines.start(matter.pk, [clock], now=now):
        part.due_at = started.due_at
        part.save(update_fields=["due_at"])
    if part.unit_id:
        access.grant_units(matter.pk, [part.unit_id], role="assistant", now=now)
    elif part.user_id:
        access.grant_user(matter.pk, part.user_id, role="assistant", now=now)
    return part


def _asked(part: Part) -> str:
    return on_record(gettext_lazy("%(who)s：%(words)s"), who=part.name, words=part.request)


@transaction.atomic
def sign(part: Part, *, by: Actor, now: datetime) -> None:
    """签收协办: seen, and it will be done. Raises Overtaken when it was signed or ended already."""
    matter = _mine(part, by)
    move(matter, "part_sign", by=by, now=now)
    if not Part.objects.filter(pk=part.pk, ended_at=None, signed_at=None).update(signed_at=now):
        raise Overtaken(_("这一份已经签收或者结束了。"))
    tell_story(matter, "part_signed", part.request, by=by, now=now, unit_id=part.unit_id)


def finish(part: Part, *, result: str, photos: Sequence[Photo] = (), by: Actor, now: datetime) -> None:
    """办完协办 or a task, with what was done; who leads is told. Raises Overtaken when it ended already."""
    files = attachments.keep_files(photos)
    with transaction.atomic():
        matter = _mine(part, by)
        move(matter, "part_finish", by=by, now=now)
        _end(part, now=now, result=result, ended_by=by.user_id)
        deadlines.end(matter.pk, [part.kind], leg=part.leg, now=now)
        told = tell_story(matter, "part_finished", result, by=by, now=now, unit_id=part.unit_id)
        attachments.attach(told, photos, files, by=by, now=now)
        _leave(part, now=now)
        tell.leading([matter], "part_finished", gettext_lazy("协办或小任务已办完"), by=by, now=now)


@transaction.atomic
def cancel(part: Part, *, reason: str, by: Actor, now: datetime) -> None:
    """取消协办 or a task, with the reason. Raises Overtaken when it ended already."""
    matter = part.matter
    move(matter, "part_cancel", by=by, now=now)
    _end(part, now=now, result=reason, cancelled=True, ended_by=by.user_id)
    deadlines.end(matter.pk, [part.kind], leg=part.leg, now=now, void=True)
    told = on_record(gettext_lazy("%(who)s：%(words)s"), who=part.name, words=reason)
    tell_story(matter, "part_cancelled", told, by=by, now=now, unit_id=matter.unit_id)
    tell.partner(part, "part_cancelled", gettext_lazy("不用再协办"), by=by, now=now)
    _leave(part, now=now)


def _mine(part: Part, by: Actor) -> Matter:
    """The part's matter, once it is clear that the part is this actor's: another assistant may not sign for them."""
    if by.kind != "system" and not policy.does(by, part):
        raise policy.NotAllowed(_("这一份不是交给您的。"))
    return part.matter


def _end(part: Part, *, now: datetime, **values: object) -> None:
    if not Part.objects.filter(pk=part.pk, ended_at=None).update(ended_at=now, **values):
        raise Overtaken(_("这一份已经结束了。"))


def _leave(part: Part, *, now: datetime) -> None:
    """Taking part ends with the last open part, unless the matter lies with them."""
    matter = part.matter
    same = {"unit_id": part.unit_id} if part.unit_id else {"user_id": part.user_id}
    if Part.objects.filter(matter=matter, ended_at=None, **same).exists():
        return
    if (part.unit_id and part.unit_id == matter.unit_id) or (part.user_id and part.user_id == matter.handler_id):
        return
    access.withdraw(matter.pk, now=now, unit_id=part.unit_id, user_id=part.user_id)


def of_person(actor: Actor) -> list[Part]:
    """What this person still has to do for others, the earliest due first: one query."""
    if actor.user is None:
        return []
    rows = Part.objects.filter(user=actor.user_id, ended_at=None, matter__dossier__is_open=True)
    return list(rows.select_related("matter__dossier").order_by("due_at", "pk")[:MOST])


def open_parts(matter: Matter) -> list[Part]:
    """What others still have to do, the earliest due first."""
    found = [each for each in matter.parts.all() if each.ended_at is None]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at, each.pk))


def tie_up(matters: Sequence[Matter], despite: str) -> None:
    """Raise Overtaken while a part is open and nobody says why the matter ends all the same, or under a whistle.

    Holds the matters until the act is through, so that no part is given meanwhile and cancelled unsaid, and no whistle
    blown: why a whistle ends with units at work is said by its own approver, not by whoever closes the matter.
    """
    keys = [each.pk for each in matters]
    list(Dossier.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    if legs.blown(keys):
        raise Overtaken(legs.still_blown())
    if not despite and untied(keys):
        raise Overtaken(still_open())


def untied(matter_ids: Sequence[int]) -> set[int]:
    """Which of these matters have parts that are still open."""
    return set(Part.objects.filter(matter__in=matter_ids, ended_at=None).values_list("matter", flat=True))


def still_open() -> str:
    """What is said when parts of the work are open at the end."""
    return _("还有协办或小任务没有办完：先办完或取消，或者写明为什么现在就办结。")
