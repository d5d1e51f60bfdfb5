"""A rule on time from a day on: the forms of the page where a place sets its own."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.clocks.models import Bound, Limit, Measure, OfficeSpan, Pause, Rung
from lastmeter.clocks.ruling import Rule
from lastmeter.grid.models import Level, Node, Unit
from lastmeter.kit.forms import Day, Line, offer
from lastmeter.matters.forms.fields import CategoryField, category_choices
from lastmeter.matters.timing import rulebook

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

    def row(self) -> Rule:
        """The row as written, unsaved."""
        raise NotImplementedError


class LimitForm(RowForm):
    kind = forms.ChoiceField(label=gettext_lazy("哪个期限"), choices=list(rulebook.LIMIT_KINDS.items()), initial="fix")
    amount = forms.IntegerField(label=gettext_lazy("多少"), min_value=1, max_value=10_000)
    measure = forms.ChoiceField(label=gettext_lazy("怎么计"), choices=Measure.choices, initial=Measure.WORKING_DAYS)
    warn_share = forms.IntegerField(label=gettext_lazy("用掉百分之几时预警"), min_value=1, max_value=100, initial=75)
    unit = forms.ChoiceField(label=gettext_lazy("只对哪个单位"), required=False)
    category = CategoryField(label=gettext_lazy("只对哪个类别"))
    profile = forms.ChoiceField(label=gettext_lazy("只对哪种流程"), choices=[*ANY, *rulebook.FLOWS], required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("只对哪种紧急程度或哨级"), choices=[*ANY, *rulebook.PRESSING], required=False
    )
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
        category = self.fields["category"]
        if isinstance(category, CategoryField):
            category.choices = lambda: [*ANY, *category_choices()]

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
    kind = forms.ChoiceField(label=gettext_lazy("哪个期限"), choices=list(rulebook.RUNG_KINDS.items()), initial="fix")
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


class EndingForm(forms.Form):
    """From which day on a row of this place holds no longer."""

    on = Day(label=gettext_lazy("从哪天起停用"))

    def day(self) -> date:
        found: date = self.cleaned_data["on"]
        return found
