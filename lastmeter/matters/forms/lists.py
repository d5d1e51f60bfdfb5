"""Forms of work lists: keeping one under a name, and what a bulk act asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.kit.forms import offer
from lastmeter.matters.forms.fields import CategoryField, Words, category_choices, say_why
from lastmeter.matters.lists import choosing, saved
from lastmeter.matters.lists.bulk.acts import BY_NAME
from lastmeter.matters.lists.filters import HANDLERS, Filters
from lastmeter.matters.models import BulkRun, Outcome, Urgency

LONGEST_NAME = 40


class SaveList(forms.Form):
    """A name, and whose list it is."""

    name = forms.CharField(label=_("名称"), max_length=LONGEST_NAME)
    owner = forms.ChoiceField(label=_("谁能用"), widget=forms.RadioSelect, initial=saved.MINE)

    def __init__(self, data: Any = None, *, by: Actor) -> None:
        super().__init__(data, auto_id="save-%s")
        offer(self, "owner", saved.owners(by))


class ChangeList(forms.Form):
    """A new name, and whether it is what the owner sees first."""

    name = forms.CharField(label=_("名称"), max_length=LONGEST_NAME)
    is_default = forms.BooleanField(label=_("打开事项清单时先看它"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class BulkForm(forms.Form):
    """What the act of a run asks; what it does not ask is not there."""

    to = forms.ChoiceField(label=_("交给谁"))
    category = CategoryField(label=_("改成哪一类"))
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    outcome = forms.ChoiceField(label=_("办理结果"), choices=Outcome.choices)
    words = Words(label=_("说明"), rows=3)
    reason = Words(label=_("没有完全解决的，为什么这样办结"), rows=2, help_text=_("“已解决”可以不写。"))

    def __init__(self, data: Any = None, *, run: BulkRun, by: Actor) -> None:
        given = {name: getattr(run, name) for name in ("urgency", "outcome", "words", "reason")}
        given["category"] = run.category_id
        super().__init__(data, auto_id="bulk-%s", initial={"to": _held(run), **given})
        for name in set(self.fields) - set(BY_NAME[run.act].asks):
            del self.fields[name]
        if "to" in self.fields:
            offer(self, "to", _takers(by))
        category, words = self.fields.get("category"), self.fields.get("words")
        if isinstance(category, CategoryField):
            category.offer(category_choices)
            category.required = True
        if words:
            words.required = run.act in ("urge", "note")
        if "reason" in self.fields:
            self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        say_why(self, cleaned)
        return cleaned

    def give(self, run: BulkRun) -> None:
        """Put what was asked on the run, not saved yet."""
        given = self.cleaned_data
        kind, _colon, key = given.get("to", "").partition(":")
        run.unit_id = int(key) if kind == "unit" else None
        run.user_id = int(key) if kind == "user" else None
        run.category = given.get("category")
        run.urgency, run.outcome = given.get("urgency", ""), given.get("outcome", "")
        run.words, run.reason = given.get("words", ""), given.get("reason", "")


def _held(run: BulkRun) -> str:
    if run.unit_id:
        return f"unit:{run.unit_id}"
    return f"user:{run.user_id}" if run.user_id else ""


def _takers(by: Actor) -> list[tuple[str, str]]:
    """Units that serve the actor's places, and the workers there."""
    units = [(f"unit:{pk}", name) for pk, name in choosing.choices("unit", by, Filters())]
    people = [(value, name) for value, name in choosing.choices("handler", by, Filters()) if value not in HANDLERS]
    return [*units, *((f"user:{pk}", name) for pk, name in people)]
