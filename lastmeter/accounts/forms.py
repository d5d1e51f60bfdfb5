"""The forms of signing in, passwords and one's own data."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def _password(label: Any, *, new: bool) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password" if new else "current-password"})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200)


class SignInForm(forms.Form):
    identifier = forms.CharField(
        label=_("登录名或手机号"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("密码"), new=False)


class NewPasswordForm(forms.Form):
    """A new password, typed twice. Its strength is judged by the act."""

    new = _password(_("新密码"), new=True)
    again = _password(_("再输一遍新密码"), new=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = _("至少 12 个字符。用几个不相干的词连起来，好记又难猜。")

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError(_("两次输入的新密码不一样。"))
        return again


class PasswordForm(NewPasswordForm):
    old = _password(_("原来的密码"), new=False)
    field_order = ("old", "new", "again")


class PersonForm(forms.Form):
    """Somebody named by a security administrator."""

    identifier = forms.CharField(label=_("登录名或手机号"), max_length=60)


class CorrectionForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    email = forms.EmailField(label=_("电子邮箱"), required=False, help_text=_("留空表示不用电子邮箱接收通知。"))


class AuditFilterForm(forms.Form):
    """Narrows the audit list. Wrong input narrows nothing and says so beside the field."""

    kind = forms.CharField(label=_("种类"), max_length=40, required=False)
    by = forms.CharField(label=_("谁（登录名）"), max_length=60, required=False)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("kind", "by")}
