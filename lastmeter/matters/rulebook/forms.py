"""A rule on time from a day on: the forms of the page where a place sets its own."""

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.clocks.models import Bound, Limit, Measure, OfficeSpan, Pause, Rung
from lastmeter.grid.models import Level, Node, PolicyRow, Unit
from lastmeter.kit.forms import Day, Line, offer
from lastmeter.matters.forms.fields import CategoryField, category_choices
from lastmeter.matters.models import (
    Cap,
    Colour,
    LapseRule,
    Outcome,
    Profile,
    ProfileRule,
    Rank,
    Source,
    WhistleLevel,
)
from lastmeter.matters.rulebook.words import FLOWS, LIMIT_KINDS, PRESSING, RUNG_KINDS

HERE = "place"
ANY = [("", gettext_lazy("不限"))]
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至到]\s*(\d{1,2})[:：](\d{2})")


class RuleForm(forms.Form):
    """What every rule says besides its number: from which day, and on whose word."""

    basis = Line(limit=200, label=gettext_lazy("依据（文件名称、文号）"))
    valid_from = Day(label=gettext_lazy("从哪天起"))

    def __init__(self, data: Any = None, *, node: Node, units: list[Unit]) -> None:
        super().__init__(data, auto_id=f"{type(self).__name__.lower()}-%s")
        self.node, self.units = node, units
        self.initial = {"valid_from": timezone.localdate(), "weekdays": ["1", "2", "3", "4", "5"]}
        self.prepare()

    def prepare(self) -> None:
        """Fill the choices that depend on the place."""

    def dated(self) -> dict[str, Any]:
        """Place, basis and day, as every row has them."""
        return {"node": self.node, "basis": self.cleaned_data["basis"], "valid_from": self.cleaned_data["valid_from"]}


class RowForm(RuleForm):
    """A rule that is one row."""

    def row(self) -> PolicyRow:
        """The row as written, unsaved."""
        raise NotImplementedError


class LimitForm(RowForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪个期限"), choices=list(LIMIT_KINDS.items()), initial="fix")
    amount = forms.IntegerField(label=gettext_lazy("多少"), min_value=1, max_value=10_000)
    measure = forms.ChoiceField(label=gettext_lazy("怎么计"), choices=Measure.choices, initial=Measure.WORKING_DAYS)
    warn_share = forms.IntegerField(label=gettext_lazy("用掉百分之几时预警"), min_value=1, max_value=100, initial=75)
    unit = forms.ChoiceField(label=gettext_lazy("只对哪个单位"), required=False)
    category = CategoryField(label=gettext_lazy("只对哪个类别"))
    profile = forms.ChoiceField(label=gettext_lazy("只对哪种流程"), choices=[*ANY, *FLOWS], required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("只对哪种紧急程度或哨级"), choices=[*ANY, *PRESSING], required=False)
    field_order = (
        "kind",
        "amount",
        "measure",
        "warn_share",
        "unit",
        "category",
        "profile",
        "urgency",
        "basis",
        "valid_from",
    )

    def prepare(self) -> None:
        offer(self, "unit", [*ANY, *((str(unit.pk), unit.name) for unit in self.units)])
        _offer_categories(self)

    def row(self) -> Limit:
        given = self.cleaned_data
        return Limit(
            kind=given["kind"],
            amount=given["amount"],
            measure=given["measure"],
            warn_share=given["warn_share"],
            unit_id=int(given["unit"]) if given["unit"] else None,
            category=given["category"].pk if given["category"] else None,
            profile=given["profile"],
            urgency=given["urgency"],
            **self.dated(),
        )


class RungForm(RowForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪个期限"), choices=list(RUNG_KINDS.items()), initial="fix")
    number = forms.IntegerField(label=gettext_lazy("第几级"), min_value=1, max_value=9, initial=1)
    amount = forms.IntegerField(label=gettext_lazy("超期多久以后"), min_value=1, max_value=10_000)
    measure = forms.ChoiceField(label=gettext_lazy("怎么计"), choices=Measure.choices, initial=Measure.WORKING_DAYS)
    level = forms.TypedChoiceField(
        label=gettext_lazy("报到哪一级"),
        choices=[each for each in Level.choices if each[0] <= Level.COMMUNITY],
        coerce=int,
        initial=Level.TOWN,
    )
    field_order = ("kind", "number", "amount", "measure", "level", "basis", "valid_from")

    def row(self) -> Rung:
        names = ("kind", "number", "amount", "measure", "level")
        return Rung(**{name: self.cleaned_data[name] for name in names}, **self.dated())


class BoundForm(RowForm):
    what = forms.ChoiceField(label=gettext_lazy("哪一项"), choices=Bound.What.choices)
    which = forms.ChoiceField(
        label=gettext_lazy("只对哪种暂停原因"), choices=[*ANY, *Pause.Reason.choices], required=False
    )
    amount = forms.IntegerField(label=gettext_lazy("最多多少"), min_value=0, max_value=10_000)
    field_order = ("what", "which", "amount", "basis", "valid_from")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("which") and cleaned.get("what") != Bound.What.PAUSE_DAYS:
            raise ValidationError({"which": _("只有“一次最多暂停几天”可以分原因。")})
        return cleaned

    def row(self) -> Bound:
        return Bound(**{name: self.cleaned_data[name] for name in ("what", "which", "amount")}, **self.dated())


class HoursForm(RuleForm):
    owner = forms.ChoiceField(label=gettext_lazy("谁的办公时间"))
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("哪几天"), choices=OfficeSpan.Weekday.choices, widget=forms.CheckboxSelectMultiple
    )
    spans = Line(
        limit=120,
        required=False,
        label=gettext_lazy("几点到几点"),
        help_text=gettext_lazy("如 08:30-12:00 14:30-17:30；空着就是这几天不办公。法定节假日总是不算。"),
    )
    field_order = ("owner", "weekdays", "spans", "basis", "valid_from")

    def prepare(self) -> None:
        offer(self, "owner", [(HERE, self.node.name), *((str(unit.pk), unit.name) for unit in self.units)])

    def clean_weekdays(self) -> list[int]:
        return [int(day) for day in self.cleaned_data["weekdays"]]

    def clean_spans(self) -> list[tuple[time, time]]:
        typed = self.cleaned_data["spans"]
        found = _SPAN.findall(typed)
        if _SPAN.sub("", typed).strip(" ,，、;；"):
            raise ValidationError(_("没看懂，请写成 08:30-12:00 14:30-17:30。"))
        try:
            return [(time(int(a), int(b)), time(int(c), int(d))) for a, b, c, d in found]
        except ValueError:
            raise ValidationError(_("没有这样的钟点，请写成 08:30-12:00 14:30-17:30。")) from None

    def chosen(self) -> Node | Unit:
        """Whose hours these are: the place's or one of its units'."""
        owner = self.cleaned_data["owner"]
        return self.node if owner == HERE else next(unit for unit in self.units if str(unit.pk) == owner)


class FlowForm(RowForm):
    source = forms.ChoiceField(label=gettext_lazy("来源"), choices=[*ANY, *Source.choices], required=False)
    category = CategoryField(label=gettext_lazy("类别（连同下级）"))
    profile = forms.ChoiceField(
        label=gettext_lazy("按哪个流程"), choices=[(each.value, each.label) for each in Profile if each != Profile.SELF]
    )
    field_order = ("source", "category", "profile", "basis", "valid_from")

    def prepare(self) -> None:
        _offer_categories(self)

    def row(self) -> ProfileRule:
        return ProfileRule(
            **{name: self.cleaned_data[name] for name in ("source", "category", "profile")}, **self.dated()
        )


class CapForm(RowForm):
    kind = forms.ChoiceField(label=gettext_lazy("管什么"), choices=Cap.Kind.choices)
    profile = forms.ChoiceField(
        label=gettext_lazy("哪个流程"),
        choices=[*ANY, *((each.value, each.label) for each in Profile if each != Profile.SELF)],
        required=False,
    )
    most = forms.IntegerField(label=gettext_lazy("最多几次"), min_value=0, max_value=99)
    field_order = ("kind", "profile", "most", "basis", "valid_from")

    def row(self) -> Cap:
        return Cap(**{name: self.cleaned_data[name] for name in ("kind", "profile", "most")}, **self.dated())


class LapseForm(RowForm):
    category = CategoryField(label=gettext_lazy("类别（连同下级）"))
    then = forms.ChoiceField(
        label=gettext_lazy("补充到期以后"), choices=LapseRule.Then.choices, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("办结的，办理结果写"), choices=Outcome.choices, initial=Outcome.EXPLAINED
    )
    field_order = ("category", "then", "outcome", "basis", "valid_from")

    def prepare(self) -> None:
        _offer_categories(self)

    def row(self) -> LapseRule:
        return LapseRule(**{name: self.cleaned_data[name] for name in ("category", "then", "outcome")}, **self.dated())


class LevelForm(RowForm):
    colour = forms.ChoiceField(label=gettext_lazy("颜色"), choices=Colour.choices)
    word = Line(limit=20, label=gettext_lazy("叫什么"))
    rank = forms.TypedChoiceField(label=gettext_lazy("应到职级"), choices=Rank.choices, coerce=int)
    field_order = ("colour", "word", "rank", "basis", "valid_from")

    def row(self) -> WhistleLevel:
        return WhistleLevel(**{name: self.cleaned_data[name] for name in ("colour", "word", "rank")}, **self.dated())


def _offer_categories(form: forms.Form) -> None:
    category = form.fields["category"]
    if isinstance(category, CategoryField):
        category.choices = lambda: [*ANY, *category_choices()]


FORMS: dict[str, type[RowForm]] = {
    "limits": LimitForm,
    "rungs": RungForm,
    "bounds": BoundForm,
    "flows": FlowForm,
    "caps": CapForm,
    "lapses": LapseForm,
    "whistles": LevelForm,
}
