"""One form per act of the desk; each knows the matter it stands on and never acts by itself."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers import access
from lastmeter.grid import scope
from lastmeter.kit.forms import offer
from lastmeter.kit.ids import BadNumber, check_number, pretty
from lastmeter.matters import danger, duplicates, lifecycle, reckoning, repeats
from lastmeter.matters.catalogue import community, duties
from lastmeter.matters.forms.fields import CategoryField, Words, category_choices, say_why
from lastmeter.matters.forms.page import PageForm, WithPhotos
from lastmeter.matters.models import Category, Cause, Channel, Ground, Matter, Outcome, Part, Profile, Reply, Urgency
from lastmeter.matters.reassigning import objections
from lastmeter.matters.takers import Taker, put_first, takers
from lastmeter.matters.talking import quality
from lastmeter.matters.timing import standing
from lastmeter.matters.together import parts


class Setting:
    """What the forms of one page share, looked up once and only when a form asks for it."""

    def __init__(self, matter: Matter, by: Actor, chosen: str = "") -> None:
        self.matter = matter
        self.by = by
        self.chosen = chosen  # the number of another matter that somebody pointed at
        self.now = timezone.now()

    @cached_property
    def catalogue(self) -> list[tuple[str, Any]]:
        return category_choices()

    @cached_property
    def proposal(self) -> duties.Proposal | None:
        today: date = timezone.localdate()
        return duties.propose(self.matter.dossier.path, self.matter.category_id, today)

    @cached_property
    def takers(self) -> list[Taker]:
        """Who can be given the matter; the unit that the duty list names comes first."""
        today: date = timezone.localdate()
        found = takers(self.matter, today=today)
        return put_first(found, self.proposal.lead.unit_id) if self.proposal else found

    @cached_property
    def similar(self) -> list[duplicates.Similar]:
        place = scope.place_columns(self.matter.dossier.node_id)
        if place is None:
            return []
        return duplicates.similar(self.matter.text, place, now=timezone.now(), leave_out=self.matter.pk)

    @cached_property
    def units(self) -> list[tuple[str, str]]:
        """Units that serve the place as choices, but the one that has the matter."""
        return [
            (str(each.unit.pk), f"{each.unit.name} · {each.place}")
            for each in self.takers
            if each.unit and each.unit.pk != self.matter.unit_id
        ]

    @cached_property
    def parts(self) -> list[Part]:
        return parts.open_parts(self.matter)

    @cached_property
    def earlier(self) -> list[repeats.Earlier]:
        return repeats.earlier(self.matter, by=self.by, now=self.now)

    @cached_property
    def leave(self) -> objections.Leave:
        return objections.leave_to_return(self.matter, now=self.now)

    @cached_property
    def promised(self) -> list[reckoning.Promised]:
        return reckoning.promised(self.matter.pk)

    @cached_property
    def standing(self) -> standing.Standing:
        return standing.of(self.matter, self.promised)

    @cached_property
    def timing(self) -> set[str]:
        """The acts on the matter's clocks that are open to this actor."""
        return standing.acts_for(self.by, self.matter, self.standing, now=self.now)

    @cached_property
    def last_outcome(self) -> str:
        last = Reply.objects.filter(matter=self.matter).order_by("-pk").values_list("outcome", flat=True).first()
        return last or Outcome.SOLVED


class ActForm(PageForm):
    """The form of an act on a matter."""

    at: Setting


CHOOSE = {"required": gettext_lazy("请选一个。")}


class Plain(ActForm):
    """An act that asks nothing."""


class Reason(ActForm):
    reason = Words(label=gettext_lazy("理由"))


class Rejection(Reason):
    ground = forms.ChoiceField(
        label=gettext_lazy("哪一种情形"), choices=Ground.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    reason = Words(label=gettext_lazy("理由（诉求人会看到）"))


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
        choices = [(each.value, taker_label(each)) for each in self.at.takers]
        offer(self, "to", choices)
        if self.at.proposal:
            self.fields["to"].help_text = escape(self.at.proposal.reason)
        if choices:
            self.initial["to"] = choices[0][0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (to := cleaned.get("to")) and (reason := self._not_asked(to, cleaned.get("category"))):
            self.add_error("to", reason)
        return cleaned

    def _not_asked(self, to: Taker, category: Category | None) -> str:
        return community.why_not(
            path=self.at.matter.dossier.path,
            category_id=category.pk if category else self.at.matter.category_id,
            unit=to.unit,
            user=to.user,
            by=self.at.by,
            today=timezone.localdate(),
        )

    def clean_to(self) -> Taker:
        return next(each for each in self.at.takers if each.value == self.cleaned_data["to"])


def taker_label(taker: Taker) -> str:
    names = {"name": taker.name, "place": taker.place, "role": taker.role}
    return _("%(name)s · %(place)s %(role)s") % names if taker.user else _("%(name)s · %(place)s") % names


class Merger(ActForm):
    """Into which matter: one of the similar ones, or a number typed in."""

    into = forms.ChoiceField(label=gettext_lazy("归入哪一件"), widget=forms.RadioSelect, required=False)
    number = forms.CharField(label=gettext_lazy("或者写编号"), required=False, max_length=40)

    def prepare(self) -> None:
        choices = self.candidates()
        offer(self, "into", choices)
        if choices:
            near = [number for number, _words in choices]
            self.initial = {"into": self.at.chosen if self.at.chosen in near else near[0]}
        else:
            del self.fields["into"]

    def candidates(self) -> list[tuple[str, str]]:
        return [(each.number, f"{pretty(each.number)} {each.title}") for each in self.at.similar]

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


class Tied(ActForm):
    """An act that ends a matter: while others still have a part to do, it asks why."""

    despite = Words(label=gettext_lazy("还有协办或小任务没办完：为什么现在就办结"), rows=2)

    def prepare(self) -> None:
        super().prepare()
        if self.at.parts:
            names = "、".join(f"{each.get_kind_display()} {each.name}" for each in self.at.parts)
            self.fields["despite"].help_text = _("没办完的：%(names)s。办结后它们就取消了。") % {"names": names}
        else:
            del self.fields["despite"]

    def clean(self) -> dict[str, Any]:
        return {"despite": "", **(super().clean() or {})}


class ToRequester(ActForm):
    """An act whose words (the field named `told`) the requester reads: it stops once, with what they may have missed.

    With one tap they go as they are; without words there is nothing to look at.
    """

    told = "text"
    anyway = forms.BooleanField(widget=forms.HiddenInput, required=False)
    remarks: Sequence[quality.Remark] = ()

    def _post_clean(self) -> None:
        """Django's hook for what is checked last, when every field and `clean` have spoken."""
        super()._post_clean()  # type: ignore[misc]
        words = self.cleaned_data.get(self.told, "")
        if self.errors or not words or self.cleaned_data.get("anyway"):
            return
        self.remarks = self.look(words)
        if self.remarks:
            self.add_error(None, _("发出之前请再看一眼。觉得没问题，可以照样发出。"))

    def look(self, words: str) -> list[quality.Remark]:
        """What to look at again in these words."""
        photos = bool(self.cleaned_data.get("photos"))
        return quality.remarks(self.at.matter, words, with_photos=photos, user_id=self.at.by.user_id)


class Settlement(ToRequester, WithPhotos, Tied):
    result = Words(label=gettext_lazy("怎么解决的（诉求人会看到）"), limit=2000)
    told = "result"
    field_order = ("result", "despite", "photos")


class ReplyForm(ToRequester, WithPhotos):
    text = Words(label=gettext_lazy("答复（诉求人会看到）"), limit=5000, rows=5)
    outcome = forms.ChoiceField(label=gettext_lazy("办理结果"), choices=Outcome.choices, initial=Outcome.SOLVED)
    field_order = ("text", "outcome", "photos")


class ClosureForm(ToRequester, Tied):
    """Closed is not the same as solved: what is not solved says why, and who decided."""

    outcome = forms.ChoiceField(label=gettext_lazy("办理结果"), choices=Outcome.choices)
    words = Words(
        label=gettext_lazy("结案说明（诉求人会看到）"),
        required=False,
        limit=2000,
        help_text=gettext_lazy("不填就用最后一次答复。"),
    )
    reason = Words(
        label=gettext_lazy("没有完全解决的，为什么这样办结"),
        required=False,
        rows=2,
        help_text=gettext_lazy("“已解决”可以不写。"),
    )
    cause = forms.ChoiceField(
        label=gettext_lazy("根本原因"), choices=[("", gettext_lazy("不填")), *Cause.choices], required=False
    )
    decided_by = Words(
        label=gettext_lazy("谁定的"),
        required=False,
        rows=0,
        limit=60,
        help_text=gettext_lazy("不填就是您；领导或会议定的写在这里。"),
    )
    told = "words"
    field_order = ("outcome", "words", "reason", "despite", "cause", "decided_by")

    def prepare(self) -> None:
        super().prepare()
        self.initial = {"outcome": self.at.last_outcome}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        say_why(self, cleaned)
        return cleaned

    def look(self, words: str) -> list[quality.Remark]:
        """The desk may well say what the unit has replied to this matter; only other matters' words are copies."""
        return quality.remarks(self.at.matter, words, own=False, user_id=self.at.by.user_id)


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


class HandOver(ActForm):
    """Which emergency number was called: the one that the words of the report name is chosen already."""

    NUMBERS = (
        ("110", gettext_lazy("110 警情")),
        ("119", gettext_lazy("119 火灾、燃气、救援")),
        ("120", gettext_lazy("120 急救")),
        ("122", gettext_lazy("122 交通事故")),
    )
    called = forms.ChoiceField(
        label=gettext_lazy("已经打了哪个电话"), choices=NUMBERS, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    words = Words(label=gettext_lazy("谁接的、怎么说的"), required=False, rows=2)

    def prepare(self) -> None:
        named = danger.named_in(self.at.matter.text)
        if named:
            self.initial = {"called": named[0].phone}


class Repetition(Merger):
    """Of which earlier matter: one that the same person has reported, or a number typed in."""

    into = forms.ChoiceField(label=gettext_lazy("重复的是哪一件"), widget=forms.RadioSelect, required=False)
    words = Words(
        label=gettext_lazy("再补充几句"),
        required=False,
        rows=2,
        help_text=gettext_lazy("那一件办到哪里、结果怎样，系统会自动告诉诉求人。"),
    )

    def candidates(self) -> list[tuple[str, str]]:
        return [(each.matter.dossier.number, _earlier_label(each)) for each in self.at.earlier]


def _earlier_label(earlier: repeats.Earlier) -> str:
    number, title = pretty(earlier.matter.dossier.number), earlier.matter.dossier.title
    return _("%(number)s %(title)s（%(step)s）") % {"number": number, "title": title, "step": _(earlier.word)}


class ProfileForm(Reason):
    """Another flow than the present one; what is settled on the spot has its own act."""

    profile = forms.ChoiceField(label=gettext_lazy("改按哪个流程办"), widget=forms.RadioSelect, error_messages=CHOOSE)
    field_order = ("profile", "reason")

    def prepare(self) -> None:
        others = [
            (each.name, _("%(word)s：%(says)s") % {"word": _(each.word), "says": _(each.says)})
            for each in lifecycle.PROFILES
            if each.name not in (Profile.SELF, self.at.matter.profile)
        ]
        offer(self, "profile", others)


class CheckForm(WithPhotos, ActForm):
    """What was found on the spot; a mismatch says what does not match."""

    found = forms.ChoiceField(
        label=gettext_lazy("跟答复相符吗"),
        choices=(("yes", gettext_lazy("相符，确实办好了")), ("no", gettext_lazy("不符，还要再办"))),
        widget=forms.RadioSelect,
        error_messages=CHOOSE,
    )
    words = Words(label=gettext_lazy("看到什么（诉求人会看到）"), required=False, rows=2)
    field_order = ("found", "words", "photos")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("found") == "no" and not cleaned.get("words"):
            self.add_error("words", _("不符的话，请写一句哪里不符。"))
        return cleaned


class ReopenFor(Reason):
    reason = Words(label=gettext_lazy("诉求人说哪里没有解决"))


class NoteForm(WithPhotos, ActForm):
    text = Words(label=gettext_lazy("备注（诉求人看不到）"), limit=5000)
    field_order = ("text", "photos")


class Reveal(ActForm):
    reason = Words(
        label=gettext_lazy("为什么要看（会留痕）"), limit=500, rows=0, help_text=gettext_lazy("如：回电核实地点。")
    )
