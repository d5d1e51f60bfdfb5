"""Whatever is done, in whatever order: a whistle is never done with a unit at work, unless its head says why."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Access
from lastmeter.matters.models import Called, Whistle
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.whistles import approving, blowing, conferences, ending, lifecycle, reporting_in, routing
from lastmeter.matters.whistles.owners import Owner
from tests.cast import Cast
from tests.test_seams import a_matter

WHO = ("clerk", "secretary", "dispatcher", "organiser", "handler", "other_handler", "worker")
ACTS = (
    "approve", "route", "sign", "arrive", "depart", "object", "sign_off", "release", "call_more", "withdraw", "upgrade",
    "complete", "complete_despite", "convene", "conclude", "decision_done", "rate", "sweep",
)  # fmt: skip
PLAIN = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(WHO), st.integers(0, 3)), max_size=18)


class Town:
    """The whistle of one matter and what anybody may try to do with it."""

    def __init__(self, cast: Cast, actor: Callable[[str], Actor]) -> None:
        self.cast, self.actor, self.now = cast, actor, timezone.now()
        self.whistle = blowing.blow(
            a_matter(cast), colour="blue", request="看", attempts="劝过", by=actor("clerk"), now=self.now
        )

    def attempt(self, act: str, who: str, at: int) -> None:
        """Try it; what is not allowed or comes too late changes nothing."""
        self.now += timedelta(minutes=7)
        try:
            with transaction.atomic():
                self._do(act, self.actor(who), at)
        except (NotAllowed, Overtaken):
            pass
        newest = Whistle.objects.filter(matter=self.whistle.matter_id).order_by("-pk").first()
        assert newest is not None
        self.whistle = newest

    def _do(self, act: str, by: Actor, at: int) -> None:
        whistle, now = self.whistle, self.now
        unit = (self.cast.units["urban"], self.cast.units["market"])[at % 2]
        called = Called.objects.filter(whistle=whistle, unit=unit).select_related("unit", "whistle").first()
        decision = whistle.decisions.select_related("unit").filter(done_at=None).first()
        meeting = whistle.conferences.first()
        if act == "approve":
            approving.approve(whistle, by=by, now=now)
        elif act == "route":
            routing.route(whistle, lead=unit, assists=list(self.cast.units.values())[: at % 3], by=by, now=now)
        elif act == "call_more":
            routing.call_more(whistle, unit=unit, by=by, now=now)
        elif act == "withdraw":
            blowing.withdraw(whistle, reason="算了", by=by, now=now)
        elif act == "upgrade":
            blowing.upgrade(whistle, colour=("blue", "yellow", "red")[at % 3], reason="抗拒", by=by, now=now)
        elif act == "complete":
            ending.complete(whistle, result="好", by=by, now=now)
        elif act == "complete_despite":
            ending.complete_despite(whistle, result="好", despite="另案", by=by, now=now)
        elif act == "convene":
            conferences.convene(whistle, at=now, place="室", chair="程", agenda="归谁", by=by, now=now)
        elif act == "conclude" and meeting:
            agreed = [conferences.Agreed(Owner(unit=unit), "办", now + timedelta(days=1))]
            conferences.conclude(meeting, minutes="归城管", agreed=agreed, by=by, now=now)
        elif act == "decision_done" and decision:
            conferences.finish(decision, result="办了", by=by, now=now)
        elif act == "rate":
            marks = {each.pk: ending.Marks(5, 5, 5, solved=True) for each in ending.rated(whistle)}
            ending.rate(whistle, marks=marks, by=by, now=now)
        elif act == "sweep":
            sweep.sweep(now + timedelta(hours=at))
        elif called is not None:
            self._leg(act, called, by)

    def _leg(self, act: str, called: Called, by: Actor) -> None:
        there = called.attendances.filter(out_at=None).first()
        if act == "sign":
            reporting_in.sign(called, by=by, now=self.now)
        elif act == "arrive":
            reporting_in.arrive(called, client_ref=f"{self.now:%s}", by=by, now=self.now)
        elif act == "depart" and there:
            reporting_in.depart(there, by=by, now=self.now)
        elif act == "object":
            reporting_in.object_to(called, reason="不归我们", by=by, now=self.now)
        elif act == "sign_off":
            ending.sign_off(called, measures="办了", by=by, now=self.now)
        elif act == "release":
            routing.release(called, reason="不用了", by=by, now=self.now)

    def check(self) -> None:
        """What holds after every act."""
        for whistle in Whistle.objects.filter(matter=self.whistle.matter_id):
            at_work = whistle.called.filter(ended_at=None).count()
            owed = whistle.decisions.filter(done_at=None).count()
            assert whistle.open_legs == at_work + owed
            running = Deadline.objects.filter(dossier=whistle.matter_id, ended_at=None)
            legs = {each.leg for each in whistle.called.filter(ended_at=None)}
            assert {each.leg for each in running if each.kind == "whistle"} >= legs or whistle.ended_at
            if whistle.step in (lifecycle.DONE, lifecycle.CLOSED):
                assert (at_work, owed) == (0, 0)
                left = whistle.called.filter(ending=Called.Ending.DESPITE)
                assert whistle.despite or not left.exists(), "left at work, and nobody said why"
            if whistle.ended_at:
                assert at_work == 0
                there = Access.objects.filter(dossier=whistle.matter_id, until=None, role="whistled")
                assert self.whistle.pk != whistle.pk or not there.exists(), "nobody looks on after the end"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=PLAIN)
def test_whatever_happens_nobody_is_left_at_work(
    cast: Cast, actor: Callable[[str], Actor], acts: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        town = Town(cast, actor)
        for act, who, at in acts:
            town.attempt(act, who, at)
            town.check()
        transaction.set_rollback(True)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=PLAIN)
def test_nor_after_the_units_were_called(
    cast: Cast, actor: Callable[[str], Actor], acts: list[tuple[str, str, int]]
) -> None:
    with transaction.atomic():
        town = Town(cast, actor)
        for act, who, at in [("approve", "secretary", 0), ("route", "dispatcher", 2), *acts]:
            town.attempt(act, who, at)
            town.check()
        transaction.set_rollback(True)
