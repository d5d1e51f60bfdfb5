"""吹哨、撤回、升级: what exceeds a level's own power is whistled up, with what was tried before."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import deadlines
from lastmeter.grid.models import Node, Unit
from lastmeter.kit import ids
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import policy
from lastmeter.matters.models import (
    Called,
    Colour,
    Matter,
    Profile,
    Source,
    Tier,
    Whistle,
    WhistleSource,
    WhistleStep,
)
from lastmeter.matters.steps import Overtaken, move
from lastmeter.matters.whistles import approving, legs, levels, lifecycle, rights, steps, tell

SOURCES = {
    Source.PATROL: WhistleSource.PATROL,
    Source.WEB: WhistleSource.ONLINE,
    Source.PLATE: WhistleSource.ONLINE,
    Source.IMPORT: WhistleSource.HOTLINE,
}


@transaction.atomic
def blow(
    matter: Matter,
    *,
    colour: str,
    request: str,
    attempts: str,
    units: Sequence[Unit] = (),
    tier: str = "",
    client_ref: str = "",
    by: Actor,
    now: datetime,
) -> Whistle:
    """吹哨 on a matter: `request` is what is asked of the units, `attempts` what was tried before.

    The tier follows from the post that blows; whoever heads that level needs no other to agree. The same `client_ref`
    answers with the whistle that it made. Raises Overtaken while another whistle of the matter is running.
    """
    if by.user is None:
        raise ValueError("only a person blows a whistle")
    client_ref = client_ref or ids.new_token()
    if made := Whistle.objects.filter(blown_by=by.user, client_ref=client_ref).first():
        return made
    post = rights.blowing_post(by, matter)
    if post is None:
        raise policy.not_allowed()
    move(matter, "blow", by=by, now=now)
    whistle = Whistle(
        matter=matter,
        number=ids.new_matter_number(),
        colour=Colour(colour),
        rank=_rank(matter, colour, now),
        tier=tier or rights.tier_of(post.level),
        source=source_of(matter),
        request=request,
        attempts=attempts,
        origin_id=post.node_id or 0,
        blown_by=by.user,
        client_ref=client_ref,
        asked_at=now,
    )
    _keep(whistle)
    whistle.requested.set(units)
    words = on_record(gettext_lazy("%(request)s（已做：%(attempts)s）"), request=request, attempts=attempts)
    steps.story(whistle, "blown", words, by=by, now=now)
    _ask(whistle, by=by, now=now)
    return whistle


def _rank(matter: Matter, colour: str, now: datetime) -> int:
    return levels.at(matter.dossier.path, now.astimezone(CHINA).date())[colour].rank


def source_of(matter: Matter) -> WhistleSource:
    """哨源, from what the matter knows of itself."""
    if matter.profile == Profile.HOTLINE:
        return WhistleSource.HOTLINE
    if matter.profile == Profile.PETITION:
        return WhistleSource.PETITION
    return SOURCES.get(Source(matter.source), WhistleSource.COUNTER)


def _keep(whistle: Whistle) -> None:
    try:
        with transaction.atomic():
            whistle.save(force_insert=True)
    except IntegrityError:
        raise Overtaken(_("这件事已经吹过哨，还没有结束。")) from None


def _ask(whistle: Whistle, *, by: Actor, now: datetime) -> None:
    """To the head for approval; a head's own whistle is approved as it is blown."""
    clock = legs.wanted(whistle, lifecycle.APPROVE, now, leg=legs.leg_of(whistle))
    deadlines.start(whistle.matter_id, [clock], now=now)
    origin: Node = whistle.origin
    if rights.heads_here(by, whistle.matter.dossier.path, origin.level):
        approving.approve(whistle, by=by, now=now)
    else:
        tell.heads(whistle, "asked", gettext_lazy("请审核吹哨"), by=by, now=now)


@transaction.atomic
def withdraw(whistle: Whistle, *, reason: str, by: Actor, now: datetime) -> None:
    """撤回, as long as no unit has reported in. Raises Overtaken afterwards: then it is done together."""
    held = steps.begin(whistle, "withdraw", by=by)
    if held.called.exclude(signed_at=None, arrived_at=None).exists():
        raise Overtaken(_("已经有单位应哨，不能撤回；请一起办结。"))
    told = {each.unit_id: each.rank for each in legs.end_legs(held, Called.Ending.VOID, by_id=by.user_id, now=now)}
    legs.let_go(held, now=now)
    steps.go(held, "withdraw", ended_at=now, ended_words=reason)
    steps.story(held, "withdrawn", reason, by=by, now=now)
    tell.units(held, told, "withdrawn", gettext_lazy("哨已撤回，不用再来"), by=by, now=now)


@transaction.atomic
def upgrade(whistle: Whistle, *, colour: str, tier: str = "", reason: str, by: Actor, now: datetime) -> Whistle:
    """升级: a new whistle of a higher colour or tier takes the place of this one; units not done go over to it.

    It is the head's act and so approved; the level that hears it calls the units anew, with new limits. Raises
    Overtaken when neither colour nor tier is higher.
    """
    held = steps.begin(whistle, "upgrade", by=by)
    tier = tier or held.tier
    if not _is_higher(held, colour, tier) or by.user is None:
        raise Overtaken(_("升级要选更高的哨级，或更高的层级。"))
    carried = legs.end_legs(held, Called.Ending.CARRIED, by_id=by.user_id, now=now)
    units = [each.unit_id for each in carried] or list(held.requested.values_list("pk", flat=True))
    legs.step_aside(held, now=now)
    steps.go(held, "upgrade", ended_at=now, ended_words=reason)
    higher = Whistle(
        matter=held.matter, number=ids.new_matter_number(), colour=colour, rank=_rank(held.matter, colour, now),
        tier=tier, source=held.source, request=held.request, attempts=held.attempts, origin=held.origin,
        blown_by=held.blown_by, client_ref=f"up:{held.pk}", asked_at=now, upgrade_of=held,
        step=WhistleStep.APPROVED, approved_by=by.user, approved_at=now,
    )  # fmt: skip
    _keep(higher)
    higher.requested.set(units)
    steps.story(higher, "upgraded", reason, by=by, now=now)
    approving.hand_on(higher, by=by, now=now)
    return higher


ORDER = {each.value: number for number, each in enumerate((*Colour, *Tier))}


def _is_higher(whistle: Whistle, colour: str, tier: str) -> bool:
    before = ORDER[whistle.colour], ORDER[whistle.tier]
    after = ORDER[colour], ORDER[tier]
    return after != before and all(later >= earlier for earlier, later in zip(before, after, strict=True))
