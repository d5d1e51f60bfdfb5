"""How a page with many acts offers one, and the doors of a matter that concern its clocks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.accounts.requests import Request, swaps
from lastmeter.matters.forms import timing
from lastmeter.matters.forms.page import PageForm

OPEN = "act"  # the address's word for the form that stands open


@dataclass(frozen=True, slots=True)
class Door:
    """How the page offers an act: its address, its key, the words on its button, and the form it opens."""

    act: str
    noun: str
    key: str
    words: str | Promise
    form: type[PageForm]
    kind: str = "plain"


@dataclass(frozen=True)
class Offer:
    """A door that stands open now: its button and, when it asks something, its form in a dialog.

    `query` is the list's, which the page and its acts carry on; `part` names whose door it is on a page that has the
    same one for several.
    """

    door: Door
    setting: Any
    bound: PageForm | None
    address: str
    kind: str
    words: str | Promise
    query: str = ""
    part: object = ""
    asked: bool = False

    @cached_property
    def form(self) -> PageForm:
        """The form that came back, or a new one: made when somebody looks at it."""
        return self.bound if self.bound is not None else self.door.form(at=self.setting, key=self.part)

    @property
    def name(self) -> str:
        """The one name of this door on its page."""
        return f"{self.door.noun}-{self.part}" if self.part else self.door.noun

    @property
    def opening(self) -> str:
        """The query of the page on which this form stands open."""
        asked = urlencode({OPEN: self.name})
        return f"{self.query}&{asked}" if self.query else f"?{asked}"

    @property
    def dialog(self) -> str:
        return f"act-{self.name}"

    @property
    def asks(self) -> bool:
        return bool(self.door.form.base_fields) or self.door.form.GROWS

    @property
    def wrong(self) -> bool:
        return self.bound is not None and bool(self.bound.errors)

    @property
    def stands_open(self) -> bool:
        """Whether its dialog is open from the start: a form that came back wrong, or the one that was asked for."""
        return self.wrong or self.asked


def asked_for(request: Request) -> bool:
    """Whether a script wants one form and nothing else of the page."""
    return swaps(request) and request.method == "GET" and OPEN in request.GET


def at_hand(request: Request, main: Sequence[Offer], offered: Sequence[Offer]) -> list[Offer]:
    """The forms that stand on the page from the start: one that came back or was asked for, at the desk no other.

    The others are fetched when somebody opens them: a page has a dozen, and most are read without any. Out in the
    field, where a fetch may take long or fail, those of all the main buttons are there.
    """
    asked = request.GET.get(OPEN, "")
    if asked_for(request):
        return [replace(each, asked=True) for each in offered if each.name == asked and each.asks]
    near = main if request.shell == "field" else []
    found = [each for each in offered if each.asks and (each in near or each.bound or each.name == asked)]
    return [replace(each, asked=each.name == asked) for each in found]


# Somebody waits for these: they stand before everything else.
AWAITED = (
    Door("decide_extension", "extension-decision", "E", gettext_lazy("批复延期"), timing.ExtensionDecisionForm),
    Door("decide_suspension", "suspension-decision", "L", gettext_lazy("批复挂账"), timing.SuspensionDecisionForm),
    Door("respond", "response", "I", gettext_lazy("回复督办催办"), timing.ResponseForm),
)
TIMING = (
    Door("resume", "resumption", "", gettext_lazy("恢复计时"), timing.ResumptionForm),
    Door("pause", "pause", "", gettext_lazy("暂停计时"), timing.PauseForm),
    Door("extend", "extension", "", gettext_lazy("申请延期"), timing.ExtensionForm),
    Door("suspend", "suspension", "", gettext_lazy("申请挂账"), timing.SuspensionForm),
    Door("review_suspension", "suspension-review", "", gettext_lazy("复核挂账"), timing.ReviewForm),
    Door("lift", "suspension-lifting", "", gettext_lazy("解除挂账"), timing.LiftingForm),
    Door("urge", "urging", "", pgettext_lazy("button", "催办"), timing.UrgingForm),
    Door("supervise", "supervision", "", pgettext_lazy("button", "督办"), timing.SupervisionForm),
)
