"""What the pages of duty ask, cleaned; the forms never act."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.models import User
from lastmeter.grid.duty import rota
from lastmeter.grid.duty.arranging import Plan
from lastmeter.grid.duty.rota import DayKind, Shift
from lastmeter.grid.models import DayType, Roster
from lastmeter.kit.crypto import BadPhone, normal_phone
from lastmeter.kit.forms import Day, offer
from lastmeter.kit.zhtime import CHINA, DAY, long_date

MOST_SLOTS = 12
HOURS = gettext_lazy("例如 08:00-20:00 20:00-08:00，可以过午夜。")
LIKE_WORKDAY = gettext_lazy("空着：与工作日一样。")
LIKE_WEEKEND = gettext_lazy("空着：与周末一样。")


class Hours(forms.CharField):
    """Hours of one kind of day, as a list of slots."""

    def clean(self, value: Any) -> tuple[rota.Slot, ...]:
        try:
            slots = rota.read_slots(super().clean(value))
        except rota.BadSlots as error:
            raise ValidationError(
                _("没看懂“%(part)s”，请写成 08:00-20:00 20:00-08:00。") % {"part": str(error)}
            ) from None
        if len(slots) > MOST_SLOTS:
            raise ValidationError(_("一天最多 %(most)d 个班次。") % {"most": MOST_SLOTS})
        return slots


class RosterForm(forms.Form):
    """A roster: its hours for each kind of day, and a number beside everybody who stands on it."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    valid_from = Day(label=gettext_lazy("从哪天起"))
    valid_to = Day(label=gettext_lazy("最后一天"), help_text=gettext_lazy("空着：一直排下去。"), required=False)
    round_the_clock = forms.BooleanField(label=gettext_lazy("全天 24 小时都要有人"), required=False, initial=True)
    phone = forms.CharField(
        label=gettext_lazy("值班电话"),
        help_text=gettext_lazy("空着：用当班人自己的公开联系电话。"),
        max_length=30,
        required=False,
    )
    workday = Hours(label=DayType.WORKDAY.label, help_text=HOURS, max_length=200)
    makeup = Hours(label=DayType.MAKEUP.label, help_text=LIKE_WORKDAY, max_length=200, required=False)
    weekend = Hours(label=DayType.WEEKEND.label, help_text=LIKE_WORKDAY, max_length=200, required=False)
    holiday = Hours(label=DayType.HOLIDAY.label, help_text=LIKE_WEEKEND, max_length=200, required=False)

    def __init__(
        self, data: Any = None, *, people: Sequence[User], today: date, roster: Roster | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data, initial=_as_it_stands(roster, today) if roster else {"valid_from": today}, **kwargs)
        self.people = {user.pk: user for user in people}
        self.today = today
        places = {each.user_id: at for at, each in enumerate(roster.members.all(), 1)} if roster else {}
        for user in people:
            self.fields[f"order_{user.pk}"] = forms.IntegerField(
                label=user.name, min_value=1, max_value=200, required=False, initial=places.get(user.pk)
            )

    @property
    def orders(self) -> list[forms.BoundField]:
        """The numbers beside the people."""
        return [self[f"order_{pk}"] for pk in self.people]

    def clean_phone(self) -> str:
        return _dialable(self.cleaned_data["phone"])

    def clean_valid_from(self) -> date:
        day: date = self.cleaned_data["valid_from"]
        if day < self.today:
            raise ValidationError(_("已经过去的日子不能再排，请从今天或以后开始。"))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("最后一天不能早于第一天。"))
        if not self._order(cleaned):
            self.add_error(None, _("还没有人：请在值班人员旁边写上 1、2、3……"))
        return cleaned

    def _order(self, cleaned: dict[str, Any]) -> list[User]:
        numbered = [(cleaned[f"order_{pk}"], at, user) for at, (pk, user) in enumerate(self.people.items())
                    if cleaned.get(f"order_{pk}")]  # fmt: skip
        return [user for _number, _at, user in sorted(numbered, key=lambda row: row[:2])]

    def plan(self) -> Plan:
        """The valid form as the act takes it; the last day becomes the first one after it."""
        cleaned = self.cleaned_data
        return Plan(
            name=cleaned["name"],
            members=self._order(cleaned),
            slots={kind: cleaned[kind.value] for kind in DayKind if cleaned[kind.value]},
            round_the_clock=cleaned["round_the_clock"],
            phone=cleaned["phone"],
            valid_from=cleaned["valid_from"],
            valid_to=cleaned["valid_to"] + DAY if cleaned["valid_to"] else None,
        )


def _as_it_stands(roster: Roster, today: date) -> dict[str, Any]:
    hours: dict[str, list[rota.Slot]] = {}
    for each in roster.slots.all():
        hours.setdefault(each.days, []).append(rota.Slot(each.starts, each.minutes))
    return {
        "name": roster.name,
        "valid_from": max(roster.valid_from, today + DAY),
        "valid_to": roster.valid_to - DAY if roster.valid_to else None,
        "round_the_clock": roster.round_the_clock,
        "phone": roster.phone,
    } | {kind: rota.write_slots(slots) for kind, slots in hours.items()}


def _dialable(text: str) -> str:
    if text and not set(text) <= set("0123456789+-, "):
        raise ValidationError(_("电话只能有数字、加号、短横和分机前的逗号。"))
    return text


def read_shift(text: str) -> tuple[int, int, datetime]:
    """roster id, person id and start of a shift as an option's value has them. Raises ValidationError."""
    try:
        roster, person, stamp = (int(part) for part in text.split("."))
        return roster, person, datetime.fromtimestamp(stamp, tz=CHINA)
    except (ValueError, OverflowError, OSError):
        raise ValidationError(_("请从列表里选一班。")) from None


def shift_value(roster: Roster, shift: Shift) -> str:
    """A shift as an option's value."""
    return f"{roster.pk}.{shift.person}.{int(shift.starts.timestamp())}"


class Handover(forms.Form):
    """Which shift, to whom, for which of theirs in return, and why."""

    shift = forms.ChoiceField(label=gettext_lazy("哪一班"))
    taker = forms.TypedChoiceField(label=gettext_lazy("由谁来"), coerce=int)
    back = forms.ChoiceField(
        label=gettext_lazy("换回哪一班"), help_text=gettext_lazy("只是请人替班就不选。"), required=False
    )
    words = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        roster: Roster,
        shifts: Sequence[Shift],
        people: dict[int, User],
        language: str,
        giver: int | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        mine = [each for each in shifts if giver is None or each.person == giver]
        self.shifts = [(shift_value(roster, each), _said(each, people, language, named=giver is None)) for each in mine]
        offer(self, "shift", self.shifts)
        others = [user for user in people.values() if user.is_active and user.pk != giver]
        offer(self, "taker", [(user.pk, user.name) for user in others])
        if giver is None:
            del self.fields["back"]
        else:
            theirs = [(shift_value(roster, each), _said(each, people, language, named=True))
                      for each in shifts if each.person != giver]  # fmt: skip
            offer(self, "back", [("", _("不换回")), *theirs])

    def clean_shift(self) -> tuple[int, int, datetime]:
        return read_shift(self.cleaned_data["shift"])

    def clean_back(self) -> tuple[int, int, datetime] | None:
        return read_shift(self.cleaned_data["back"]) if self.cleaned_data.get("back") else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        back = cleaned.get("back")
        if back and back[1] != cleaned.get("taker"):
            self.add_error("back", _("要换回的那一班不是这个人的。"))
        return cleaned


def _said(shift: Shift, people: dict[int, User], language: str, *, named: bool) -> str:
    ends = _("次日 %(time)s") % {"time": f"{shift.ends:%H:%M}"} if shift.overnight else f"{shift.ends:%H:%M}"
    when = f"{long_date(shift.starts, language)}–{ends}"
    return f"{when} {people[shift.person].name}" if named else when


class CallbackForm(forms.Form):
    """A number at which the caller wants to be rung back."""

    phone = forms.CharField(
        label=gettext_lazy("您的电话"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "data-private": ""}),
    )

    def clean_phone(self) -> str:
        try:
            return normal_phone(self.cleaned_data["phone"])
        except BadPhone as error:
            raise ValidationError(str(error)) from None


class FollowUpForm(forms.Form):
    """What came of an unanswered call."""

    words = forms.CharField(label=gettext_lazy("怎么处理的"), max_length=300, min_length=2)
