"""What the desk is asked about figures: an exclusion and its answer, a new formula, a publication."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.insight.facts import FACTS
from lastmeter.insight.models import Exclusion, Measure
from lastmeter.kit.forms import Line, offer
from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters.models import Matter


class ExclusionForm(forms.Form):
    """Which matter a rate should leave out, and why; the matter must lie where the actor sees it."""

    number = forms.CharField(label=gettext_lazy("事项编号"), max_length=20)
    measure = forms.ChoiceField(label=gettext_lazy("指标"), choices=Measure.choices)
    reason = forms.ChoiceField(label=gettext_lazy("理由"), choices=Exclusion.Reason.choices)
    words = Line(
        label=gettext_lazy("说明"),
        limit=500,
        rows=3,
        help_text=gettext_lazy("写清发生了什么、依据哪份文件；公开时只公布剔除的件数。"),
    )

    def __init__(self, actor: Actor, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor = actor

    def clean_number(self) -> Matter:
        """The matter of that number, as far as the actor sees it."""
        try:
            number = check_number(self.cleaned_data["number"])
        except BadNumber as error:
            raise ValidationError(str(error)) from None
        matter = Matter.objects.filter(access.visible(self.actor, "dossier__"), dossier__number=number).first()
        if matter is None:
            raise ValidationError(_("没有找到这个编号，或者它不在您的范围内。"))
        return matter


class AnswerForm(forms.Form):
    """Approve or refuse, with words."""

    approve = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    answer = Line(label=gettext_lazy("批准意见"), limit=500, required=False)


class FormulaForm(forms.Form):
    """A new version of a rate."""

    measure = forms.ChoiceField(label=gettext_lazy("指标"), choices=Measure.choices)
    numerator = forms.ChoiceField(label=gettext_lazy("分子"))
    denominator = forms.ChoiceField(label=gettext_lazy("分母"))
    valid_from = forms.DateField(
        label=gettext_lazy("从哪个月起"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        error_messages={"invalid": gettext_lazy("请写年和月，例如 2027-01。")},
    )
    basis = Line(label=gettext_lazy("依据"), limit=300)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        facts = [(fact.name, fact.word) for fact in FACTS.values()]
        for name in ("numerator", "denominator"):
            offer(self, name, facts)


class PublicationForm(forms.Form):
    """Publishing a month; words are needed for a correction only."""

    words = Line(label=gettext_lazy("更正说明"), limit=500, required=False)
