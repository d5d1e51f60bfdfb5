"""The forms of posts: what a page asks, cleaned; they never act."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid.models import Role, Tenure
from lastmeter.grid.staff import appointing
from lastmeter.kit.forms import Day, Line, Phone


class _PersonForm(forms.Form):
    """Somebody by phone: an account that exists with this name, or a name and phone for a new one."""

    name = Line(label=gettext_lazy("姓名"), limit=60)
    phone = Phone(label=gettext_lazy("手机"), help_text=gettext_lazy("本人的手机号，用来登录和核对，不公开"))
    until = Day(label=gettext_lazy("任期至"), required=False, help_text=gettext_lazy("没有期限就不填"))
    user: User | None = None

    def __init__(self, *args: Any, by: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by

    def clean(self) -> dict[str, Any]:
        """Find the account; refuse a phone that is somebody else's, or that of a closed account."""
        given = super().clean() or {}
        name, phone = given.get("name"), given.get("phone")
        if not (name and phone):
            return given
        try:
            self.user = appointing.account_of(phone, name, by=self.by)
        except appointing.Refused as refused:
            self.add_error("phone", str(refused))
        return given

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.localdate():
            raise ValidationError(_("任期至要在今天以后。"))
        return until


class AppointmentForm(_PersonForm):
    """Who takes the post, from when, how they were found; `seen` says who stood there when the page was made."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    since = Day(label=gettext_lazy("任期自"), initial=timezone.localdate)
    source = forms.ChoiceField(
        label=gettext_lazy("来源"), choices=[("", gettext_lazy("未写明")), *Tenure.Source.choices], required=False
    )
    field_order = ("name", "phone", "since", "until", "source")

    def clean_seen(self) -> list[int] | None:
        typed: str = self.cleaned_data["seen"]
        return [int(each) for each in typed.split() if each.isdecimal()] if "seen" in self.data else None

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        since, until = given.get("since"), given.get("until")
        if since and until and until <= since:
            self.add_error("until", _("任期至要在任期自以后。"))
        return given


class HandoverForm(_PersonForm):
    """Who takes over, from today."""


class TermForm(forms.Form):
    """The new end of a term."""

    tenure = forms.IntegerField(widget=forms.HiddenInput)
    until = Day(label=gettext_lazy("任期至"), required=False, help_text=gettext_lazy("没有期限就不填"))


class LeavingForm(forms.Form):
    """Who leaves today."""

    tenure = forms.IntegerField(widget=forms.HiddenInput)


class PublicNumber(Line):
    """A number that residents call: landlines with an extension too."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("公开联系电话"), limit=30, required=False)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if any(char not in "0123456789-+() " for char in typed):
            raise ValidationError(_("电话只写数字、空格和“-”。"))
        return typed


class PhoneForm(forms.Form):
    """The number residents see."""

    public_phone = PublicNumber()


class NewPostForm(forms.Form):
    """A post to be made at a node."""

    role = forms.ChoiceField(
        label=gettext_lazy("岗位"),
        choices=[each for each in Role.choices if each[0] not in (Role.UNIT_HEAD, Role.UNIT_HANDLER)],
    )
    public_phone = PublicNumber()
