"""报到: as what, from where, with which skills. Where one reports in is the place picked before."""

from django import forms
from django.utils.translation import get_language, gettext_lazy

from lastmeter.kit.forms import Line, narrow
from lastmeter.volunteers.models import Member, Skill


class _Skills(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Skill) -> str:
        return obj.name_en if obj.name_en and get_language() == "en" else obj.name


class JoinForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("您是"), choices=Member.Kind.choices, widget=forms.RadioSelect, initial=Member.Kind.PARTY
    )
    works_at = Line(limit=60, label=gettext_lazy("工作单位（可以不填）"), required=False)
    skills = _Skills(
        Skill.objects.none(),
        label=gettext_lazy("能帮上什么（可以多选）"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: object = None, *, member: Member | None = None) -> None:
        said = {}
        if member is not None:
            said = {"kind": member.kind, "works_at": member.works_at, "skills": list(member.skills.all())}
        super().__init__(data, initial=said)  # type: ignore[arg-type]
        narrow(self, "skills", Skill.objects.all())
