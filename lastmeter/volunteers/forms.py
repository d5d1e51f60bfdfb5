"""报到: as what, from where, with which skills. Where one reports in is the place picked before."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy

from lastmeter.grid.models import Node, Unit
from lastmeter.kit import ids
from lastmeter.kit.forms import Line, narrow
from lastmeter.volunteers import slips
from lastmeter.volunteers.models import Member, Skill, Slip


class _Skills(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Skill) -> str:
        return obj.name_en if obj.name_en and get_language() == "en" else obj.name


class JoinForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("您是"), choices=Member.Kind.choices, widget=forms.RadioSelect, initial=Member.Kind.PARTY
    )
    works_at = Line(limit=60, label=gettext_lazy("工作单位（可以不填）"), required=False)
    slip = forms.ModelChoiceField(
        Slip.objects.none(),
        label=gettext_lazy("随哪个支部来"),
        required=False,
        empty_label=gettext_lazy("自己来的"),
    )
    skills = _Skills(
        Skill.objects.none(),
        label=gettext_lazy("能帮上什么（可以多选）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: object = None, *, member: Member | None = None, place: Node | None = None) -> None:
        said: dict[str, Any] = {}
        if member is not None:
            said = {"kind": member.kind, "works_at": member.works_at, "slip": member.slip_id}
            said["skills"] = list(member.skills.all())
        super().__init__(data, initial=said)  # type: ignore[arg-type]
        narrow(self, "skills", Skill.objects.all())
        branches = slips.offered_at(place) if place is not None else Slip.objects.none()
        if branches:
            narrow(self, "slip", branches)
        else:
            del self.fields["slip"]


class SlipForm(forms.Form):
    """报到单: where, which branch, how many, what they can do, and when they usually come."""

    node = forms.ModelChoiceField(Node.objects.none(), label=gettext_lazy("到哪个社区报到"), empty_label=None)
    branch = Line(limit=60, label=gettext_lazy("党支部"))
    people = forms.IntegerField(label=gettext_lazy("多少名党员"), min_value=1, max_value=2000)
    work = Line(limit=1000, rows=3, label=gettext_lazy("工作意见：能做什么"))
    service_day = Line(limit=60, label=gettext_lazy("固定服务日（如：每月第二个周六）"), required=False)
    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, data: object = None, *, unit: Unit) -> None:
        super().__init__(data, initial={"client_ref": ids.new_token()})  # type: ignore[arg-type]
        narrow(self, "node", slips.communities(unit))


class EndForm(forms.Form):
    reason = Line(limit=500, rows=2, label=gettext_lazy("为什么"))
