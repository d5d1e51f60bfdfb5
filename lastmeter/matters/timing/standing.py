"""How a matter's clocks stand: what holds them, what is asked for, what presses, and which acts that leaves open."""

from dataclasses import dataclass
from datetime import datetime

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline, Demand, Extension, Pause, Suspension
from lastmeter.matters import policy
from lastmeter.matters.models import Matter
from lastmeter.matters.promises import WORK
from lastmeter.matters.reckoning import Promised
from lastmeter.matters.timing import rights


@dataclass(frozen=True, slots=True)
class Standing:
    """`fix` is the running deadline of the fix; the rest is None (or empty) where there is nothing of the kind."""

    fix: Deadline | None = None
    pause: Pause | None = None
    extension: Extension | None = None
    suspension: Suspension | None = None
    demands: tuple[Demand, ...] = ()

    @property
    def on_ledger(self) -> bool:
        return self.suspension is not None and self.suspension.state == Suspension.State.ON_LEDGER


def of(matter: Matter, promised: list[Promised]) -> Standing:
    """How it stands, from the dates that a page has read already; asks more only where they say that there is more.

    An ended matter has no clocks that run.
    """
    if not matter.dossier.is_open:
        return Standing()
    running = [each for each in promised if each.running]
    pauses = [hold.pause for each in running for hold in each.holds if hold.ended_at is None and hold.pause]
    asked = [ask for each in running for ask in each.extensions if ask.state == Extension.State.ASKED]
    return Standing(
        fix=next((each.deadline for each in running if each.deadline.kind in WORK), None),
        pause=pauses[0] if pauses else None,
        extension=asked[0] if asked else None,
        suspension=_suspended(running) or (_asked(matter) if any(each.waiting for each in running) else None),
        demands=_demands(matter) if any(each.deadline.kind in Demand.Kind for each in running) else (),
    )


def _suspended(running: list[Promised]) -> Suspension | None:
    holds = (hold for each in running for hold in each.holds if hold.ended_at is None)
    return next((hold.suspension for hold in holds if hold.suspension), None)


def _asked(matter: Matter) -> Suspension | None:
    return Suspension.objects.filter(dossier=matter.pk, state=Suspension.State.ASKED).first()


def _demands(matter: Matter) -> tuple[Demand, ...]:
    return tuple(Demand.objects.filter(dossier=matter.pk, ended_at=None).select_related("by").order_by("pk"))


def acts_for(actor: Actor, matter: Matter, standing: Standing, *, now: datetime) -> set[str]:
    """Which acts on the clocks are open to this actor now."""
    if not matter.dossier.is_open:
        return set()
    return _dates(actor, matter, standing, now) | _ledger(actor, matter, standing) | _pressing(actor, matter, standing)


def _dates(actor: Actor, matter: Matter, standing: Standing, now: datetime) -> set[str]:
    found = set()
    in_time = standing.fix is not None and standing.fix.due_at > now and not standing.on_ledger
    if policy.may(actor, "pause", matter) and (standing.pause or in_time):
        found.add("resume" if standing.pause else "pause")
    if in_time and standing.extension is None and policy.may(actor, "extend", matter):
        found.add("extend")
    if standing.extension and rights.may_decide(actor, matter, asked_level=standing.extension.level):
        found.add("decide_extension")
    return found


def _ledger(actor: Actor, matter: Matter, standing: Standing) -> set[str]:
    if standing.suspension is None:
        return {"suspend"} if policy.may(actor, "suspend", matter) else set()
    if not rights.may_decide(actor, matter, asked_level=standing.suspension.level):
        return set()
    return {"review_suspension", "lift"} if standing.on_ledger else {"decide_suspension"}


def _pressing(actor: Actor, matter: Matter, standing: Standing) -> set[str]:
    open_kinds = {each.kind for each in standing.demands}
    held = matter.unit_id is not None or matter.handler_id is not None
    found = set()
    if Demand.Kind.SUPERVISE not in open_kinds and rights.may_supervise(actor, matter):
        found.add("supervise")
    if Demand.Kind.URGE not in open_kinds and held and policy.may(actor, "urge", matter):
        found.add("urge")
    if open_kinds and rights.may_respond(actor, matter):
        found.add("respond")
    return found
