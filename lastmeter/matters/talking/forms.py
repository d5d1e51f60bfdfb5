"""Forms of talking: the words of a template, a letter that went out, what a firm is asked and answers, a grievance."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node
from lastmeter.kit.forms import Day, offer
from lastmeter.matters.forms import kept
from lastmeter.matters.forms.acts import ActForm
from lastmeter.matters.forms.fields import CategoryField, Photos, Words, category_choices
from lastmeter.matters.intake import MOST_PHOTOS
from lastmeter.matters.models import Letter, Profile, Way
from lastmeter.matters.talking import placeholders, templates


class TemplateForm(forms.Form):
    """For which place and cases, and the words; what is wrong with a placeholder stands beside them."""

    node = forms.TypedChoiceField(label=gettext_lazy("用于"), coerce=int)
    way = forms.ChoiceField(
        label=gettext_lazy("渠道"), choices=[("", gettext_lazy("全部渠道")), *Way.choices], required=False
    )
    category = CategoryField(label=gettext_lazy("类别"))
    profile = forms.ChoiceField(
        label=gettext_lazy("流程"), choices=[("", gettext_lazy("全部流程")), *Profile.choices], required=False
    )
    words = Words(
        label=gettext_lazy("发给诉求人的话"),
        limit=templates.MOST,
        rows=6,
        required=False,
        help_text=gettext_lazy("空着就不发。〔 〕里的一段，缺了其中的内容就不出现。"),
    )

    def __init__(self, *args: Any, by: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.nodes = offer_places(self, by)

    def clean_node(self) -> Node:
        return self.nodes[self.cleaned_data["node"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if wrong := placeholders.wrong_with(cleaned.get("words", ""), cleaned.get("way", "")):
            raise ValidationError({"words": wrong})
        return cleaned


class AddressForm(forms.Form):
    """Where a letter goes; empty takes the address away again."""

    where = Words(
        label=gettext_lazy("通信地址（可以写上邮编）"),
        limit=200,
        rows=2,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "data-private": ""}),
    )


class SentForm(forms.Form):
    """How and when a letter went out."""

    how = forms.ChoiceField(
        label=gettext_lazy("怎么送到"),
        choices=Letter.How.choices,
        widget=forms.RadioSelect,
        initial=Letter.How.POSTED,
    )
    on = Day(label=gettext_lazy("哪一天"))

    def __init__(self, *args: Any, letter: Letter, **options: Any) -> None:
        super().__init__(*args, **options)
        self.letter = letter

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > timezone.localdate():
            raise ValidationError(_("日期不能在今天以后。"))
        if on < timezone.localdate(self.letter.message.at):
            raise ValidationError(_("日期不能早于写信那天。"))
        return on


def offer_places(form: forms.Form, by: Actor) -> dict[int, Node]:
    """Let the form choose among the places for which the actor writes rules, and among the categories."""
    nodes = {node.pk: node for node in templates.places(by)}
    offer(form, "node", [(pk, "　" * max(0, node.level - 2) + node.name) for pk, node in nodes.items()])
    category = form.fields["category"]
    if isinstance(category, CategoryField):
        category.choices = lambda: [("", _("全部类别")), *category_choices()]
    return nodes


class OutsideForm(ActForm):
    """Whom outside to ask, what, until when, and whether they see the photos."""

    DAYS = (
        (3, gettext_lazy("3 天")),
        (7, gettext_lazy("7 天")),
        (15, gettext_lazy("15 天")),
        (30, gettext_lazy("30 天")),
    )

    firm = Words(label=gettext_lazy("外部单位（如：物业公司、施工单位）"), limit=100, rows=0)
    email = forms.EmailField(
        label=gettext_lazy("对方邮箱"), widget=forms.EmailInput(attrs={"autocomplete": "off", "data-private": ""})
    )
    request = Words(label=gettext_lazy("请对方答复什么（对方会看到）"), rows=3)
    days = forms.TypedChoiceField(label=gettext_lazy("链接多久有效"), choices=DAYS, coerce=int, initial=7)
    with_photos = forms.BooleanField(label=gettext_lazy("给对方看照片（请先看清有没有人脸、车牌）"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        days = cleaned.pop("days", 7)
        return {**cleaned, "until": timezone.now() + timedelta(days=days)}


class OutsideAnswerForm(forms.Form):
    """What a firm answers: words, with photos; those that were sent stay when the form comes back."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)
    text = Words(label=gettext_lazy("您单位的答复"), limit=5000, rows=6)
    photos = Photos(label=gettext_lazy("照片"), help_text=gettext_lazy("最多 9 张"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["photos"] = (*kept.recall(cleaned.get("kept", "")), *cleaned.get("photos", ()))[:MOST_PHOTOS]
        return cleaned

    def hold(self) -> None:
        """Keep the photos: the browser does not send them again."""
        self.data = {**self.data.dict(), "kept": kept.keep(self.cleaned_data["photos"])}  # type: ignore[attr-defined]


class GrievanceForm(forms.Form):
    """What the requester is not content with."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)
    words = Words(label=gettext_lazy("对办理情况哪里不满意"), limit=2000, rows=4)


class GrievanceAnswerForm(forms.Form):
    """The answer, and what the handler is asked to do better."""

    text = Words(label=gettext_lazy("给诉求人的答复"), limit=5000, rows=5)
    advice = Words(label=gettext_lazy("对办理单位的要求（办理的人会看到，不要转述投诉人的话）"), required=False, rows=2)
