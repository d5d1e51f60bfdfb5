"""Catalogues that come with LastMeter, by the name under which the command line and the desk know them."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from lastmeter.matters.catalogue.loading import Order


@dataclass(frozen=True, slots=True)
class Shipped:
    """A file of the package and how it is loaded."""

    file: str
    order: Order
    since: date | None = None  # the day the standard itself names; else it holds here from the day it is loaded

    def ordered(self, today: date) -> Order:
        """How it is loaded on that day (China date)."""
        return replace(self.order, valid_from=self.since or today)

    def path(self) -> Path:
        """The file."""
        return DATA / self.file


DATA = Path(__file__).parent / "data"
MAPPING = DATA / "local_mapping.csv"  # which local category is which of the two schemes below, for a start
SHIPPED = {
    "db44t2479": Shipped(
        "db44t2479-2024.csv",
        Order(
            scheme="db44t2479",
            name="广东省 12345 热线诉求分类",
            edition="DB44/T 2479-2024",
            valid_from=date.max,
            source="DB44/T 2479-2024 附录 A，第三方摘录",
            unchecked=True,
        ),
    ),
    "gbt47678": Shipped(
        "gbt47678.5-2026.csv",
        Order(
            scheme="gbt47678",
            name="城市运行管理部件和事项",
            edition="GB/T 47678.5-2026",
            valid_from=date.max,
            source="GB/T 47678.5-2026，第三方转写",
            offered=False,
            unchecked=True,
        ),
        since=date(2026, 7, 1),
    ),
}
