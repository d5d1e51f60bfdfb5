"""What the pages of occasions ask; the forms never act."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lastmeter.grid.models import Node
from lastmeter.kit.forms import Day, Line, Phone, narrow, offer
from lastmeter.kit.zhtime import DAY, span_of
from lastmeter.occasions import rules
from lastmeter.occasions.models import Occasion, Series

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STARS = (
    (5, gettext_lazy("很好")),
    (4, gettext_lazy("好")),
    (3, gettext_lazy("一般")),
    (2, gettext_lazy("不好")),
    (1, gettext_lazy("很不好")),
)


class Clock(forms.TimeField):
    """A time of day, picked in the browser's own clock."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), **options)


class PartyForm(forms.Form):
    """How many come, the one who signs up included."""

    party = forms.ChoiceField(label=gettext_lazy("一共几位（连您自己）"), widget=forms.RadioSelect)

    def __init__(self, data: Any = None, *, occasion: Occasion) -> None:
        super().__init__(data, initial={"party": "1"})
        most = min(occasion.most, occasion.capacity)
        counts = range(1, most + 1)
        offer(self, "party", [(str(n), ngettext("%(n)d 位", "%(n)d 位", n) % {"n": n}) for n in counts])
        if most == 1:
            self.fields["party"].widget = forms.HiddenInput()

    def clean_party(self) -> int:
        return int(self.cleaned_data["party"])


class GuestForm(PartyForm):
    """Somebody without an account, signed up by the desk."""

    name = Line(limit=40, label=gettext_lazy("姓名"))
    phone = Phone(label=gettext_lazy("手机"))
    field_order = ("name", "phone", "party")


class FeedbackForm(forms.Form):
    stars = forms.TypedChoiceField(label=gettext_lazy("您觉得怎么样"), choices=STARS, coerce=int)
    words = Line(limit=200, rows=3, label=gettext_lazy("想说的话"), required=False)


class CallOffForm(forms.Form):
    why = Line(limit=100, label=gettext_lazy("为什么取消"))


class ResizeForm(forms.Form):
    capacity = forms.IntegerField(label=gettext_lazy("名额"), min_value=1, max_value=5000)


class OccasionForm(forms.Form):
    """A new occasion, once or by a rule. An end at or before the beginning is on the next day."""

    class Repeat:
        ONCE, WEEKLY, FORTNIGHTLY, MONTHLY, RULE = "", "weekly", "fortnightly", "monthly", "rule"

    REPEATS = (
        (Repeat.ONCE, gettext_lazy("只办一次")),
        (Repeat.WEEKLY, gettext_lazy("每周这一天")),
        (Repeat.FORTNIGHTLY, gettext_lazy("隔一周办一次")),
        (Repeat.MONTHLY, gettext_lazy("每月这个星期几")),
        (Repeat.RULE, gettext_lazy("自己写规则")),
    )
    title = Line(limit=60, label=gettext_lazy("活动名称"))
    node = forms.ModelChoiceField(Node.objects.none(), label=gettext_lazy("哪里办"))
    place = Line(limit=100, label=gettext_lazy("具体地点"))
    day = Day(label=gettext_lazy("哪一天"))
    opens = Clock(label=gettext_lazy("几点开始"))
    closes = Clock(label=gettext_lazy("几点结束"))
    capacity = forms.IntegerField(label=gettext_lazy("名额"), min_value=1, max_value=5000, initial=20)
    most = forms.IntegerField(
        label=gettext_lazy("一人最多报几位"), min_value=1, max_value=10, initial=1,
        help_text=gettext_lazy("亲子活动填 2：家长和孩子要么都有位，要么一起排队。"),
    )  # fmt: skip
    accept_hours = forms.IntegerField(
        label=gettext_lazy("递补的人几小时内确认"), min_value=1, max_value=168, initial=24
    )
    words = Line(limit=1000, rows=4, label=gettext_lazy("说明"), required=False)
    repeat = forms.ChoiceField(label=gettext_lazy("重复"), choices=REPEATS, required=False)
    days = forms.ChoiceField(
        label=gettext_lazy("遇到节假日"), choices=Series.Days.choices, initial=Series.Days.NO_HOLIDAYS, required=False
    )
    rule = Line(
        limit=200, label=gettext_lazy("重复规则（RFC 5545）"), required=False,
        help_text=gettext_lazy("例如 FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270131"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, places: Any, today: date) -> None:
        super().__init__(data, initial={"day": today + DAY})
        narrow(self, "node", places)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if {"day", "opens", "closes"} <= said.keys():
            said["starts_at"], said["ends_at"] = span_of(said["day"], said["opens"], said["closes"])
        if said.get("repeat"):
            try:
                said["rule"] = rules.check_rule(self._rule(said))
            except rules.BadRule:
                self.add_error("rule", ValidationError(_("没看懂这条规则，请照例子写。")))
        return said

    def _rule(self, said: dict[str, Any]) -> str:
        day: date = said.get("day") or timezone.localdate()  # the error of the day is said at the day
        name = WEEKDAYS[day.weekday()]
        rules_of = {
            self.Repeat.WEEKLY: f"FREQ=WEEKLY;BYDAY={name}",
            self.Repeat.FORTNIGHTLY: f"FREQ=WEEKLY;INTERVAL=2;BYDAY={name}",
            self.Repeat.MONTHLY: f"FREQ=MONTHLY;BYDAY={min(4, (day.day - 1) // 7 + 1)}{name}",
        }
        return rules_of.get(said["repeat"]) or str(said.get("rule", ""))
