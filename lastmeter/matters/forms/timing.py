"""Forms that move a matter's dates or press for an answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.clocks import extending
from lastmeter.clocks.models import Pause, Suspension
from lastmeter.clocks.wording import said
from lastmeter.kit.forms import Day, Line
from lastmeter.kit.zhtime import closing
from lastmeter.matters.forms.acts import ActForm
from lastmeter.matters.forms.fields import Words
from lastmeter.matters.timing.standing import Standing

MOST_AMOUNT = 10_000


class TimingForm(ActForm):
    """An act on the clocks: it knows how they stand."""

    @property
    def standing(self) -> Standing:
        return self.at.standing


class PauseForm(TimingForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("为什么要等"), choices=Pause.Reason.choices, widget=forms.RadioSelect, initial="requester"
    )
    until = Day(label=gettext_lazy("等到哪天"), help_text=gettext_lazy("那天下班时自动恢复计时。"))
    words = Words(label=gettext_lazy("说明（诉求人会看到）"), required=False, rows=2)

    def clean_until(self) -> Any:
        return closing(self.cleaned_data["until"])


class ResumptionForm(TimingForm):
    words = Words(label=gettext_lazy("说明（诉求人会看到）"), required=False, rows=2)


class ExtensionForm(TimingForm):
    amount = forms.IntegerField(label=gettext_lazy("延长多少"), min_value=1, max_value=MOST_AMOUNT)
    reason = Words(label=gettext_lazy("为什么到期办不完"))

    def prepare(self) -> None:
        fix, most = self.standing.fix, None
        if fix is None:
            return
        field, measure = self.fields["amount"], extending.measure_of(fix)
        field.label = _("延长多少（%(measure)s）") % {"measure": dict(MEASURES)[measure]}
        most = extending.most(fix, self.at.matter.dossier.path, timezone.now())
        if most:
            field.help_text = _("一次最多 %(most)s，由上一级工作台批复。") % {"most": said(most, measure)}


MEASURES = (
    ("working_days", gettext_lazy("工作日")),
    ("working_hours", gettext_lazy("工作小时")),
    ("natural_hours", gettext_lazy("小时")),
)


class DecisionForm(TimingForm):
    """Approve or refuse; a refusal says why."""

    CHOICES = (("approve", gettext_lazy("同意")), ("refuse", gettext_lazy("不同意")))
    verdict = forms.ChoiceField(
        label=gettext_lazy("批复"), choices=CHOICES, widget=forms.RadioSelect, initial="approve"
    )
    words = Words(label=gettext_lazy("批复意见"), required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        approve = cleaned.get("verdict") == "approve"
        if not approve and not cleaned.get("words"):
            raise ValidationError({"words": _("不同意要写明理由。")})
        return {**cleaned, "approve": approve}


class ExtensionDecisionForm(DecisionForm):
    pass


class SuspensionDecisionForm(DecisionForm):
    pass


class SuspensionForm(TimingForm):
    """挂账: everything that the ledger has to say, in writing (DOMAIN.md 5.5)."""

    reason = forms.ChoiceField(
        label=gettext_lazy("为什么现在办不了"),
        choices=Suspension.Reason.choices,
        widget=forms.RadioSelect,
        initial="policy",
    )
    words = Words(label=gettext_lazy("书面说明"), limit=2000)
    responsible = Line(limit=100, label=gettext_lazy("责任单位"))
    next_step = Words(label=gettext_lazy("下一步（诉求人会看到）"), rows=2)
    condition = Words(label=gettext_lazy("具备什么条件就解除"), rows=2)
    review_on = Day(label=gettext_lazy("哪天复核"), help_text=gettext_lazy("那天工作台会收到提醒。"))

    def prepare(self) -> None:
        matter = self.at.matter
        desk = _("%(level)s工作台") % {"level": matter.get_desk_level_display()}
        self.initial = {"responsible": matter.unit.name if matter.unit else desk}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        unit = self.at.matter.unit
        return {**cleaned, "unit": unit if unit and unit.name == cleaned.get("responsible") else None}


class ReviewForm(TimingForm):
    next_step = Words(label=gettext_lazy("下一步（诉求人会看到）"), rows=2)
    next_on = Day(label=gettext_lazy("下次哪天复核"))

    def prepare(self) -> None:
        if self.standing.suspension:
            self.initial = {"next_step": self.standing.suspension.next_step}


class LiftingForm(TimingForm):
    words = Words(label=gettext_lazy("为什么可以解除（诉求人会看到）"), rows=2)


class DemandForm(TimingForm):
    words = Words(label=gettext_lazy("要求对方做什么、回复什么"))


class SupervisionForm(DemandForm):
    pass


class UrgingForm(DemandForm):
    pass


class ResponseForm(TimingForm):
    words = Words(label=gettext_lazy("现在办到哪一步、哪天能办完"), limit=2000)
