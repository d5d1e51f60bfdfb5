"""The course of one matter from its report to its archive, played through the real acts at the moments it names.

`Tale.run()` is a generator: it yields the moment of the next act and is resumed when the story's clock has come there.
"""

import random
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from lastmeter.accounts.actors import Actor
from lastmeter.kit.uploads import Photo
from lastmeter.matters import checking, closing, dispatch, handling, intake, lifecycle, screening, sending_up, settling
from lastmeter.matters.models import Cause, Channel, Matter, Objection, Outcome, Profile, Rating, Source, Urgency
from lastmeter.matters.reassigning import objections
from lastmeter.matters.talking import asking
from lastmeter.matters.together import parts
from lastmeter.project.demo import moments, photos
from lastmeter.project.demo.stage import Place, Stage
from lastmeter.project.demo.stories import Deck, Kind, Refusal, Stories
from lastmeter.project.demo.turns import TURNS

VISITOR = "demo-visitor-"  # how the clients of those without account begin
NEVER = datetime.max.replace(tzinfo=UTC)
VARIANTS = 3  # photos of one scene
ARCHIVED_AFTER = timedelta(days=30)
HURRY = {"emergency": 0.08, "urgent": 0.4, "normal": 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What happens in one tale. `fate` is the way it goes, `stalls` the act that does not come any more."""

    kind: Kind
    place: Place
    at: datetime
    text: str
    fate: str
    source: Source = Source.WEB
    name: str = ""
    phone: str = ""
    by: Actor | None = None
    pictures: int = 0
    stalls: str = ""
    pace: float = 1.0
    ups: int = 0
    returned: bool = False
    asked: str = ""  # "answered", or "silent"
    reworked: bool = False
    assisted: bool = False  # another unit is called in, and the worker gets a small task
    disputed: bool = False  # returned too often: the street decides
    turn: str = ""  # of turns.TURNS: what happens while somebody works on it
    address: str = ""
    score: Rating.Score | None = None
    reopened: bool = False
    refusal: Refusal | None = None
    joins: "Tale | None" = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What all tales share: the street, the sentences, the dice."""

    stage: Stage
    stories: Stories
    deck: Deck
    rng: random.Random


@dataclass(slots=True)
class Tale:
    """One matter under way."""

    number: int
    plan: Plan
    scene: Scene
    at: datetime = field(init=False)
    clerk: Actor = field(init=False)
    requester: Actor = field(init=False)
    floor: int = field(init=False)
    matter_id: int | None = None

    def __post_init__(self) -> None:
        self.at = self.plan.at
        self.clerk = self.scene.rng.choice(self.plan.place.clerks)
        self.requester = self.plan.by or Actor.visitor(f"{VISITOR}{self.number}")
        self.floor = self.scene.rng.randint(2, 9)

    @property
    def stage(self) -> Stage:
        """The street the tale plays in."""
        return self.scene.stage

    @property
    def matter(self) -> Matter:
        """The matter as it stands in the database now."""
        return Matter.objects.select_related("dossier").get(pk=self.matter_id)

    def run(self) -> Iterator[datetime]:
        """Play; yields when the next act happens."""
        yield self.at
        if self.plan.fate == "found":
            self._found()
            yield from self._archive()
            return
        self._report()
        yield from FATES[self.plan.fate](self)

    # --- words and moments

    def _say(self, sentences: Sequence[str]) -> str:
        return self._fill(self.scene.deck.draw(sentences))

    def _fill(self, sentence: str) -> str:
        return sentence.format(
            spot=self.plan.place.node.name, floor=self.floor, home=f"{self.floor}0{self.floor % 4 + 1}"
        )

    def _words(self, name: str) -> str:
        return self._say(self.scene.stories.words[name])

    def _chance(self, share: float) -> bool:
        return self.scene.rng.random() < share

    def _office(self, hours: float, act: str = "") -> datetime:
        """About so many hours later, when offices are open; never when the tale stalls at this act."""
        if act and act == self.plan.stalls:
            return NEVER
        hurry = HURRY[self.plan.kind.urgency]
        later = self.at + moments.spread(hours * self.plan.pace * hurry, self.scene.rng)
        at_once = self.plan.kind.urgency == Urgency.EMERGENCY
        self.at = later if at_once else moments.at_office(later, self.scene.rng)
        return self.at

    def office(self, hours: float) -> datetime:
        """For its turns: about so many hours later, when offices are open."""
        return self._office(hours)

    def _home(self, hours: float) -> datetime:
        """About so many hours later, when people are awake."""
        self.at = moments.awake(self.at + moments.spread(hours, self.scene.rng), self.scene.rng)
        return self.at

    def _pictures(self, count: int) -> tuple[Photo, ...]:
        scene = self.plan.kind.photo
        return tuple(picture(scene, (self.number + at) % VARIANTS) for at in range(count)) if scene else ()

    # --- the beginning

    def _as_report(self, **more: object) -> intake.Report:
        plan, rng = self.plan, self.scene.rng
        staff = plan.source in (Source.PATROL, Source.PHONE, Source.COUNTER, Source.MESSAGE)
        known = staff or self._chance(0.5)
        located = plan.source in (Source.WEB, Source.PATROL) and self._chance(0.6)
        category = self.scene.stage.categories[(plan.refusal or plan.kind).category]
        return intake.Report(
            text=self._fill(plan.text),
            source=plan.source,
            client_ref=f"demo-{self.number:04}",
            node_id=plan.place.node.pk,
            lon=plan.place.lon + rng.uniform(-4e-5, 4e-5) if located else None,
            lat=plan.place.lat + rng.uniform(-4e-5, 4e-5) if located else None,
            place=plan.place.node.name if self._chance(0.7) else "",
            category_id=category.pk if known else None,
            urgency=Urgency(plan.kind.urgency) if staff else Urgency.NORMAL,
            name=plan.name,
            phone=plan.phone,
            address=plan.address,
            phone_verified=bool(plan.phone) and self._chance(0.7),
            photos=self._pictures(plan.pictures),
            **more,  # type: ignore[arg-type]  # on_behalf, consent
        )

    def _report(self) -> None:
        for_others = self.plan.source in (Source.PHONE, Source.COUNTER, Source.MESSAGE)
        by, client = self.requester, self.requester.client or f"user:{self.requester.user_id}"
        more: dict[str, object] = {}
        if for_others:
            by, client = self.clerk, f"user:{self.clerk.user_id}"
            more = {"on_behalf": True, "consent": f"{intake.CONSENT_VERSION}/oral"}
        [taken] = intake.take_in([self._as_report(**more)], by=by, client=client, now=self.at)
        self._keep(taken)

    def _found(self) -> None:
        worker = self.plan.place.worker
        self._keep(
            settling.found_and_settled(
                self._as_report(),
                result=self._say(self.plan.kind.settled),
                by=worker,
                client=f"user:{worker.user_id}",
                now=self.at,
            )
        )

    def _keep(self, taken: intake.Taken | intake.Refused) -> None:
        if isinstance(taken, intake.Refused):
            raise ValueError(taken.reason)
        self.matter_id = taken.dossier_id

    # --- fates

    def settle(self) -> Iterator[datetime]:
        """The worker of the grid goes there and settles it."""
        worker = self.plan.place.worker
        yield self._home(4) if self.plan.stalls != "settle" else NEVER
        if self._chance(0.5):
            dispatch.take(self.matter, by=worker, now=self.at)
            yield self._home(3)
        settling.settle(
            self.matter,
            result=self._say(self.plan.kind.settled),
            photos=self._pictures(1) if self._chance(0.4) else (),
            by=worker,
            now=self.at,
        )
        yield from self._afterwards()

    def grid(self) -> Iterator[datetime]:
        """The worker takes it, needs a few days, answers; the community closes."""
        worker = self.plan.place.worker
        yield self._office(3, "take")
        dispatch.take(self.matter, by=worker, now=self.at)
        yield from self._ask(worker)
        yield from self._handle(worker)
        yield from self._close(worker, self.clerk)

    def desk(self) -> Iterator[datetime]:
        """Up to the desk that can do it, to a unit, answered, checked, closed."""
        yield from self._up()
        desk = self.scene.stage.dispatcher if self.plan.ups == 2 else self.clerk
        yield self._office(1, "accept")
        category = self.scene.stage.categories[self.plan.kind.category]
        urgency = Urgency(self.plan.kind.urgency)
        screening.accept(self.matter, category=category, urgency=urgency, by=desk, now=self.at)
        yield from self._ask(desk)
        yield self._office(0.7, "dispatch")
        handler = yield from self._dispatched(desk)
        yield from self._handle(handler)
        yield from self._close(handler, desk)

    def withdraw(self) -> Iterator[datetime]:
        """The requester thinks better of it."""
        yield self._home(1)
        closing.withdraw(self.matter, reason=self._words("withdrawals"), by=self.requester, now=self.at)
        yield from self._archive()

    def refuse(self) -> Iterator[datetime]:
        """Not ours: rejected, or told where it belongs."""
        refusal = self.plan.refusal
        if refusal is None:
            raise ValueError("a refusal needs its reason")
        yield self._office(2, "accept")
        if refusal.channel:
            channel = Channel(refusal.channel)
            screening.divert(self.matter, channel=channel, reason=refusal.reason, by=self.clerk, now=self.at)
        else:
            screening.reject(self.matter, reason=refusal.reason, by=self.clerk, now=self.at)
        yield from self._archive()

    def merge(self) -> Iterator[datetime]:
        """Somebody else has said the same; joined to theirs while it is open, else handled by itself."""
        yield self._office(1.5)
        first = self.plan.joins
        if first is None or first.matter_id is None or not first.matter.dossier.is_open:
            yield from self.desk()
            return
        screening.merge(self.matter, into=first.matter, by=self.clerk, now=self.at)
        yield from self._archive()

    # --- parts of them

    def _up(self) -> Iterator[datetime]:
        for by in (self.plan.place.worker, self.clerk)[: self.plan.ups]:
            yield self._office(1, "send_up")
            sending_up.send_up(self.matter, reason=self._words("ups"), by=by, now=self.at)

    def _ask(self, by: Actor) -> Iterator[datetime]:
        if not self.plan.asked:
            return
        questions = self.plan.kind.questions or self.scene.stories.words["questions"]
        asking.ask(self.matter, question=self._say(questions), by=by, now=self.at)
        yield self._home(9) if self.plan.asked == "answered" else self._office(60)
        if self.plan.asked == "answered":
            answers = self.plan.kind.answers or self.scene.stories.words["answers"]
            asking.answer(self.matter, text=self._say(answers), by=self.requester, now=self.at)

    def _dispatched(self, desk: Actor) -> Generator[datetime, None, Actor]:
        if not self.plan.kind.unit:
            worker = self.plan.place.worker
            dispatch.dispatch(self.matter, user=worker.user, by=desk, now=self.at)
            yield from self._signed(worker)
            return worker
        right = self.scene.stage.unit_of(self.plan.kind.unit, self.plan.place)
        if self.plan.returned:
            yield from self._returned(desk, right)
        self._to_unit(right, desk)
        handler = self.scene.stage.handlers[right]
        if self.plan.disputed:
            yield from self._disputed(desk, right)
        yield from self._signed(handler)
        return handler

    def _to_unit(self, name: str, desk: Actor) -> None:
        requests = self.plan.kind.requests or self.scene.stories.words["requests"]
        dispatch.dispatch(
            self.matter, unit=self.scene.stage.units[name], request=self._say(requests), by=desk, now=self.at
        )

    def _returned(self, desk: Actor, right: str) -> Iterator[datetime]:
        """First to the wrong unit, which gives it back."""
        wrong = self.scene.rng.choice([name for name in self.scene.stage.units if name != right])
        self._to_unit(wrong, desk)
        yield self._in_time_to_return(self._office(7))
        handler = self.scene.stage.handlers[wrong]
        objections.send_back(
            self.matter, reason=Objection.Reason.NOT_DUTY, words=self._words("backs"), by=handler, now=self.at
        )
        yield self._office(3, "again")

    def _in_time_to_return(self, at: datetime) -> datetime:
        """That moment, or one before the window closes in which a unit may return what it was given."""
        until = objections.leave_to_return(self.matter, now=at).until
        self.at = at if until is None else min(at, until - timedelta(hours=1))
        return self.at

    def _disputed(self, desk: Actor, unit: str) -> Iterator[datetime]:
        """Given back as often as the rules allow, and given out again each time; then it waits for a ruling."""
        handler = self.scene.stage.handlers[unit]
        for again in (True, True, False):
            yield self._office(2)
            objections.object_to(
                self.matter, reason=Objection.Reason.NOT_DUTY, words=self._words("backs"), by=handler, now=self.at
            )
            if again:
                yield self._office(1)
                self._to_unit(unit, desk)

    def _signed(self, handler: Actor) -> Iterator[datetime]:
        yield self._office(1.5, "sign")
        dispatch.sign(self.matter, by=handler, now=self.at)
        yield self._office(3, "begin")
        dispatch.begin(self.matter, by=handler, now=self.at)

    def _handle(self, handler: Actor) -> Iterator[datetime]:
        """Work on it, perhaps with others, and answer."""
        if self.plan.assisted:
            yield self._office(1)
            self._call_in(handler)
        if self.plan.turn:
            yield from TURNS[self.plan.turn](self, handler)
        if self._chance(0.35):
            yield self._office(5)
            handling.note(self.matter, text=self._words("notes"), by=handler, now=self.at)
        yield self._office(34, "reply")
        self._reply(handler)

    def _call_in(self, handler: Actor) -> None:
        """Another unit assists, and somebody in the grid gets a small task."""
        stage, worker = self.scene.stage, self.plan.place.worker
        other = next(unit for name, unit in sorted(stage.units.items()) if name != self.plan.kind.unit)
        parts.call_in(self.matter, unit=other, request=self._words("assists"), by=handler, now=self.at)
        if worker.user is not None:
            due_at = moments.at_office(self.at + timedelta(days=2), self.scene.rng)
            parts.give_task(
                self.matter, request=self._words("tasks"), user=worker.user, due_at=due_at, by=handler, now=self.at
            )

    def _reply(self, handler: Actor) -> None:
        outcome, words = self._outcome()
        text = self._say(self.plan.kind.replies) + words
        shown = self._pictures(1) if self._chance(0.45) else ()
        handling.reply(self.matter, text=text, outcome=outcome, photos=shown, by=handler, now=self.at)

    def _outcome(self) -> tuple[Outcome, str]:
        if self.plan.kind.explained:
            return Outcome.EXPLAINED, ""
        if self._chance(0.1):
            return Outcome.PARTLY, self._words("partly")
        return (Outcome.IMPOSSIBLE, self._words("impossible")) if self._chance(0.03) else (Outcome.SOLVED, "")

    def _close(self, handler: Actor, desk: Actor) -> Iterator[datetime]:
        """The desk checks the answer, sends it back once when it does not hold, and closes."""
        if self.plan.reworked:
            yield self._office(8)
            closing.rework(self.matter, reason=self._words("reworks"), by=desk, now=self.at)
            yield self._office(14, "reply again")
            self._reply(handler)
        if self.matter.profile == Profile.CITY:
            yield self._office(7, "check")
            self._check()
        elif self.plan.stalls in ("verify", "close") or self._chance(0.6):
            yield self._office(7, "verify")
            closing.verify(self.matter, by=desk, now=self.at)
        yield self._office(10, "close")
        self._closed(desk)
        yield from self._afterwards()

    def _check(self) -> None:
        """Somebody in the grid has looked, and it is true."""
        checking.check(self.matter, matches=True, words=self._words("checks"), by=self.plan.place.worker, now=self.at)

    def _closed(self, desk: Actor) -> None:
        matter = self.matter
        outcome = Outcome(matter.replies.latest("pk").outcome)
        reason = "" if outcome == Outcome.SOLVED else self._words("unsolved")
        closing.close(
            matter,
            outcome=outcome,
            words=self._words("closed"),
            reason=reason,
            cause=self.scene.rng.choice(list(Cause)) if self._chance(0.6) else None,
            despite=self._words("unsolved") if matter.parts.filter(ended_at=None).exists() else "",
            by=desk,
            now=self.at,
        )

    def _afterwards(self) -> Iterator[datetime]:
        """The call, the rating, perhaps once more, the archive."""
        if self._chance(0.5) and self.plan.phone:
            yield from self._revisit()
        if self.plan.score is not None:
            yield self._home(26)
            self._rate(self.plan.score, solved=not self.plan.reopened)
        if self.plan.reopened:
            yield self._home(5)
            closing.reopen(self.matter, reason=self._words("reopens"), by=self.requester, now=self.at)
            yield from self._once_more()
        yield from self._archive()

    def _revisit(self) -> Iterator[datetime]:
        yield self._office(18, "revisit")
        if self._chance(0.2):
            words = self._words("not_reached")
            closing.revisit(self.matter, reached=False, solved=None, words=words, by=self.clerk, now=self.at)
            yield self._office(8)
        solved = not self.plan.reopened
        words = self._words("revisits") if solved else ""
        closing.revisit(self.matter, reached=True, solved=solved, words=words, by=self.clerk, now=self.at)

    def _rate(self, score: Rating.Score, *, solved: bool) -> None:
        words = self._words(Rating.Score(score).name.lower())
        closing.rate(self.matter, score=score, solved=solved, words=words, by=self.requester, now=self.at)

    def _once_more(self) -> Iterator[datetime]:
        yield self._office(4, "again")
        handler = yield from self._dispatched(self.clerk)
        yield self._office(20, "reply again")
        self._reply(handler)
        yield self._office(6)
        if self.matter.profile == Profile.CITY:
            self._check()
        self._closed(self.clerk)
        if self._chance(0.7):
            yield self._home(20)
            self._rate(Rating.Score.FAIR, solved=True)

    def _archive(self) -> Iterator[datetime]:
        self.at = moments.at_office(self.at + ARCHIVED_AFTER, self.scene.rng)
        yield self.at
        matter = self.matter
        if matter.profile == Profile.HOTLINE and matter.dossier.step == lifecycle.CLOSED:
            words = self._words("revisits")
            closing.revisit(matter, reached=True, solved=True, words=words, by=self.clerk, now=self.at)
        closing.archive(self.matter, by=self.clerk, now=self.at)


FATES: dict[str, Callable[[Tale], Iterator[datetime]]] = {
    "settle": Tale.settle,
    "grid": Tale.grid,
    "desk": Tale.desk,
    "withdraw": Tale.withdraw,
    "refuse": Tale.refuse,
    "merge": Tale.merge,
}


@lru_cache(maxsize=200)
def picture(scene: str, variant: int) -> Photo:
    """A photo, drawn once."""
    return photos.take(scene, variant)
