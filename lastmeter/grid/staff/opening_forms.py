"""The forms of open posts: what the desk says about one, and what an applicant writes."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.forms import Day, Line, Phone


class OpeningForm(forms.Form):
    """What the post is about and until when people may apply."""

    text = Line(
        label=gettext_lazy("做什么、要什么条件、有没有补贴"),
        limit=2000,
        rows=6,
        help_text=gettext_lazy("公开显示，请写清每周大约要多少时间"),
    )
    open_from = Day(label=gettext_lazy("报名自"), initial=timezone.localdate)
    open_until = Day(label=gettext_lazy("报名至"), initial=lambda: timezone.localdate() + timedelta(days=14))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("open_from"), given.get("open_until")
        if since and until and until < max(since, timezone.localdate()):
            self.add_error("open_until", _("报名至不能早于报名自，也不能早于今天。"))
        return given


class ApplicationForm(forms.Form):
    """As little as an application needs."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    name = Line(label=gettext_lazy("姓名"), limit=60)
    phone = Phone(
        label=gettext_lazy("手机"), required=False, help_text=gettext_lazy("想接到答复就留；不留也能凭回执编号来问")
    )
    words = Line(label=gettext_lazy("简单介绍一下自己"), limit=1000, rows=5)
    consent = forms.BooleanField(
        label=gettext_lazy("我同意这些内容用来办理这次报名"),
        error_messages={"required": gettext_lazy("同意以后才能报名。")},
    )


class ReceiptForm(forms.Form):
    """Looking an application up from another device: by the phone that was left."""

    phone = Phone(label=gettext_lazy("报名时留的手机"))


class AcceptanceForm(forms.Form):
    """Until when the applicant is appointed."""

    until = Day(label=gettext_lazy("任期至"), required=False, help_text=gettext_lazy("没有期限就不填"))


class RefusalForm(forms.Form):
    """Why not; the applicant reads it."""

    reason = Line(label=gettext_lazy("理由（报名的人会看到）"), limit=500, rows=2)


class RevealForm(forms.Form):
    """Why the phone is looked at."""

    reason = Line(label=gettext_lazy("为什么看手机号（会记入审计）"), limit=200)
