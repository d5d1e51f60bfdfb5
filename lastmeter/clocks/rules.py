"""When a limit ends: pure arithmetic on the Chinese calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lastmeter.grid.rules import nearest, nearest_of_each
from lastmeter.kit import zhtime


@dataclass(frozen=True, slots=True)
class LimitRule:
    """A time limit as the arithmetic sees it; `id` names the row that is stored with the deadline."""

    id: int | None
    path: str
    kind: str
    profile: str
    category: int | None
    urgency: str
    amount: int
    measure: str
    warn_share: int

    def fits(self, kind: str, profile: str, category: int | None, urgency: str) -> bool:
        """Whether the rule speaks of such a case: its own blanks speak of all."""
        return (
            self.kind == kind
            and self.profile in ("", profile)
            and self.category in (None, category)
            and self.urgency in ("", urgency)
        )

    @property
    def particular(self) -> tuple[bool, bool, bool]:
        """At one node the rule that says more goes before the others."""
        return (self.category is not None, self.urgency != "", self.profile != "")


def choose(
    rules: Iterable[LimitRule], *, path: str, kind: str, profile: str, category: int | None, urgency: str
) -> LimitRule | None:
    """The rule that sets this deadline, or None when nobody has promised anything."""
    fitting = (rule for rule in rules if rule.fits(kind, profile, category, urgency))
    return nearest(fitting, path, lambda rule: rule.particular)


@dataclass(frozen=True, slots=True)
class RungRule:
    """A step of the ladder as the arithmetic sees it: `amount` of `measure` after the due moment, up to `level`."""

    path: str
    kind: str
    number: int
    amount: int
    measure: str
    level: int


def ladder(rungs: Iterable[RungRule], *, path: str, kind: str) -> list[RungRule]:
    """The steps that an overdue deadline of this kind climbs at this place, lowest number first."""
    fitting = (rung for rung in rungs if rung.kind in ("", kind))
    chosen = nearest_of_each(fitting, path, lambda rung: rung.number, lambda rung: rung.kind != "")
    return [chosen[number] for number in sorted(chosen)]


def next_step(
    steps: Iterable[RungRule], taken: int, due_at: datetime, calendar: zhtime.Calendar
) -> tuple[RungRule, datetime] | None:
    """The step after number `taken` with its moment, counted from the due moment; None at the top of the ladder."""
    following = next((each for each in steps if each.number > taken), None)
    return (following, due(due_at, following, calendar)) if following else None


def due(start: datetime, rule: LimitRule | RungRule, calendar: zhtime.Calendar) -> datetime:
    """When `rule` falls due for a clock started at `start` (aware)."""
    if rule.measure == "natural_hours":
        return zhtime.add_natural_hours(start, rule.amount)
    if rule.measure == "working_hours":
        return zhtime.add_working_hours(start, rule.amount, calendar, zhtime.Timetable())
    return zhtime.add_working_days(start, rule.amount, calendar)


def warn(start: datetime, due_at: datetime, share: int) -> datetime:
    """The moment of the yellow warning: `share` percent of the span is used up."""
    return start + timedelta(seconds=(due_at - start).total_seconds() * share / 100)
