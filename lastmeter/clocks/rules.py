"""When a limit ends: pure arithmetic on the Chinese calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

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

    def fits(self, path: str, kind: str, profile: str, category: int | None, urgency: str) -> bool:
        """Whether the rule speaks of this case: its own blanks speak of all."""
        return (
            self.kind == kind
            and path.startswith(self.path)
            and self.profile in ("", profile)
            and self.category in (None, category)
            and self.urgency in ("", urgency)
        )

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Nearest ancestor first; at one node the most particular rule first."""
        return (len(self.path), self.category is not None, self.urgency != "", self.profile != "")


def choose(
    rules: Iterable[LimitRule], *, path: str, kind: str, profile: str, category: int | None, urgency: str
) -> LimitRule | None:
    """The rule that sets this deadline, or None when nobody has promised anything."""
    fitting = [rule for rule in rules if rule.fits(path, kind, profile, category, urgency)]
    return max(fitting, key=lambda rule: rule.rank, default=None)


def due(start: datetime, rule: LimitRule, calendar: zhtime.Calendar) -> datetime:
    """When `rule` falls due for a clock started at `start` (aware)."""
    if rule.measure == "natural_hours":
        return zhtime.add_natural_hours(start, rule.amount)
    if rule.measure == "working_hours":
        return zhtime.add_working_hours(start, rule.amount, calendar, zhtime.Timetable())
    return zhtime.add_working_days(start, rule.amount, calendar)


def warn(start: datetime, due_at: datetime, share: int) -> datetime:
    """The moment of the yellow warning: `share` percent of the span is used up."""
    return start + timedelta(seconds=(due_at - start).total_seconds() * share / 100)
