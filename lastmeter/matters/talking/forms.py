"""Forms of talking: the words of a template, a letter that went out, what a firm is asked and answers, a grievance."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Node
from lastmeter.kit.forms import Day, offer
from lastmeter.matters.forms.fields import CategoryField, Words, category_choices
from lastmeter.matters.models import LapseRule, Letter, Outcome, Profile, Way
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


class LapseForm(forms.Form):
    """What follows an unanswered question, where, and on what basis."""

    node = forms.TypedChoiceField(label=gettext_lazy("用于"), coerce=int)
    category = CategoryField(label=gettext_lazy("类别"))
    then = forms.ChoiceField(
        label=gettext_lazy("补充到期以后"), choices=LapseRule.Then.choices, widget=forms.RadioSelect
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("办结的，办理结果写"), choices=Outcome.choices, initial=Outcome.EXPLAINED
    )
    basis = Words(label=gettext_lazy("依据"), limit=200, rows=0, help_text=gettext_lazy("如：哪份办法第几条"))

    def __init__(self, *args: Any, by: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.nodes = offer_places(self, by)


def offer_places(form: forms.Form, by: Actor) -> dict[int, Node]:
    """Let the form choose among the places for which the actor writes rules, and among the categories."""
    nodes = {node.pk: node for node in templates.places(by)}
    offer(form, "node", [(pk, "　" * max(0, node.level - 2) + node.name) for pk, node in nodes.items()])
    category = form.fields["category"]
    if isinstance(category, CategoryField):
        category.choices = lambda: [("", _("全部类别")), *category_choices()]
    return nodes
