"""Every profile × step × act, tried through the act itself: allowed as the table says, or refused in words."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.models import Dossier
from lastmeter.matters import (
    checking,
    closing,
    dispatch,
    handling,
    intake,
    lifecycle,
    profiles,
    promises,
    repeats,
    screening,
    sending_up,
    settling,
)
from lastmeter.matters.events import answering
from lastmeter.matters.models import (
    Assignment,
    Cap,
    Channel,
    Closure,
    LapseRule,
    Matter,
    Objection,
    Outcome,
    Part,
    Profile,
    Rating,
    Revisit,
    Source,
)
from lastmeter.matters.reassigning import corrections, disputes, objections, transfers
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import asking
from lastmeter.matters.together import parts
from lastmeter.matters.whistles import blowing
from tests.cast import Cast

Actors = Callable[[str], Actor]
NOW = timezone.now()
VISITOR = Actor.visitor("browser")
Act = Callable[..., object]


class Scene:
    """Who and what the acts of one table need."""

    def __init__(self, cast: Cast, actor: Actors, other: Matter) -> None:
        self.cast, self.actor, self.other = cast, actor, other
        self.urban, self.market = cast.units["urban"], cast.units["market"]

    def by(self, name: str) -> dict[str, Any]:
        return {"by": self.actor(name), "now": NOW}

    def part(self, matter: Matter) -> Part:
        return matter.parts.get(kind=Part.Kind.ASSIST)


def object_by(act: Callable[..., object]) -> Act:
    return lambda m, scene: act(m, reason=Objection.Reason.NOT_DUTY, words="不归我们", **scene.by("handler"))


ACTS: dict[str, Act] = {
    "settle": lambda m, scene: settling.settle(m, result="清了", despite="不等了", **scene.by("worker")),
    "answer_with_event": lambda m, scene: answering.answer(
        m, closing.Ending(Outcome.SOLVED, "一并答复", despite="不等了"), **scene.by("clerk")
    ),
    "accept": lambda m, scene: screening.accept(m, **scene.by("clerk")),
    "merge": lambda m, scene: screening.merge(m, into=scene.other, **scene.by("clerk")),
    "repeat": lambda m, scene: repeats.repeat(m, of=scene.other, **scene.by("clerk")),
    "hand_over": lambda m, scene: screening.hand_over(m, called="119", **scene.by("worker")),
    "divert": lambda m, scene: screening.divert(m, channel=Channel.MARKET, reason="找商家", **scene.by("clerk")),
    "reject": lambda m, scene: screening.reject(m, reason="没有事实", **scene.by("clerk")),
    "change_profile": lambda m, scene: profiles.change(m, profile=another(m), reason="更合适", **scene.by("clerk")),
    "correct": lambda m, scene: corrections.correct(m, category=scene.cast.category("env-litter"), **scene.by("clerk")),
    "dispatch": lambda m, scene: dispatch.dispatch(m, unit=scene.urban, **scene.by("clerk")),
    "take": lambda m, scene: dispatch.take(m, **scene.by("worker")),
    "sign": lambda m, scene: dispatch.sign(m, **scene.by("handler")),
    "begin": lambda m, scene: dispatch.begin(m, **scene.by("handler")),
    "recall": lambda m, scene: dispatch.recall(m, reason="人走了", **scene.by("clerk")),
    "redirect": lambda m, scene: corrections.redirect(m, unit=scene.market, reason="派错了", **scene.by("clerk")),
    "send_up": lambda m, scene: sending_up.send_up(m, reason="办不了", **scene.by("worker")),
    "send_back": object_by(objections.send_back),
    "dispute": object_by(objections.dispute),
    "uphold": lambda m, scene: disputes.uphold(m, words="职责清单第 3 条", **scene.by("dispatcher")),
    "award": lambda m, scene: disputes.award(m, unit=scene.market, words="归市场监管", **scene.by("dispatcher")),
    "confer": lambda m, scene: disputes.confer(m, words="两家会商", **scene.by("dispatcher")),
    "propose_transfer": lambda m, scene: transfers.propose(m, unit=scene.market, words="他们管", **scene.by("handler")),
    "grant_transfer": lambda m, scene: transfers.grant(m, **scene.by("clerk")),
    "refuse_transfer": lambda m, scene: transfers.refuse(m, words="请继续", **scene.by("clerk")),
    "call_in": lambda m, scene: parts.call_in(m, unit=scene.market, request="查油烟", **scene.by("handler")),
    "give_task": lambda m, scene: parts.give_task(
        m, request="拍照", user=scene.cast.users["worker"], due_at=NOW + timedelta(days=1), **scene.by("clerk")
    ),
    "blow": lambda m, scene: blowing.blow(
        m, colour="blue", request="来看", attempts="劝过", client_ref=m.dossier.step, **scene.by("clerk")
    ),
    "part_sign": lambda m, scene: parts.sign(scene.part(m), **scene.by("other_handler")),
    "part_finish": lambda m, scene: parts.finish(scene.part(m), result="查过了", **scene.by("other_handler")),
    "part_cancel": lambda m, scene: parts.cancel(scene.part(m), reason="不用了", **scene.by("clerk")),
    "reply": lambda m, scene: handling.reply(m, text="修好了", outcome=Outcome.SOLVED, **scene.by("handler")),
    "verify": lambda m, scene: closing.verify(m, **scene.by("clerk")),
    "confirm": lambda m, scene: checking.check(m, matches=True, **scene.by("worker")),
    "contradict": lambda m, scene: checking.check(m, matches=False, words="还在", **scene.by("worker")),
    "rework": lambda m, scene: closing.rework(m, reason="还差一半", **scene.by("clerk")),
    "close": lambda m, scene: closing.close(m, outcome=Outcome.SOLVED, despite="不等了", **scene.by("clerk")),
    "close_unanswered": lambda m, scene: asking.close_unanswered(m, LapseRule(outcome="explained"), now=NOW),
    "revisit": lambda m, scene: closing.revisit(m, reached=True, solved=True, words="", **scene.by("clerk")),
    "miss": lambda m, scene: closing.revisit(m, reached=False, solved=None, words="", **scene.by("clerk")),
    "rate": lambda m, scene: closing.rate(m, score=Rating.Score.FAIR, solved=True, words="", by=VISITOR, now=NOW),
    "reopen": lambda m, scene: closing.reopen(m, by=VISITOR, now=NOW),
    "reopen_for": lambda m, scene: closing.reopen_for(m, reason="电话里说没好", **scene.by("clerk")),
    "complain": lambda m, scene: closing.complain(m, by=VISITOR, now=NOW),
    "withdraw": lambda m, scene: closing.withdraw(m, reason="", by=VISITOR, now=NOW),
    "archive": lambda m, scene: closing.archive(m, **scene.by("clerk")),
}
AWAITS_DISPUTE = {"uphold", "award", "confer"}
AWAITS_TRANSFER = {"grant_transfer", "refuse_transfer"}
ON_PARTS = {"part_sign", "part_finish", "part_cancel"}


def another(matter: Matter) -> Profile:
    return Profile.HOTLINE if matter.profile != Profile.HOTLINE else Profile.GRID


def filed(cast: Cast, ref: str, **values: object) -> Matter:
    report = intake.Report(
        text="夜市油烟呛人",
        source=Source.WEB,
        client_ref=ref,
        node_id=cast.nodes["grid"].pk,
        **values,  # type: ignore[arg-type]
    )
    [taken] = intake.take_in([report], by=VISITOR, client="browser", now=NOW)
    assert isinstance(taken, intake.Taken)
    return fresh(taken.dossier_id)


def fresh(pk: int) -> Matter:
    return Matter.objects.select_related("dossier", "category").get(pk=pk)


def put(matter: Matter, profile: str, step: str, act: str, cast: Cast) -> Matter:
    """Stand the matter at a step of a profile, with all that the act needs there besides the step."""
    its = lifecycle.BY_NAME[step]
    Dossier.objects.filter(pk=matter.pk).update(step=step, is_open=its.open)
    # It lies with the unit at every step, so that only the table can be what refuses the unit's acts.
    unit, until = cast.units["urban"], NOW + timedelta(days=3)
    Matter.objects.filter(pk=matter.pk).update(profile=profile, unit=unit, reopen_until=until)
    Assignment.objects.create(matter=matter, unit=unit, at=NOW)
    Cap.objects.filter(kind=Cap.Kind.RETURNS).update(most=0 if act == "dispute" else 2)
    profiles._caps._kept.get().clear()
    if its.name in (*lifecycle.ENDED, lifecycle.ARCHIVED):
        Closure.objects.create(matter=matter, outcome=Outcome.SOLVED, at=NOW)
    for awaited, kind in ((AWAITS_DISPUTE, Objection.Kind.DISPUTE), (AWAITS_TRANSFER, Objection.Kind.TRANSFER)):
        if act in awaited:
            Objection.objects.create(
                matter=matter, kind=kind, reason="other", words="不归我们", at=NOW, to_unit=cast.units["market"]
            )
    if act in ON_PARTS:
        Part.objects.create(matter=matter, kind=Part.Kind.ASSIST, unit=cast.units["market"], request="查", at=NOW)
    if act == "archive":
        Revisit.objects.bulk_create(Revisit(matter=matter, reached=False, at=NOW) for _ in range(3))
    return fresh(matter.pk)


def test_the_test_knows_every_act_of_the_table() -> None:
    assert set(ACTS) == set(lifecycle.ACTS)


@pytest.mark.parametrize("profile", [each.name for each in lifecycle.PROFILES])
def test_each_act_from_each_step_does_what_the_table_says(profile: str, cast: Cast, actor: Actors) -> None:
    scene = Scene(cast, actor, filed(cast, "other"))
    matter = filed(cast, "one")
    for step in lifecycle.STEPS:
        for act, carry_out in ACTS.items():
            with transaction.atomic():
                here = put(matter, profile, step.name, act, cast)
                check(profile, step.name, act, here, partial(carry_out, scene=scene))
                transaction.set_rollback(True)
            profiles._caps._kept.get().clear()


def check(profile: str, step: str, act: str, matter: Matter, carry_out: Callable[[Matter], object]) -> None:
    """One cell of the table."""
    cell = f"{profile} × {step} × {act}"
    row = lifecycle.row(profile, act)
    if row is None or step not in row.before:
        with pytest.raises(Overtaken) as refused, transaction.atomic():
            carry_out(matter)
        assert len(str(refused.value)) > 5, cell
        assert Dossier.objects.get(pk=matter.pk).step == step, cell
        return
    carry_out(matter)
    after = Dossier.objects.get(pk=matter.pk)
    assert after.step == (row.after or step), cell
    assert after.is_open == lifecycle.BY_NAME[after.step].open, cell
    assert after.version > matter.dossier.version or act in ON_PARTS, cell


@pytest.mark.parametrize("profile", lifecycle.WHOLE)
def test_no_open_step_of_a_flow_is_without_a_clock(profile: str, cast: Cast, actor: Actors) -> None:
    """From the report to the closing, with a return, a transfer and a reopening on the way, something always runs."""
    scene = Scene(cast, actor, filed(cast, "other"))
    matter = filed(cast, "one", profile=Profile(profile))
    acts = ["accept", "dispatch", "send_back", "dispatch", "sign", "begin", "reply"]
    acts += {"city": ["verify", "confirm", "rework", "reply", "confirm"], "petition": []}.get(profile, ["verify"])
    acts += ["close", "reopen", "dispatch", "sign", "recall", "dispatch", "sign", "begin", "reply"]
    for act in acts:
        ACTS[act](fresh(matter.pk), scene)
        dossier = Dossier.objects.get(pk=matter.pk)
        running = Deadline.objects.filter(dossier=matter.pk, ended_at=None).count()
        assert (running > 0) == dossier.is_open, act
        assert (dossier.due_at is not None) == dossier.is_open, act


def test_a_petition_runs_its_three_legs_with_their_own_limits(cast: Cast, actor: Actors) -> None:
    scene = Scene(cast, actor, filed(cast, "other"))
    matter = filed(cast, "one", profile=Profile.PETITION)

    def running() -> dict[str, int]:
        rows = Deadline.objects.filter(dossier=matter.pk, ended_at=None)
        return {each.kind: (each.due_at - each.started_at).days for each in rows}

    assert running() == {"register": 15}
    ACTS["dispatch"](matter, scene)
    assert running() == {"accept": 15}
    ACTS["sign"](fresh(matter.pk), scene)
    assert running() == {"fix": 60}
    for act in ("begin", "reply", "close"):
        ACTS[act](fresh(matter.pk), scene)
    assert running() == {}
    assert fresh(matter.pk).reopen_until == NOW + timedelta(days=30)
    ACTS["reopen"](fresh(matter.pk), scene)
    assert running() == {"recheck": 30, "register": 15}
    for act in ("dispatch", "sign"):
        ACTS[act](fresh(matter.pk), scene)
    assert running() == {"recheck": 30}


def test_the_clock_of_the_whole_matter_survives_every_change_of_hands(cast: Cast, actor: Actors) -> None:
    scene = Scene(cast, actor, filed(cast, "other"))
    matter = filed(cast, "one")
    fix = Deadline.objects.get(dossier=matter.pk, kind="fix")
    for act in ("dispatch", "send_back", "dispatch", "redirect"):
        ACTS[act](fresh(matter.pk), scene)
    again = Deadline.objects.get(dossier=matter.pk, kind="fix")
    assert (again.pk, again.started_at, again.due_at) == (fix.pk, fix.started_at, fix.due_at)
    assert promises.until(matter, "return", NOW, now=NOW) is not None
