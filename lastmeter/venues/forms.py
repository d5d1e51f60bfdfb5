"""What the pages of venues ask; the forms never act."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lastmeter.grid.models import Node
from lastmeter.kit.forms import Day, Line, narrow
from lastmeter.kit.zhtime import CHINA, span_of
from lastmeter.occasions.forms import Clock
from lastmeter.venues import rules
from lastmeter.venues.models import BookingRule, Equipment, Opening, Space, Venue

LONGEST_HOURS = ((1, gettext_lazy("1 小时")), (2, gettext_lazy("2 小时")), (3, gettext_lazy("3 小时")))


class Things(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Equipment by its name in the reader's language."""

    def label_from_instance(self, obj: Equipment) -> str:
        return obj.name_en if obj.name_en and get_language() == "en" else obj.name


class FindForm(forms.Form):
    """A free room: when, for how many, with what; the position only narrows the order."""

    day = Day(label=gettext_lazy("哪一天"))
    opens = Clock(label=gettext_lazy("几点到"))
    closes = Clock(label=gettext_lazy("几点走"))
    people = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=5000, initial=4)
    equipment = Things(
        Equipment.objects.none(), label=gettext_lazy("要有什么"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-90, max_value=90)

    def __init__(self, data: Any = None, *, now: datetime) -> None:
        soon = (now.astimezone(CHINA) + timedelta(days=1)).date()
        super().__init__(data, initial={"day": soon, "opens": time(14), "closes": time(16)})
        narrow(self, "equipment", Equipment.objects.all())

    @property
    def here(self) -> tuple[float, float] | None:
        """Where the person is, when they said so."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        return None if lon is None or lat is None else (lon, lat)

    def span(self) -> rules.Span:
        """From when to when, across midnight too."""
        said = self.cleaned_data
        return span_of(said["day"], said["opens"], said["closes"])


class BookForm(forms.Form):
    """The one thing to type is what it is for; when and where were tapped."""

    purpose = Line(
        limit=60,
        label=gettext_lazy("用来做什么"),
        help_text=gettext_lazy("例如：读书会、合唱排练。不能用于经营和收费培训。"),
    )
    people = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=5000, initial=4)
    hours = forms.TypedChoiceField(
        label=gettext_lazy("用多久"), choices=LONGEST_HOURS, coerce=int, initial=1, widget=forms.RadioSelect
    )
    at = forms.DateTimeField(widget=forms.HiddenInput)
    client_ref = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at.second or at.microsecond:
            raise ValidationError(_("时间要是整分钟。"))
        return at


class OfficialForm(forms.Form):
    """An official use; who had the room reads the reason."""

    day = Day(label=gettext_lazy("哪一天"))
    opens = Clock(label=gettext_lazy("几点开始"))
    closes = Clock(label=gettext_lazy("几点结束"))
    people = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=5000)
    purpose = Line(limit=60, label=gettext_lazy("用来做什么"))
    words = Line(limit=200, label=gettext_lazy("征用的原因（已订的人会看到）"))


class WordsForm(forms.Form):
    words = Line(limit=200, label=gettext_lazy("说明"))


class AppealForm(forms.Form):
    excuse = Line(limit=200, rows=3, label=gettext_lazy("为什么没来"))


class VenueForm(forms.Form):
    """A centre or station and where it stands."""

    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=Venue.Kind.choices)
    name = Line(limit=60, label=gettext_lazy("名称"))
    node = forms.ModelChoiceField(Node.objects.none(), label=gettext_lazy("哪里的"))
    address = Line(limit=100, label=gettext_lazy("地址"))
    phone = Line(limit=30, label=gettext_lazy("电话"), required=False)
    words = Line(limit=1000, rows=4, label=gettext_lazy("使用须知"), required=False)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-180, max_value=180)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput, min_value=-90, max_value=90)

    def __init__(self, data: Any = None, *, places: Any) -> None:
        super().__init__(data)
        narrow(self, "node", places)


class SpaceForm(forms.Form):
    """A room of a venue; a part of a hall names the hall."""

    name = Line(limit=40, label=gettext_lazy("房间名称"))
    parent = forms.ModelChoiceField(Space.objects.none(), label=gettext_lazy("是哪个厅隔出来的"), required=False)
    capacity = forms.IntegerField(label=gettext_lazy("可容纳人数"), min_value=1, max_value=5000)
    buffer = forms.IntegerField(label=gettext_lazy("两场之间留几分钟"), min_value=0, max_value=240, initial=0)
    approval_above = forms.IntegerField(
        label=gettext_lazy("超过多少人要审批"),
        min_value=1,
        max_value=5000,
        required=False,
        help_text=gettext_lazy("空着：都不用审批。"),
    )
    needs_key = forms.BooleanField(label=gettext_lazy("要领钥匙"), required=False)
    equipment = Things(
        Equipment.objects.none(), label=gettext_lazy("设备"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, venue: Venue) -> None:
        super().__init__(data)
        narrow(self, "parent", Space.objects.filter(venue=venue, parent=None, closed_on=None))
        narrow(self, "equipment", Equipment.objects.all())


class PeriodForm(forms.Form):
    """Hours of one arrangement: a line for each kind of day, as 08:30-12:00 14:00-21:00; empty is closed."""

    name = Line(limit=40, label=gettext_lazy("名称"), help_text=gettext_lazy("例如：平时、暑期、闭馆检修"))
    since = Day(label=gettext_lazy("从哪天起"))
    until = Day(
        label=gettext_lazy("到哪天为止（当天不算）"), required=False, help_text=gettext_lazy("空着：一直这样。")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for day in Opening.Day:
            self.fields[f"day{day.value}"] = forms.CharField(label=day.label, max_length=60, required=False)

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day{day.value}"] for day in Opening.Day]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("until") and said.get("since") and said["until"] <= said["since"]:
            self.add_error("until", ValidationError(_("要晚于开始的那天。")))
        for day in Opening.Day:
            try:
                said[f"day{day.value}"] = read_hours(said.get(f"day{day.value}", ""))
            except ValueError:
                self.add_error(f"day{day.value}", ValidationError(_("没看懂，请写成 08:30-12:00 14:00-21:00。")))
        return said

    def hours(self) -> dict[int, list[tuple[time, time]]]:
        """day kind → its hours; kinds that are closed are left out."""
        return {day.value: found for day in Opening.Day if (found := self.cleaned_data[f"day{day.value}"])}


def read_hours(text: str) -> list[tuple[time, time]]:
    """Hours as they are written; 24:00 is midnight. Raises ValueError."""
    found = []
    for part in text.replace("，", " ").replace("：", ":").replace("–", "-").split():
        opens, _dash, closes = part.partition("-")
        found.append(
            (time.fromisoformat(opens.zfill(5)), time.fromisoformat(closes.zfill(5).replace("24:00", "00:00")))
        )
    return found


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """The numbers of the booking rule, from a day on."""

    valid_from = Day(label=gettext_lazy("从哪天起"))

    class Meta:
        model = BookingRule
        fields = [
            "days_ahead", "longest", "cancel_hours", "per_person", "per_group", "absence_days", "absences_one",
            "absences_stop", "stop_days", "appeal_days", "basis", "valid_from",
        ]  # fmt: skip


class DrawForm(forms.Form):
    """A span that is drawn for, and until when people may enter."""

    day = Day(label=gettext_lazy("抽哪一天"))
    opens = Clock(label=gettext_lazy("几点开始"))
    closes = Clock(label=gettext_lazy("几点结束"))
    closing_day = Day(label=gettext_lazy("报名到哪一天"))
    closing_time = Clock(label=gettext_lazy("几点截止"))


class EntryForm(forms.Form):
    purpose = Line(limit=60, label=gettext_lazy("用来做什么"))
    people = forms.IntegerField(label=gettext_lazy("多少人"), min_value=1, max_value=5000)
