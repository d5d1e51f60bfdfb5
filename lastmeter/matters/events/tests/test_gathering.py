"""Events: proposed, confirmed, taken apart again; one is handled, everybody is answered."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Pause
from lastmeter.dossiers.models import Access
from lastmeter.matters import closing, dispatch, handling, intake, lifecycle, policy, screening
from lastmeter.matters.closing import Ending
from lastmeter.matters.events import answering, finding, gathering, holding
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.bulk import changes
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import Closure, HotIssue, Incident, Matter, Membership, Message, Outcome, Source, Voice
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.timing import pausing
from tests.cast import Cast

Actors = Callable[[str], Actor]
NOW = timezone.now()
WORDS = "螺湖花园旁的搅拌站昼夜施工，粉尘和噪音让人睡不着"
OURS = {"matters.Membership", "matters.Incident"}  # the rows of events themselves


def report(cast: Cast, number: int, text: str = "", node: str = "grid") -> Matter:
    """One report of one person: the phone tells people apart."""
    said = intake.Report(
        text=text or f"{WORDS}，第{number}次说了",
        source=Source.PHONE,
        client_ref=f"e{number}",
        node_id=cast.nodes[node].pk,
        name=f"王{'甲乙丙丁戊己庚辛'[number % 8]}",
        phone=f"199000002{number:02}",
        on_behalf=True,
    )
    [taken] = intake.take_in([said], by=Actor.visitor("b"), client="b", now=NOW)
    assert isinstance(taken, intake.Taken), taken
    return fresh(taken.dossier_id)


def fresh(pk: int) -> Matter:
    return Matter.objects.select_related("dossier", "requester", "category", "unit").get(pk=pk)


def standing(matters: list[Matter]) -> dict[int, Any]:
    """Every row that belongs to these matters, but the event's own."""
    taken = changes.take([each.pk for each in matters])
    return {pk: {key: row for key, row in rows.items() if key[0] not in OURS} for pk, rows in taken.items()}


def gathered(cast: Cast, actor: Actors, count: int = 3) -> tuple[Incident, list[Matter]]:
    matters = [report(cast, number) for number in range(count)]
    made = gathering.gather(matters, lead=matters[0], title="搅拌站", by=actor("clerk"), now=NOW)
    return made, matters


def handled(matter: Matter, cast: Cast, actor: Actors) -> Matter:
    """A matter from the report to the answer of the unit."""
    screening.accept(matter, category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    dispatch.dispatch(fresh(matter.pk), unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    dispatch.sign(fresh(matter.pk), by=actor("handler"), now=NOW)
    dispatch.begin(fresh(matter.pk), by=actor("handler"), now=NOW)
    handling.reply(fresh(matter.pk), text="已停工整改。", outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    return fresh(matter.pk)


def test_many_people_and_one_thing_are_proposed_to_the_desk_and_nothing_is_joined_yet(cast: Cast) -> None:
    matters = [report(cast, number) for number in range(4)]
    other = report(cast, 9, "申请办理老年人优待证需要带什么材料，几点上班？")
    finding.rebuild(NOW)
    issue = HotIssue.objects.get()
    assert (issue.people, issue.messages) == (4, 4)
    made = gathering.propose(issue, now=NOW)
    assert made is not None
    assert made.state == Incident.State.PROPOSED
    assert set(made.memberships.values_list("matter", flat=True)) == {each.pk for each in matters}
    assert not Membership.objects.exclude(joined_at=None).exists()
    assert gathering.propose(issue, now=NOW) == made, "proposed once"
    assert Voice.objects.get(pk=other.pk).issue_id is None


def test_a_proposal_holds_nobody_who_speaks_of_something_else_and_bears_the_title_of_a_member(cast: Cast) -> None:
    matters = [report(cast, number) for number in range(4)]
    stranger = report(cast, 9, "螺湖花园门口晚上摆摊的太多，孩子过不了马路")
    finding.rebuild(NOW)
    issue = HotIssue.objects.get()
    Voice.objects.filter(pk=stranger.pk).update(issue=issue)
    made = gathering.propose(issue, now=NOW)
    assert made is not None
    assert set(made.memberships.values_list("matter", flat=True)) == {each.pk for each in matters}
    assert made.title in {each.dossier.title for each in matters}


def test_what_is_no_longer_alike_is_no_longer_proposed(cast: Cast) -> None:
    matters = [report(cast, number) for number in range(4)]
    finding.rebuild(NOW)
    made = gathering.propose(HotIssue.objects.get(), now=NOW)
    assert made is not None
    Voice.objects.filter(pk=matters[3].pk).update(issue=None)
    gathering.review(now=NOW)
    assert set(made.memberships.filter(left_at=None).values_list("matter", flat=True)) == {
        each.pk for each in matters[:3]
    }
    HotIssue.objects.all().delete()
    gathering.review(now=NOW)
    made.refresh_from_db()
    assert made.state == Incident.State.DISMISSED
    assert made.decided_by is None, "no person said so"


def test_one_person_who_writes_again_and_again_is_no_event(cast: Cast) -> None:
    for number in range(4):
        said = intake.Report(
            text=f"{WORDS}，第{number}次", source=Source.PHONE, client_ref=f"s{number}",
            node_id=cast.nodes["grid"].pk, name="王", phone="19900000299", on_behalf=True,
        )  # fmt: skip
        intake.take_in([said], by=Actor.visitor("b"), client="b", now=NOW)
    finding.rebuild(NOW)
    issue = HotIssue.objects.get()
    assert (issue.people, issue.messages) == (1, 4), "counts are kept apart"
    assert gathering.propose(issue, now=NOW) is None


def test_a_dismissed_proposal_comes_back_only_when_twice_as_many_speak(cast: Cast, actor: Actors) -> None:
    for number in range(3):
        report(cast, number)
    finding.rebuild(NOW)
    issue = HotIssue.objects.get()
    made = gathering.propose(issue, now=NOW)
    assert made is not None
    gathering.dismiss(made, reason="说的是两处", by=actor("clerk"), now=NOW)
    report(cast, 3)
    finding.arrive(NOW)
    issue.refresh_from_db()
    assert issue.messages == 4
    assert gathering.propose(issue, now=NOW) is None
    for number in (4, 5):
        report(cast, number)
    finding.arrive(NOW)
    issue.refresh_from_db()
    again = gathering.propose(issue, now=NOW)
    assert again is not None
    assert again.pk != made.pk


def test_a_follower_is_handled_with_its_lead_and_goes_on_where_it_stood_when_it_leaves(
    cast: Cast, actor: Actors
) -> None:
    event, (lead, follower, third) = gathered(cast, actor)
    with pytest.raises(Overtaken, match="一起办"):
        screening.accept(fresh(follower.pk), by=actor("clerk"), now=NOW)
    screening.accept(fresh(lead.pk), category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    gathering.leave(event, follower, by=actor("clerk"), now=NOW)
    screening.accept(fresh(follower.pk), category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    assert fresh(follower.pk).dossier.step == lifecycle.FILED
    assert fresh(third.pk).dossier.step == lifecycle.REPORTED
    with pytest.raises(Overtaken, match="牵头"):
        gathering.leave(event, lead, by=actor("clerk"), now=NOW)


def test_the_lead_cannot_end_while_a_member_has_no_answer(cast: Cast, actor: Actors) -> None:
    event, (lead, *others) = gathered(cast, actor)
    lead = handled(lead, cast, actor)
    with pytest.raises(Overtaken, match="逐一答复"):
        closing.close(lead, outcome=Outcome.SOLVED, by=actor("clerk"), now=NOW)
    with pytest.raises(Overtaken, match="每一位"):
        answering.close(event, Ending(Outcome.SOLVED, ""), by=actor("clerk"), now=NOW)
    assert all(fresh(each.pk).dossier.is_open for each in (lead, *others))


def test_closing_answers_everybody_in_their_own_words_and_channel(cast: Cast, actor: Actors) -> None:
    event, (lead, second, third) = gathered(cast, actor)
    lead = handled(lead, cast, actor)
    own = {third.pk: "您说的 3 号楼隔声窗下周一来装。"}
    answering.close(event, Ending(Outcome.SOLVED, "搅拌站已停工。"), own=own, by=actor("clerk"), now=NOW)
    words = dict(Closure.objects.values_list("matter", "words"))
    assert words == {lead.pk: "搅拌站已停工。", second.pk: "搅拌站已停工。", third.pk: own[third.pk]}
    for each in (lead, second, third):
        message = Message.objects.get(matter=each.pk, occasion="closed")
        assert words[each.pk][:6] in (message.words or "")
        assert fresh(each.pk).dossier.step == lifecycle.CLOSED
        assert fresh(each.pk).reopen_until is not None, "each may be reopened by whoever asked"
    event.refresh_from_db()
    assert event.state == Incident.State.CLOSED


def test_followers_are_told_what_happens_to_the_lead(cast: Cast, actor: Actors) -> None:
    _event, (lead, second, _third) = gathered(cast, actor)
    screening.accept(lead, category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    dispatch.dispatch(fresh(lead.pk), unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    assert Message.objects.filter(matter=lead.pk, occasion="dispatched").count() == 1
    assert Message.objects.filter(matter=second.pk, occasion="dispatched").count() == 1


def test_a_requester_may_always_withdraw_and_another_lead_is_chosen(cast: Cast, actor: Actors) -> None:
    event, (lead, second, third) = gathered(cast, actor)
    closing.withdraw(fresh(lead.pk), reason="搬走了", by=Actor.visitor("b"), now=NOW)
    screening.accept(fresh(second.pk), by=actor("clerk"), now=NOW)
    gathering.choose_lead(event, fresh(second.pk), by=actor("clerk"), now=NOW)
    with pytest.raises(Overtaken):
        screening.accept(fresh(third.pk), by=actor("clerk"), now=NOW)


def test_a_matter_is_in_one_event_at_a_time_and_only_the_desk_decides(cast: Cast, actor: Actors) -> None:
    event, (lead, *_others) = gathered(cast, actor)
    fourth = report(cast, 4)
    with pytest.raises(Overtaken, match="别的事件"):
        gathering.gather([fourth, lead], lead=fourth, title="又一件", by=actor("clerk"), now=NOW)
    with pytest.raises(policy.NotAllowed):
        gathering.split(event, reason="", by=actor("worker"), now=NOW)
    with pytest.raises(policy.NotAllowed):
        gathering.join(event, fourth, by=actor("other_clerk"), now=NOW)


def test_the_deadlines_of_followers_run_on_and_ring(cast: Cast, actor: Actors) -> None:
    _event, matters = gathered(cast, actor)
    later = NOW + timedelta(days=60)
    sweep.sweep(later)
    assert all(changes.take([each.pk]) for each in matters)
    rung = {each.pk for each in matters if fresh(each.pk).dossier.events.filter(kind__startswith="matter.overdue")}
    assert rung == {each.pk for each in matters}


STATES = ("reported", "filed", "dispatched", "handling", "paused")


def _bring(matter: Matter, state: str, cast: Cast, actor: Actors) -> None:
    if state == "reported":
        return
    screening.accept(matter, category=cast.category("env-noise"), by=actor("clerk"), now=NOW)
    if state == "filed":
        return
    dispatch.dispatch(fresh(matter.pk), unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    if state == "dispatched":
        return
    dispatch.sign(fresh(matter.pk), by=actor("handler"), now=NOW)
    dispatch.begin(fresh(matter.pk), by=actor("handler"), now=NOW)
    if state == "paused":
        until = NOW + timedelta(days=3)
        pausing.pause(fresh(matter.pk), reason=Pause.Reason.REQUESTER, until=until, by=actor("clerk"), now=NOW)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    states=st.lists(st.sampled_from(STATES), min_size=4, max_size=4),
    steps=st.lists(st.tuples(st.sampled_from(("join", "leave", "lead", "merge", "unmerge")), st.integers(0, 3))),
)
def test_joining_and_coming_apart_again_restores_the_exact_earlier_state(
    cast: Cast, actor: Actors, states: list[str], steps: list[tuple[str, int]]
) -> None:
    clerk = actor("clerk")
    with transaction.atomic():
        matters = [report(cast, number) for number in range(4)]
        for matter, state in zip(matters, states, strict=True):
            _bring(matter, state, cast, actor)
        before, seen, counts = standing(matters), _access(matters), _counts(actor)
        one = gathering.gather(matters[:2], lead=matters[0], title="一", by=clerk, now=NOW)
        two = gathering.gather(matters[2:], lead=matters[2], title="二", by=clerk, now=NOW)
        for verb, number in steps:
            _try(verb, one, two, matters[number], clerk)
        for event in (one, two):
            event.refresh_from_db()
            if event.state == Incident.State.CONFIRMED:
                gathering.split(event, reason="不是一件事", by=clerk, now=NOW)
        assert standing(matters) == before, "steps, clocks, requesters, assignments, everything"
        assert _access(matters) == seen
        assert _counts(actor) == counts
        assert not holding.members().exists()
        transaction.set_rollback(True)


def _try(verb: str, one: Incident, two: Incident, matter: Matter, by: Actor) -> None:
    """One step of somebody's to and fro; what is refused changes nothing."""
    acts: dict[str, Callable[[], object]] = {
        "join": lambda: gathering.join(one, matter, by=by, now=NOW),
        "leave": lambda: gathering.leave(one, matter, by=by, now=NOW),
        "lead": lambda: gathering.choose_lead(one, matter, by=by, now=NOW),
        "merge": lambda: gathering.merge(two, into=one, by=by, now=NOW),
        "unmerge": lambda: gathering.unmerge(two, by=by, now=NOW),
    }
    with suppress(Overtaken), transaction.atomic():
        acts[verb]()


def _access(matters: list[Matter]) -> set[tuple[Any, ...]]:
    rows = Access.objects.filter(dossier__in=[each.pk for each in matters], until=None)
    return set(rows.values_list("dossier", "unit", "post", "user", "role"))


def _counts(actor: Actors) -> list[int]:
    wanted = [Filters(step=each) for each in ("open", "waiting", "handling")]
    return [each for name in ("clerk", "handler") for each in reading.counts(actor(name), wanted, now=NOW)]


def test_merging_two_events_and_taking_it_back_leaves_each_with_its_own(cast: Cast, actor: Actors) -> None:
    clerk = actor("clerk")
    matters = [report(cast, number) for number in range(4)]
    one = gathering.gather(matters[:2], lead=matters[0], title="一", by=clerk, now=NOW)
    two = gathering.gather(matters[2:], lead=matters[3], title="二", by=clerk, now=NOW)
    gathering.merge(two, into=one, by=clerk, now=NOW)
    assert {each.pk for each in gathering.members(one)} == {each.pk for each in matters}
    gathering.unmerge(two, by=clerk, now=NOW)
    two.refresh_from_db()
    assert [each.pk for each in gathering.members(two)] == [matters[3].pk, matters[2].pk], "led as before"
    assert {each.pk for each in gathering.members(one)} == {each.pk for each in matters[:2]}
