"""What a requester writes on the progress page."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.kit.ids import BadNumber, check_number
from lastmeter.matters.forms.fields import Photos, Words
from lastmeter.matters.models import Rating


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("查询码"),
        max_length=40,
        help_text=gettext_lazy("上报成功时给您的 8 位字母数字，大小写都行"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "data-private": ""}),
    )


class LookUpForm(CodeForm):
    number = forms.CharField(
        label=gettext_lazy("编号"),
        max_length=40,
        help_text=gettext_lazy("10 位，如 K7M-3RX-A92C"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    field_order = ("number", "code")

    def clean_number(self) -> str:
        try:
            return check_number(self.cleaned_data["number"])
        except BadNumber:
            raise ValidationError(_("这个编号不对：请看看有没有抄错一位。")) from None


class AnswerForm(forms.Form):
    text = Words(label=gettext_lazy("补充内容"), limit=2000)
    photos = Photos(label=gettext_lazy("照片"))


class RatingForm(forms.Form):
    score = forms.TypedChoiceField(
        label=gettext_lazy("您满意吗"), choices=Rating.Score.choices, coerce=int, widget=forms.RadioSelect
    )
    solved = forms.TypedChoiceField(
        label=gettext_lazy("问题解决了吗"),
        choices=[("yes", gettext_lazy("解决了")), ("no", gettext_lazy("没有解决"))],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )
    words = Words(label=gettext_lazy("想说的话"), required=False)


class UrgingForm(forms.Form):
    words = Words(label=gettext_lazy("想催什么"), rows=2)


class ReopeningForm(forms.Form):
    reason = Words(label=gettext_lazy("哪里没有解决（可以不写）"), required=False)


class ComplaintForm(forms.Form):
    words = Words(label=gettext_lazy("现在是什么情况（可以不写）"), required=False)


class WithdrawalForm(forms.Form):
    reason = Words(label=gettext_lazy("为什么撤回"), required=False)
