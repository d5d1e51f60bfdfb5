"""How a matter's page offers an act, and the doors that concern its clocks."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from lastmeter.matters.forms import acts as forms
from lastmeter.matters.forms import timing


@dataclass(frozen=True, slots=True)
class Door:
    """How the page offers an act: its address, its key, the words on its button, and the form it opens."""

    act: str
    noun: str
    key: str
    words: str | Promise
    form: type[forms.ActForm]
    kind: str = "plain"


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
