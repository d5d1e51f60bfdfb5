"""One form per act of the desk; each knows the matter it stands on and never acts by itself."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.grid import scope
from lastmeter.kit.forms import offer
from lastmeter.kit.ids import BadNumber, check_number, pretty
from lastmeter.matters import duplicates
from lastmeter.matters.forms import kept
from lastmeter.matters.forms.fields import CategoryField, Photos, Words, category_choices
from lastmeter.matters.intake import MOST_PHOTOS
from lastmeter.matters.models import Channel, Matter, Outcome, Reply, Urgency
from lastmeter.matters.takers import Taker, takers
from lastmeter.matters.talking import quality


class Setting:
    """What the forms of one page share, looked up once and only when a form asks for it."""

    def __init__(self, matter: Matter, by: Actor) -> None:
        self.matter = matter
        self.by = by

    @cached_property
    def catalogue(self) -> list[tuple[str, Any]]:
        return category_choices()

    @cached_property
    def takers(self) -> list[Taker]:
        today: date = timezone.localdate()
        return takers(self.matter, today=today)

    @cached_property
    def similar(self) -> list[duplicates.Similar]:
        place = scope.place_columns(self.matter.dossier.node_id)
        if place is None:
            return []
        return duplicates.similar(self.matter.text, place, now=timezone.now(), leave_out=self.matter.pk)

    @cached_property
    def last_outcome(self) -> str:
        last = Reply.objects.filter(matter=self.matter).order_by("-pk").values_list("outcome", flat=True).first()
        return last or Outcome.SOLVED


class ActForm(forms.Form):
    """The base: ids that do not collide with the page's other forms, and the setting."""

    def __init__(self, data: Any = None, files: Any = None, *, at: Setting) -> None:
        super().__init__(data, files, auto_id=f"{type(self).__name__.lower()}-%s")
        self.at = at
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values from the setting."""

    def hold(self) -> None:
        """Keep what the browser will not send again (photos), because the form goes back to be corrected."""

    def typed(self) -> list[str]:
        """What somebody wrote into this form: shown again when the act came too late."""
        names = [name for name, field in self.fields.items() if isinstance(field, Words)]
        return [text for name in names if (text := str(self.data.get(name, "")).strip())]


class WithPhotos(ActForm):
    """An act with photos: those that were sent stay when the form comes back."""

    photos = Photos(label=gettext_lazy("照片"))
    kept = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["photos"] = (*kept.recall(cleaned.get("kept", "")), *cleaned.get("photos", ()))[:MOST_PHOTOS]
        return cleaned

    def hold(self) -> None:
        photos = self.cleaned_data["photos"]
        held = self.data.copy() if isinstance(self.data, QueryDict) else QueryDict(mutable=True)
        held["kept"] = kept.keep(photos)
        self.data = held
        if photos:
            self["photos"].help_text = _("已留着 %(count)d 张照片，不用再选。") % {"count": len(photos)}


class Plain(ActForm):
    """An act that asks nothing."""


class Reason(ActForm):
    reason = Words(label=gettext_lazy("理由"))


class Rejection(Reason):
    reason = Words(label=gettext_lazy("理由（诉求人会看到）"))


class Return(Reason):
    reason = Words(label=gettext_lazy("退回理由（如：不属本单位职责，建议交给谁）"))


class Recall(Reason):
    reason = Words(label=gettext_lazy("为什么收回（如：经办人已离任）"))


class Escalation(Reason):
    reason = Words(label=gettext_lazy("报上级的理由，以及已经做过什么"))


class Rework(Reason):
    reason = Words(label=gettext_lazy("哪里还没有办好"))


class Classified(ActForm):
    """An act that may also set category and urgency."""

    category = CategoryField(label=gettext_lazy("类别"))
    urgency = forms.ChoiceField(label=gettext_lazy("紧急程度"), choices=Urgency.choices, required=False)

    def prepare(self) -> None:
        field = self.fields["category"]
        if isinstance(field, CategoryField):
            field.offer(self.at.catalogue)
        self.initial = {"category": self.at.matter.category_id, "urgency": self.at.matter.urgency}


class Acceptance(Classified):
    pass


class Assignment(Classified):
    """Units that serve the place first, then its people; the nearest unit is chosen already."""

    to = forms.ChoiceField(label=gettext_lazy("交给谁"), widget=forms.RadioSelect)
    request = Words(label=gettext_lazy("办理要求"), required=False, rows=2)
    field_order = ("to", "request", "category", "urgency")

    def prepare(self) -> None:
        super().prepare()
        choices = [(each.value, _taker_label(each)) for each in self.at.takers]
        offer(self, "to", choices)
        if choices:
            self.initial["to"] = choices[0][0]

    def clean_to(self) -> Taker:
        return next(each for each in self.at.takers if each.value == self.cleaned_data["to"])


def _taker_label(taker: Taker) -> str:
    names = {"name": taker.name, "place": taker.place, "role": taker.role}
    return _("%(name)s · %(place)s %(role)s") % names if taker.user else _("%(name)s · %(place)s") % names


class Merger(ActForm):
    """Into which matter: one of the similar ones, or a number typed in."""

    into = forms.ChoiceField(label=gettext_lazy("归入哪一件"), widget=forms.RadioSelect, required=False)
    number = forms.CharField(label=gettext_lazy("或者写编号"), required=False, max_length=40)

    def prepare(self) -> None:
        choices = [(each.number, f"{pretty(each.number)} {each.title}") for each in self.at.similar]
        offer(self, "into", choices)
        if choices:
            self.initial = {"into": choices[0][0]}
        else:
            del self.fields["into"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        target = self._target(cleaned.get("number") or cleaned.get("into") or "")
        return {**cleaned, "target": target}

    def _target(self, typed: str) -> Matter:
        try:
            number = check_number(typed)
        except BadNumber:
            raise ValidationError({"number": _("编号是 10 个字符，请照着那一件的编号填写。")}) from None
        found = (
            Matter.objects.select_related("dossier")
            .filter(access.visible(self.at.by, "dossier__"), dossier__number=number)
            .first()
        )
        if found is None:
            raise ValidationError({"number": _("在您的范围内没有找到这个编号。")})
        return found


class Diversion(ActForm):
    """The channel explains itself in standard words; what is added stands below them."""

    channel = forms.ChoiceField(label=gettext_lazy("属于哪个渠道"), choices=Channel.choices, widget=forms.RadioSelect)
    more = Words(label=gettext_lazy("再补充几句（如：去哪个窗口、带什么材料）"), required=False, limit=600)


class Settlement(WithPhotos):
    result = Words(label=gettext_lazy("怎么解决的"), limit=2000)
    field_order = ("result", "photos")


class ReplyForm(WithPhotos):
    text = Words(label=gettext_lazy("答复（诉求人会看到）"), limit=5000, rows=5)
    outcome = forms.ChoiceField(label=gettext_lazy("办理结果"), choices=Outcome.choices, initial=Outcome.SOLVED)
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
    field_order = ("text", "outcome", "photos")
    remarks: Sequence[quality.Remark] = ()

    def clean(self) -> dict[str, Any]:
        """Stop once, with what the reply may have missed; sent again, or with one tap, it goes as it is."""
        cleaned = super().clean()
        if not self.errors and not cleaned.get("anyway"):
            photos, writer = bool(cleaned["photos"]), self.at.by.user_id
            self.remarks = quality.remarks(self.at.matter, cleaned["text"], with_photos=photos, user_id=writer)
            if self.remarks:
                self.add_error(None, _("发出之前请再看一眼。觉得没问题，可以照样发出。"))
        return cleaned


class ClosureForm(ActForm):
    outcome = forms.ChoiceField(label=gettext_lazy("办理结果"), choices=Outcome.choices)
    words = Words(
        label=gettext_lazy("结案说明"),
        required=False,
        limit=2000,
        help_text=gettext_lazy("不填就用最后一次答复。"),
    )

    def prepare(self) -> None:
        self.initial = {"outcome": self.at.last_outcome}


class RevisitForm(ActForm):
    HOW = (
        ("solved", gettext_lazy("联系上了，确认已解决")),
        ("unsolved", gettext_lazy("联系上了，说没有解决")),
        ("missed", gettext_lazy("没有联系上")),
    )
    how = forms.ChoiceField(label=gettext_lazy("回访结果"), choices=HOW, widget=forms.RadioSelect, initial="solved")
    words = Words(label=gettext_lazy("回访记录"), required=False)


class EnquiryForm(ActForm):
    question = Words(label=gettext_lazy("请诉求人补充什么"))


class NoteForm(WithPhotos):
    text = Words(label=gettext_lazy("备注（诉求人看不到）"), limit=5000)
    field_order = ("text", "photos")


class Reveal(ActForm):
    reason = Words(
        label=gettext_lazy("为什么要看（会留痕）"), limit=500, rows=0, help_text=gettext_lazy("如：回电核实地点。")
    )
