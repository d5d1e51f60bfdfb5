"""Forms of hot issues and events: each knows the event or the issue it stands on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node
from lastmeter.kit.forms import Day, Line, narrow
from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters.events import reading, watching
from lastmeter.matters.models import Cause, Incident, Matter, Outcome, Theme


class MembersForm(forms.Form):
    """Which of the proposed matters are one thing, and which of them leads.

    `shown` are those that stood on the page: of them those that are ticked, of the other pages all.
    """

    matters = forms.ModelMultipleChoiceField(Matter.objects.none(), required=False)
    shown = forms.ModelMultipleChoiceField(Matter.objects.none(), required=False)
    lead = forms.ModelChoiceField(Matter.objects.none(), required=False)

    def __init__(self, *args: Any, incident: Incident) -> None:
        super().__init__(*args)
        self.incident = incident
        self.rows = Matter.objects.filter(memberships__incident=incident, memberships__left_at=None)
        for name in self.fields:
            narrow(self, name, self.rows.select_related("dossier"))

    def clean(self) -> dict[str, Any]:
        """`out`: who is none of them; `matters`: everybody else of the proposal."""
        given = super().clean() or self.cleaned_data
        ticked, shown = set(given.get("matters", [])), set(given.get("shown", []))
        given["out"] = shown - ticked
        if shown:
            given["matters"] = [each for each in self.rows.select_related("dossier") if each not in given["out"]]
        given["lead"] = given.get("lead") or self.incident.lead
        return given


class ReasonForm(forms.Form):
    """Why: read by colleagues."""

    reason = Line(label=_("理由"), limit=500)


class OneForm(forms.Form):
    """One matter of an event."""

    matter = forms.ModelChoiceField(Matter.objects.none(), label=_("事项"))

    def __init__(self, *args: Any, incident: Incident) -> None:
        super().__init__(*args)
        rows = Matter.objects.filter(memberships__incident=incident, memberships__left_at=None)
        narrow(self, "matter", rows.select_related("dossier"))


class WaitingForm(forms.Form):
    """Which of those that wait to be joined to an event."""

    matter = forms.ModelMultipleChoiceField(Matter.objects.none(), label=_("事项"))

    def __init__(self, *args: Any, incident: Incident) -> None:
        super().__init__(*args)
        rows = Matter.objects.filter(memberships__incident=incident, memberships__left_at=None)
        narrow(self, "matter", rows.select_related("dossier"))


class NumberForm(forms.Form):
    """The number of a matter, or of another event, as somebody types it."""

    number = forms.CharField(label=_("编号"), max_length=20)

    def clean_number(self) -> str:
        """The ten characters of the number."""
        try:
            return check_number(self.cleaned_data["number"])
        except BadNumber as error:
            raise forms.ValidationError(str(error)) from None


class ClosureForm(forms.Form):
    """How an event ends: words for all, and for single ones words of their own (fields `own-<id>`)."""

    outcome = forms.ChoiceField(label=_("结果"), choices=Outcome.choices)
    words = Line(label=_("给每一位的答复"), limit=2000, rows=4, help_text=_("按各自的编号、称呼和联系方式分别发出。"))
    cause = forms.ChoiceField(label=_("根源"), choices=[("", _("不填")), *Cause.choices], required=False)
    reason = Line(label=_("没有解决的，说明为什么"), limit=500, required=False)

    def __init__(self, *args: Any, members: list[reading.Member]) -> None:
        super().__init__(*args)
        self.members = [each for each in members if each.matter.dossier.is_open]
        for each in self.members:
            self.fields[f"own-{each.matter.pk}"] = Line(label=each.title, limit=2000, rows=2, required=False)

    def clean(self) -> dict[str, Any]:
        """What is not solved says why."""
        given = super().clean() or self.cleaned_data
        if given.get("outcome") not in (None, Outcome.SOLVED) and not given.get("reason"):
            self.add_error("reason", _("没有全部解决，请写明原因。"))
        return given


class WatchForm(forms.Form):
    """From which heat on somebody wants to be told."""

    above = forms.FloatField(label=_("热度超过"), required=False, min_value=0, help_text=_("不填就是现在的一倍半。"))


class ThemeForm(forms.Form):
    """Words, a place, a period, under a name."""

    name = Line(label=_("名称"), limit=40)
    words = Line(label=_("词语"), limit=200, help_text=_("空格隔开，有其中一个就算，如：油烟 夜宵 烧烤"))
    node = forms.ModelChoiceField(Node.objects.none(), label=_("地点"))
    since = Day(label=_("自"), required=False)
    until = Day(label=_("至"), required=False)

    def __init__(self, *args: Any, actor: Actor) -> None:
        super().__init__(*args)
        narrow(self, "node", watching.grounds(actor))

    def clean_name(self) -> str:
        """A name that nobody has used, and that an address can hold."""
        name = str(self.cleaned_data["name"]).replace("/", " ").strip()
        if Theme.objects.filter(name=name).exists():
            raise forms.ValidationError(_("已经有这个名称的专题。"))
        return name
