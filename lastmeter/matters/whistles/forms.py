"""Forms of whistles: few taps, one thing to write; what the system knows is not asked."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.grid.models import Level, Unit, lineage
from lastmeter.kit import ids
from lastmeter.kit.forms import Line, Moment, offer
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters.forms.acts import ActForm
from lastmeter.matters.forms.acts import Setting as MatterSetting
from lastmeter.matters.forms.fields import Words
from lastmeter.matters.forms.page import PageForm, WithPhotos
from lastmeter.matters.forms.together import Until
from lastmeter.matters.models import Called, Colour, Rank, Tier, Whistle
from lastmeter.matters.whistles import levels, owners, rights, routing
from lastmeter.matters.whistles.conferences import Agreed
from lastmeter.matters.whistles.ending import Marks, rated
from lastmeter.volunteers.models import Skill

CHOOSE = {"required": gettext_lazy("请选一个。")}
# What was tried before, as people say it: ticked, not typed.
TRIED = {
    "visited": gettext_lazy("到现场看过"),
    "persuaded": gettext_lazy("上门劝说过"),
    "asked": gettext_lazy("联系过有关单位"),
    "settled": gettext_lazy("自己处置过，又出现了"),
    "no_power": gettext_lazy("要执法权，本级没有"),
}
OTHER = "other"
NOT_TRIED = {"required": gettext_lazy("先写明做过什么：本级办得了的不吹哨。")}
MARKS = [(5, gettext_lazy("好")), (4, gettext_lazy("较好")), (3, gettext_lazy("一般")), (2, gettext_lazy("差"))]
DECISIONS = 6


class Blow(ActForm):
    """吹哨 from the page of a matter: colour, what was tried, whom, and one sentence."""

    colour = forms.ChoiceField(label=gettext_lazy("哨级"), widget=forms.RadioSelect, initial=Colour.BLUE)
    request = Words(label=gettext_lazy("请他们来做什么"), rows=2)
    tried = forms.MultipleChoiceField(
        label=gettext_lazy("已经做过什么"),
        choices=[*TRIED.items(), (OTHER, gettext_lazy("别的，写在下面"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages=NOT_TRIED,
    )
    more = Line(label=gettext_lazy("还做过什么"), limit=500, required=False)
    units = forms.MultipleChoiceField(
        label=gettext_lazy("请哪些单位"), widget=forms.CheckboxSelectMultiple, required=False
    )
    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def prepare(self) -> None:
        today = timezone.localdate()
        rules = levels.at(self.at.matter.dossier.path, today)
        offer(
            self,
            "colour",
            [
                (colour.value, _("%(word)s（%(rank)s到场）") % {"word": rule.word, "rank": rule.rank_word})
                for colour in Colour
                for rule in [rules[colour]]
            ],
        )
        offer(self, "units", _unit_choices(self.at))
        proposal = self.at.proposal
        named = [proposal.lead.unit_id, *(each.unit_id for each in proposal.assists)] if proposal else []
        self.initial = {"units": [str(pk) for pk in named], "colour": Colour.BLUE, "client_ref": ids.new_token()}
        if last := next((each for each in self.at.matter.whistles.all() if each.turned), None):
            self.initial |= {"request": last.request, "colour": last.colour, "more": last.attempts[:500]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        tried = [on_record(TRIED[name]) for name in cleaned.get("tried", []) if name in TRIED]
        attempts = "；".join([*tried, *filter(None, [cleaned.get("more", "")])])
        if not attempts and "tried" in cleaned:
            self.add_error("more", NOT_TRIED["required"])
        chosen = [int(pk) for pk in cleaned.get("units", [])]
        return {**cleaned, "attempts": attempts, "units": list(Unit.objects.filter(pk__in=chosen).order_by("pk"))}


def _unit_choices(at: MatterSetting) -> list[tuple[str, str]]:
    return [(str(each.unit.pk), f"{each.unit.name} · {each.place}") for each in at.takers if each.unit]


class Setting:
    """What the forms of a whistle's page share, looked up once and only when a form asks for it."""

    def __init__(self, whistle: Whistle, by: Actor) -> None:
        self.whistle, self.by, self.now = whistle, by, timezone.now()

    @cached_property
    def called(self) -> list[Called]:
        return list(self.whistle.called.all())

    @cached_property
    def plan(self) -> routing.Plan:
        return routing.propose(self.whistle, now=self.now)

    @cached_property
    def units(self) -> list[Unit]:
        """Units that serve the place, and whoever is proposed from elsewhere."""
        path = self.whistle.matter.dossier.path
        here = Unit.objects.filter(node__path__in=lineage(path), closed_on=None)
        return list(here.select_related("node").order_by("-node__level", "name"))

    def label(self, unit: Unit) -> str:
        return f"{unit.name} · {unit.node.name}"

    @cached_property
    def candidates(self) -> list[tuple[str, list[owners.Owner]]]:
        """Who can be given a decision: units, posts, persons, each under its word."""
        called = [each.unit_id for each in self.called] or list(self.whistle.requested.values_list("pk", flat=True))
        offices, people = owners.posts_and_people(self.whistle, called, self.now.astimezone(CHINA).date())
        return [(_("单位"), owners.units(self.units)), (_("岗位"), offices), (_("个人"), people)]


class WhistleForm(PageForm):
    """The form of an act on a whistle, on one of its units or decisions."""

    at: Setting


class Plain(WhistleForm):
    """An act that asks nothing."""


class Reason(WhistleForm):
    reason = Words(label=gettext_lazy("为什么"), rows=2)


class Objection(Reason):
    """Of a unit that should not have been called."""


class Release(Reason):
    """Of a unit, by whoever called it: both may stand on one page."""


class Turning(Reason):
    ground = forms.ChoiceField(
        label=gettext_lazy("哪一种"), choices=Whistle.Turned.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )
    field_order = ("ground", "reason")


class Upgrade(Reason):
    colour = forms.ChoiceField(label=gettext_lazy("升到哪一级"), widget=forms.RadioSelect, error_messages=CHOOSE)
    tier = forms.ChoiceField(label=gettext_lazy("由谁来听"), required=False)
    field_order = ("colour", "tier", "reason")

    def prepare(self) -> None:
        whistle = self.at.whistle
        rules = levels.at(whistle.matter.dossier.path, timezone.localdate())
        order = list(Colour)
        offer(self, "colour", [(each.value, rules[each].word) for each in order[order.index(Colour(whistle.colour)) :]])
        higher = rights.HIGHER.get(Tier(whistle.tier))
        kept = (whistle.tier, _("层级不变：%(tier)s") % {"tier": whistle.get_tier_display()})
        offer(self, "tier", [kept, *([(higher.value, higher.label)] if higher else [])])
        self.initial = {"colour": order[min(order.index(Colour(whistle.colour)) + 1, len(order) - 1)]}


class Routing(WhistleForm):
    """分哨: what the duty list proposes stands there already; another lead or others are one tap away."""

    lead = forms.ChoiceField(label=gettext_lazy("谁牵头"), error_messages=CHOOSE)
    assists = forms.MultipleChoiceField(
        label=gettext_lazy("谁配合"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def prepare(self) -> None:
        choices = [(str(each.pk), self.at.label(each)) for each in self.at.units]
        offer(self, "lead", [("", _("请选择")), *choices])
        offer(self, "assists", choices)
        plan = self.at.plan
        self.initial = {"lead": str(plan.lead or ""), "assists": [str(pk) for pk in plan.assists]}
        self.reason = plan.reason

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        units = {str(each.pk): each for each in self.at.units}
        return {"lead": units.get(cleaned.get("lead", "")), "assists": [units[pk] for pk in cleaned.get("assists", [])]}


class More(WhistleForm):
    unit = forms.ChoiceField(label=gettext_lazy("再请哪家"), error_messages=CHOOSE)
    role = forms.ChoiceField(label=gettext_lazy("身份"), choices=Called.Role.choices, initial=Called.Role.ASSIST)

    def prepare(self) -> None:
        there = {each.unit_id for each in self.at.called}
        offer(self, "unit", [(str(each.pk), self.at.label(each)) for each in self.at.units if each.pk not in there])

    def clean_unit(self) -> Unit:
        return next(each for each in self.at.units if str(each.pk) == self.cleaned_data["unit"])


class Members(WhistleForm):
    title = Line(limit=200, label=gettext_lazy("请来做什么（一句话，不写诉求人）"))
    wanted = forms.IntegerField(label=gettext_lazy("要几个人"), min_value=1, max_value=200, initial=5)
    skill = forms.ModelChoiceField(
        Skill.objects.all(), label=gettext_lazy("要什么特长"), required=False, empty_label=gettext_lazy("不限")
    )
    within = forms.TypedChoiceField(
        label=gettext_lazy("请多远的人"),
        choices=[
            (Level.GRID, gettext_lazy("本网格")),
            (Level.COMMUNITY, gettext_lazy("本社区")),
            (Level.TOWN, gettext_lazy("本镇街")),
        ],
        coerce=int,
        initial=Level.COMMUNITY,
    )
    starts_at = Moment(label=gettext_lazy("什么时候"))
    place = Line(limit=200, label=gettext_lazy("到哪里"), required=False)

    def prepare(self) -> None:
        dossier = self.at.whistle.matter.dossier
        self.initial = {"place": dossier.place, "starts_at": timezone.localtime()}


class Here(WhistleForm):
    """Oneself, with one tap: only what makes a second tap the first one's repetition."""

    client_ref = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def prepare(self) -> None:
        self.initial = {"client_ref": ids.new_token()}

    def clean_client_ref(self) -> str:
        return self.cleaned_data["client_ref"] or ids.new_token()


class Arrival(Here):
    """A colleague without a phone at hand, by name and rank."""

    name = Line(limit=30, label=gettext_lazy("姓名"))
    rank = forms.TypedChoiceField(label=gettext_lazy("职级"), choices=Rank.choices, coerce=int, initial=Rank.DEPUTY)


class SignOff(WithPhotos, WhistleForm):
    measures = Words(label=gettext_lazy("做了什么，结果怎样"), limit=2000)
    field_order = ("measures", "photos")


class Result(WhistleForm):
    result = Words(label=gettext_lazy("结果"), limit=2000)


class Completion(WithPhotos, Result):
    """联合办结, with evidence."""

    field_order = ("result", "photos")


class Despite(WithPhotos, Result):
    field_order = ("result", "despite", "photos")
    despite = Words(label=gettext_lazy("还有没办完的，为什么办结"), rows=2)


class Convening(WhistleForm):
    at_time = Moment(label=gettext_lazy("什么时候"))
    place = Line(limit=100, label=gettext_lazy("在哪里"))
    chair = Line(limit=60, label=gettext_lazy("谁主持"))
    agenda = Words(label=gettext_lazy("要定什么"), rows=2)

    def prepare(self) -> None:
        self.initial = {"chair": self.at.by.user.name if self.at.by.user else ""}


class Conclusion(WhistleForm):
    """会商结果: the minutes and up to six decisions, each with its owner, its words and its day."""

    minutes = Words(label=gettext_lazy("会议记录"), limit=4000, rows=5)

    def prepare(self) -> None:
        named = self.at.candidates
        choices = [("", "—"), *((word, [(each.value, each.label) for each in rows]) for word, rows in named)]
        for number in range(1, DECISIONS + 1):
            numbered = {"number": number}
            self.fields[f"owner{number}"] = forms.ChoiceField(
                label=_("第 %(number)d 项：谁办") % numbered, choices=choices, required=False
            )
            self.fields[f"words{number}"] = Line(limit=500, label=_("办什么"), required=False)
            self.fields[f"due{number}"] = Until(label=_("哪天之前"), required=False)

    def lines(self) -> Iterator[tuple[Any, Any, Any]]:
        """The fields of one decision each, for the page."""
        for number in range(1, DECISIONS + 1):
            yield self[f"owner{number}"], self[f"words{number}"], self[f"due{number}"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        known = {each.value: each for _word, rows in self.at.candidates for each in rows}
        agreed = []
        for number in range(1, DECISIONS + 1):
            owner, words, due = (cleaned.get(f"{name}{number}") for name in ("owner", "words", "due"))
            if owner and words and due:
                agreed.append(Agreed(known[owner], words, due))
            elif owner or words or due:
                self.add_error(f"owner{number}", _("每一项都要写明谁办、办什么、哪天之前。"))
        return {"minutes": cleaned.get("minutes", ""), "agreed": agreed}


class RatingForm(WhistleForm):
    """评哨: each unit on three counts, good to begin with; solved or not."""

    GROWS = True

    def prepare(self) -> None:
        self.units = rated(self.at.whistle)
        for each in self.units:
            for name, label in (("report_in", _("报到")), ("handling", _("办理")), ("result", _("结果"))):
                self.fields[f"{name}{each.pk}"] = forms.TypedChoiceField(
                    label=label,
                    choices=MARKS,
                    coerce=int,
                    initial=5 if each.arrived_at else 2,
                    widget=forms.RadioSelect,
                )
            self.fields[f"solved{each.pk}"] = forms.BooleanField(label=_("解决了"), required=False, initial=True)
            self.fields[f"words{each.pk}"] = Line(label=_("评语"), limit=500, required=False)

    def groups(self) -> list[tuple[Called, list[Any], list[Any]]]:
        """Each unit with its marks and what else is said of it, for the page."""
        counts, rest = ("report_in", "handling", "result"), ("solved", "words")
        return [
            (each, [self[f"{name}{each.pk}"] for name in counts], [self[f"{name}{each.pk}"] for name in rest])
            for each in self.units
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        return {} if self.errors else {"marks": self._marks(given)}

    def _marks(self, given: dict[str, Any]) -> dict[int, Marks]:
        """What was said, by the key of the called unit."""
        return {
            each.pk: Marks(
                given[f"report_in{each.pk}"],
                given[f"handling{each.pk}"],
                given[f"result{each.pk}"],
                given[f"solved{each.pk}"],
                given[f"words{each.pk}"],
            )
            for each in self.units
        }


class Answer(WhistleForm):
    words = Words(label=gettext_lazy("说明"), rows=3)


class Period(forms.Form):
    """Which month of the ledger."""

    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", required=False)

    def span(self) -> tuple[datetime, datetime]:
        """From the first moment of the month (China time) until that of the next; this month when none was named."""
        text = self.cleaned_data.get("month") or f"{timezone.localtime():%Y-%m}"
        year, month = (int(part) for part in text.split("-"))
        first = datetime(year, month, 1, tzinfo=CHINA)
        return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=CHINA)
