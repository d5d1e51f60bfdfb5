"""Forms of 协办 and small tasks: whom, what, until when; signed, done, cancelled."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.forms import Day, offer
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import policy
from lastmeter.matters.forms.acts import CHOOSE, ActForm, taker_label
from lastmeter.matters.forms.fields import Words
from lastmeter.matters.forms.page import WithPhotos
from lastmeter.matters.forms.reassigning import TakerField, UnitField, taker_of
from lastmeter.matters.models import Part

CLOSING_TIME = time(18)


class Until(Day):
    """A day on which something is due, today or later; cleans to the end of its office hours (aware), or None."""

    def clean(self, value: Any) -> datetime | None:
        day: date | None = super().clean(value)
        if day is None:
            return None
        if day < timezone.localdate():
            raise ValidationError(_("期限不能早于今天。"))
        end = datetime.combine(day, CLOSING_TIME, CHINA)
        return end if end > timezone.now() else datetime.combine(day, time(23, 59), CHINA)


class Assist(ActForm):
    unit = UnitField(label=gettext_lazy("请哪个单位协办"), error_messages=CHOOSE)
    request = Words(label=gettext_lazy("请他们做什么"), rows=2)
    due = Until(label=gettext_lazy("期限"), required=False, help_text=gettext_lazy("不填就按协办期限的规定。"))

    def prepare(self) -> None:
        helping = {each.unit_id for each in self.at.parts if each.kind == Part.Kind.ASSIST}
        others = [(key, name) for key, name in self.at.units if int(key) not in helping]
        offer(self, "unit", [("", _("请选择")), *others])


class TaskForm(ActForm):
    request = Words(label=gettext_lazy("要做什么"), rows=2)
    to = TakerField(label=gettext_lazy("交给谁"), error_messages=CHOOSE)
    due = Until(label=gettext_lazy("什么时候之前"))

    def prepare(self) -> None:
        people = sorted(self.at.takers, key=lambda each: each.user is None)
        offer(self, "to", [(each.value, taker_label(each)) for each in people])
        self.initial = {"due": timezone.localdate() + timedelta(days=1)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {**cleaned, "taker": taker_of(self, "to")}


class OnPart(ActForm):
    """An act on one part that is still open; with a single one nothing has to be chosen."""

    part = forms.ChoiceField(label=gettext_lazy("哪一份"), widget=forms.RadioSelect, error_messages=CHOOSE)

    def prepare(self) -> None:
        super().prepare()
        chosen = self.mine()
        offer(self, "part", [(str(each.pk), part_label(each)) for each in chosen])
        if chosen:
            self.initial = {"part": str(chosen[0].pk)}

    def mine(self) -> list[Part]:
        """The parts that this actor may act on."""
        return [each for each in self.at.parts if policy.does(self.at.by, each)]

    def clean_part(self) -> Part:
        return next(each for each in self.at.parts if str(each.pk) == self.cleaned_data["part"])


class PartSignature(OnPart):
    def mine(self) -> list[Part]:
        return [each for each in super().mine() if each.signed_at is None]


class PartResult(OnPart, WithPhotos):
    result = Words(label=gettext_lazy("做了什么，结果怎样"), limit=2000)
    field_order = ("part", "result", "photos")


class PartCancellation(OnPart):
    reason = Words(label=gettext_lazy("为什么取消"), rows=2)

    def mine(self) -> list[Part]:
        return self.at.parts


def part_label(part: Part) -> str:
    """协办 · 市场监管所：查油烟."""
    names = {"kind": part.get_kind_display(), "who": part.name, "what": part.request[:60]}
    return _("%(kind)s · %(who)s：%(what)s") % names
