"""Forms by which a matter changes hands: returned, disputed, decided, handed on, put right."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.grid.models import Unit
from lastmeter.kit import zhtime
from lastmeter.kit.forms import offer
from lastmeter.matters.forms.acts import CHOOSE, ActForm, Classified, taker_label
from lastmeter.matters.forms.fields import Words
from lastmeter.matters.models import Objection
from lastmeter.matters.takers import Taker


class UnitField(forms.ChoiceField):
    """One of the units that serve the place; cleans to the Unit, or None."""

    def clean(self, value: Any) -> Unit | None:
        chosen = super().clean(value)
        return Unit.objects.get(pk=int(chosen)) if chosen else None


class TakerField(forms.ChoiceField):
    """A unit or a person that serves the place; cleans to the value of a `Taker`, which its form looks up."""


def taker_of(form: ActForm, name: str) -> Taker | None:
    """The taker that was chosen in a field, None for the blank choice."""
    return next((each for each in form.at.takers if each.value == form.cleaned_data.get(name)), None)


class Return(ActForm):
    """退回, or past window and number 提请裁定: the form says beforehand which of the two it is."""

    reason = forms.ChoiceField(
        label=gettext_lazy("为什么"), choices=Objection.Reason.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    words = Words(label=gettext_lazy("说明（依据、情况）"))
    to_unit = UnitField(label=gettext_lazy("建议交给"), required=False)

    def prepare(self) -> None:
        offer(self, "to_unit", [("", _("说不准")), *self.at.units])
        self.fields["reason"].help_text = self._leave()

    def _leave(self) -> str:
        leave = self.at.leave
        if not leave.open:
            return _("已过退回期限或次数：会作为职责争议交上一级调度员裁定，裁定前仍由你们牵头办理。")
        until = zhtime.long_date(leave.until, _language()) if leave.until else ""
        if until and leave.left is not None:
            return _("%(until)s 前可以退回，还可退 %(left)d 次；过后由上一级裁定。") % {
                "until": until,
                "left": leave.left,
            }
        return _("%(until)s 前可以退回；过后由上一级裁定。") % {"until": until} if until else ""


class Ruling(ActForm):
    """裁定: as it was, somebody else, or first what a conference said."""

    HOW = (
        ("uphold", gettext_lazy("维持原派，由现在的单位办")),
        ("award", gettext_lazy("改派给别家")),
        ("confer", gettext_lazy("先记会商意见，还不定")),
    )
    verdict = forms.ChoiceField(
        label=gettext_lazy("怎么定"), choices=HOW, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    to = TakerField(label=gettext_lazy("改派给"), required=False)
    words = Words(label=gettext_lazy("裁定理由或会商意见（谁参加、依据什么）"))

    def prepare(self) -> None:
        offer(self, "to", [("", "—"), *((each.value, taker_label(each)) for each in self.at.takers)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taker = taker_of(self, "to")
        if cleaned.get("verdict") == "award" and taker is None:
            self.add_error("to", _("改派要选交给谁。"))
        return {**cleaned, "taker": taker}


class Transfer(ActForm):
    """申请转办 to another unit."""

    unit = UnitField(label=gettext_lazy("转给哪个单位"), error_messages=CHOOSE)
    words = Words(label=gettext_lazy("为什么转"))

    def prepare(self) -> None:
        offer(self, "unit", [("", _("请选择")), *self.at.units])


class TransferAnswer(ActForm):
    """The desk's yes or no to a transfer."""

    HOW = (("grant", gettext_lazy("同意，转过去")), ("refuse", gettext_lazy("不同意，请继续办理")))
    verdict = forms.ChoiceField(
        label=gettext_lazy("同意转办吗"), choices=HOW, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    words = Words(label=gettext_lazy("说一句"), required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == "refuse" and not cleaned.get("words"):
            self.add_error("words", _("不同意的话，请写一句为什么。"))
        return cleaned


class Correction(Classified):
    """更正: the right category or urgency, and while somebody handles it also the right unit or person."""

    to = TakerField(label=gettext_lazy("改派给"), required=False)
    reason = Words(
        label=gettext_lazy("说明"),
        required=False,
        rows=2,
        help_text=gettext_lazy("不用重新登记：期限仍从上报起算，诉求人会收到一次更正说明。"),
    )
    field_order = ("category", "urgency", "to", "reason")

    def prepare(self) -> None:
        super().prepare()
        if self.at.matter.unit_id or self.at.matter.handler_id:
            offer(self, "to", [("", _("不改，还由原来的办")), *((t.value, taker_label(t)) for t in self.at.takers)])
        else:
            del self.fields["to"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        taker = taker_of(self, "to")
        if taker is not None and not cleaned.get("reason"):
            self.add_error("reason", _("改派请写一句为什么。"))
        return {**cleaned, "taker": taker}


def _language() -> str:
    return get_language() or "zh-hans"
