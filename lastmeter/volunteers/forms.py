"""报到: as what, from where, with which skills. Where one reports in is the place picked before."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node, Unit
from lastmeter.kit import ids
from lastmeter.kit.forms import Line, Moment, narrow, offer
from lastmeter.volunteers import hours, slips
from lastmeter.volunteers.models import Invitation, Member, Skill, Slip, Stint


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

    node = forms.ModelChoiceField(
        Node.objects.none(), label=gettext_lazy("到哪个社区报到"), empty_label=gettext_lazy("请选择")
    )
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


class DoubtForm(forms.Form):
    doubt = Line(limit=500, rows=2, label=gettext_lazy("哪里不对"))


class StintForm(forms.Form):
    """记时长: who at which call, from when to when, in China time; a doubted record is corrected the same way."""

    who = forms.ChoiceField(label=gettext_lazy("谁，做了什么"))
    starts_at = Moment(label=gettext_lazy("开始"))
    ends_at = Moment(label=gettext_lazy("结束"))

    def __init__(
        self, data: object = None, *, waiting: Sequence[Invitation], doubted: Sequence[Stint], now: datetime
    ) -> None:
        first = waiting[0].call.starts_at if waiting else None
        super().__init__(data, initial={"starts_at": first})  # type: ignore[arg-type]
        self.now = now
        self.acts: dict[str, Callable[..., Stint]] = {}
        choices = []
        for each in waiting:
            self.acts[f"new:{each.pk}"] = partial(hours.record, each)
            choices.append((f"new:{each.pk}", f"{each.member.user.name} · {each.call.title}"))
        for row in doubted:
            self.acts[f"old:{row.pk}"] = partial(hours.correct, row)
            named = {"name": row.member.user.name, "title": row.call.title}
            choices.append((f"old:{row.pk}", _("更正：%(name)s · %(title)s") % named))
        offer(self, "who", choices)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", _("结束要晚于开始。"))
        if end and end > self.now:
            self.add_error("ends_at", _("做完了再记。"))
        return cleaned

    def carry_out(self, *, starts_at: datetime, ends_at: datetime, by: Actor, now: datetime) -> Stint:
        """The act on whatever was chosen."""
        return self.acts[self.cleaned_data["who"]](starts_at=starts_at, ends_at=ends_at, by=by, now=now)
