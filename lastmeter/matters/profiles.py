"""Which flow a matter takes: chosen by the owner's rows at the report, changed by the desk before it is given out."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier
from lastmeter.grid.ground import Kept
from lastmeter.grid.models import valid_on
from lastmeter.grid.policy import Known
from lastmeter.kit.text import on_record
from lastmeter.kit.zhtime import CHINA
from lastmeter.matters import lifecycle, promises, rules
from lastmeter.matters.models import Cap, Category, Matter, Profile, ProfileRule
from lastmeter.matters.steps import Overtaken, move, tell_story


def choose(path: str, *, source: str, category_id: int | None, now: datetime) -> Profile:
    """The profile for a report at a place (China date of `now`); the grid's own flow where no row speaks."""
    known = _flows.on(now.astimezone(CHINA).date())
    above = _lineage(category_id) if any(rule.category for rule in known) else ()
    return Profile(rules.choose_profile(known, path=path, source=source, categories=above) or Profile.GRID)


def most(matter: Matter, kind: Cap.Kind, *, now: datetime) -> int | None:
    """How often something may happen with this matter; None when no row speaks of it."""
    return most_at(matter.dossier.path, kind, matter.profile, now=now)


def most_at(path: str, kind: Cap.Kind, profile: str, *, now: datetime) -> int | None:
    """How often something may happen at a place in a flow ("": in any); None when no row speaks of it."""
    return rules.choose_cap(_caps.on(now.astimezone(CHINA).date()), path=path, kind=kind, profile=profile)


def _read_flows(today: date) -> list[rules.FlowRule]:
    rows = ProfileRule.objects.filter(valid_on(today)).order_by("pk")
    return [rules.FlowRule(*row) for row in rows.values_list("node__path", "source", "category", "profile")]


def _read_caps(today: date) -> list[rules.CapRule]:
    rows = Cap.objects.filter(valid_on(today)).order_by("pk")
    return [rules.CapRule(*row) for row in rows.values_list("node__path", "kind", "profile", "most")]


_flows, _caps = Known(_read_flows), Known(_read_caps)
_kept_lineages: Kept[dict[int, tuple[int, ...]]] = Kept(dict)


def _lineage(category_id: int | None) -> tuple[int, ...]:
    """The category and those above it, the nearest first."""
    if category_id is None:
        return ()
    known = _kept_lineages.get()
    if category_id not in known:
        parents = dict(Category.objects.values_list("pk", "parent"))
        chain, at = [], parents.get(category_id)
        while at is not None and at not in chain:
            chain.append(at)
            at = parents.get(at)
        known[category_id] = (category_id, *chain)
    return known[category_id]


@transaction.atomic
def change(matter: Matter, *, profile: Profile, reason: str, by: Actor, now: datetime) -> None:
    """The desk chooses another flow while nobody handles it yet; promises follow, counted from the report.

    Raises Overtaken when it is in that flow already.
    """
    if profile == matter.profile:
        raise Overtaken(_("这件事已经按这个流程办。"))
    if profile == Profile.SELF:
        raise Overtaken(_("自办自结请用“就地办结”。"))
    move(matter, "change_profile", by=by, now=now)
    words = on_record(_("改按“%(profile)s”流程办：%(reason)s"), profile=profile.label, reason=reason)
    _enter(matter, profile, by_hand=True, now=now)
    tell_story(matter, "profile_changed", words, by=by, now=now)


def choose_again(matter: Matter, *, by: Actor, now: datetime) -> None:
    """It has another category now: the flow that the rows name for it, unless the desk has chosen by hand.

    Only while the matter waits at a desk; whoever calls goes on to move it, which asks for the right to do so.
    """
    if matter.profile_by_hand or matter.profile == Profile.SELF:
        return
    chosen = choose(matter.dossier.path, source=matter.source, category_id=matter.category_id, now=now)
    if chosen != matter.profile:
        # Before any row of the matter itself, as every move does: two acts at once must not wait for each other.
        dossier = Dossier.objects.select_for_update().get(pk=matter.pk)
        if dossier.step not in lifecycle.WAITING:
            return
        _enter(matter, chosen, by_hand=False, now=now)
        words = on_record(_("按类别改走“%(profile)s”流程。"), profile=chosen.label)
        tell_story(matter, "profile_changed", words, by=by, now=now)


def leave_self(matter: Matter, *, now: datetime) -> None:
    """What was settled by its finder is open again: it takes the flow that the rows name for it."""
    chosen = choose(matter.dossier.path, source=matter.source, category_id=matter.category_id, now=now)
    Matter.objects.filter(pk=matter.pk).update(profile=chosen)
    matter.profile = chosen


def _enter(matter: Matter, profile: Profile, *, by_hand: bool, now: datetime) -> None:
    Matter.objects.filter(pk=matter.pk).update(profile=profile, profile_by_hand=by_hand)
    matter.profile, matter.profile_by_hand = profile, by_hand
    promises.change_profile(matter, now=now)
