"""投诉办理: a complaint about the handling goes above everybody who handled the matter, and is answered from there."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor, system
from lastmeter.clocks import book, deadlines
from lastmeter.dossiers.models import Event
from lastmeter.grid import posts, scope
from lastmeter.grid.models import Level, Node, Role, Tenure, lineage
from lastmeter.kit.alone import each_alone
from lastmeter.kit.ids import pretty
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Assignment, Grievance, Matter
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.steps import Overtaken, tell_story
from lastmeter.matters.talking import tell, telling
from lastmeter.notices import outbox

KIND = "grievance"
DESKS = (Role.COMMUNITY_CLERK, Role.SECRETARY, Role.DISPATCHER, Role.ORGANISER)
AT_ONCE = 500


def complain(matter: Matter, *, words: str, client_ref: str, by: Actor, now: datetime) -> Grievance:
    """The requester complains about the handling. The same `client_ref` again is the same complaint.

    Raises Overtaken while an earlier one waits for its answer.
    """
    if known := Grievance.objects.filter(matter=matter, client_ref=client_ref).first():
        return known
    node, people = desk_for(matter)
    try:
        with transaction.atomic():
            made = Grievance.objects.create(
                matter=matter, node=node, words=words, client_ref=client_ref, at=now, due_at=_due(matter, now)
            )
            audit.record("grievance.made", by=by, object_kind="grievance", object_id=made.pk, now=now)
            _tell(made, people, _("有人投诉办理情况"), now=now)
    except IntegrityError:
        if again := Grievance.objects.filter(matter=matter, client_ref=client_ref).first():
            return again
        raise Overtaken(_("您上一次的投诉还在处理，有了答复再说。")) from None
    return made


def _due(matter: Matter, now: datetime) -> datetime:
    """The limit row of kind "grievance" nearest to the matter's place."""
    wanted = deadlines.Wanted(KIND, matter.dossier.path, now, category_id=matter.category_id)
    planned = deadlines.plan(wanted, book.current_rules(now))
    return planned.due_at if planned else now + timedelta(days=15)


def desk_for(matter: Matter) -> tuple[Node, list[int]]:
    """The place whose desk answers, and who sits there: above the matter's desk and above all who handled it.

    The nearest place with somebody who has not; with nobody anywhere, the place next above, for whoever comes.
    """
    involved = people_of(matter)
    above = min([matter.desk_level, *_levels(involved, matter)]) - 1
    chain = lineage(matter.dossier.path)
    seats = (
        Tenure.objects.current(timezone.localdate())
        .filter(post__node__path__in=chain, post__role__in=DESKS, post__closed_on=None, user__is_active=True)
        .exclude(user__in=involved)
        .order_by("-post__node__level", "pk")
        .values_list("post__node", "post__node__level", "user")
    )
    # Where the top desk itself is complained about, somebody else at the top answers.
    rows = [row for row in seats if row[1] <= above] or [row for row in seats if row[1] == _top(chain)]
    if rows:
        node = Node.objects.get(pk=rows[0][0])
        return node, list(dict.fromkeys(user for node_id, _level, user in rows if node_id == node.pk))
    nodes = list(Node.objects.filter(path__in=chain).order_by("-level"))
    return next((node for node in nodes if node.level <= above), nodes[-1]), []


def _top(chain: list[str]) -> int:
    return Node.objects.filter(path__in=chain).order_by("level").values_list("level", flat=True)[0]


def people_of(matter: Matter) -> set[int]:
    """Everybody who had a hand in a matter: who acted in it, and with whom it lies or lay."""
    acted = Event.objects.filter(dossier=matter.pk, by_user__isnull=False).values_list("by_user", flat=True)
    held = Assignment.objects.filter(matter=matter, user__isnull=False).values_list("user", flat=True)
    requester = getattr(matter, "requester", None)
    return {*acted, *held} - {requester.user_id if requester else None}


def _levels(people: set[int], matter: Matter) -> list[int]:
    """The levels at which these people hold posts over the matter's place."""
    rows = Tenure.objects.current(timezone.localdate()).filter(
        user__in=people, post__node__path__in=lineage(matter.dossier.path), post__closed_on=None
    )
    return list(rows.values_list("post__node__level", flat=True))


def grievances(actor: Actor) -> "QuerySet[Grievance]":
    """The complaints that the actor may read: at their desk or below it, of matters they had no hand in before."""
    acted = Event.objects.filter(dossier=OuterRef("matter"), by_user=actor.user_id, at__lt=OuterRef("at"))
    held = Assignment.objects.filter(matter=OuterRef("matter"), user=actor.user_id)
    return Grievance.objects.filter(seen_from(actor), ~Exists(acted), ~Exists(held)).select_related(
        "matter__dossier", "node", "answered_by"
    )


def seen_from(actor: Actor) -> Q:
    """Complaints that lie at a desk of the actor's or below it."""
    return scope.inside(scope.grounds(actor, DESKS, Level.COMMUNITY), "node__path")


def reads(actor: Actor) -> bool:
    """Whether complaints may lie with this person at all."""
    return scope.has_post(actor, DESKS, Level.COMMUNITY)


@transaction.atomic
def answer(grievance: Grievance, *, text: str, advice: str = "", by: Actor, now: datetime) -> None:
    """Answer the requester; `advice` alone is for whoever handles the matter, and stands in its timeline.

    Raises NotAllowed for somebody it does not lie with, Overtaken when it is answered already.
    """
    if not grievances(by).filter(pk=grievance.pk).exists():
        raise NotAllowed(_("这件投诉不归您答复。"))
    open_one = Grievance.objects.filter(pk=grievance.pk, answered_at=None)
    if not open_one.update(answer=text, answered_by=by.user_id, answered_at=now):
        raise Overtaken(_("刚才已经有人答复了。"))
    matter = grievance.matter
    telling.tell(matter, "grievance_answered", text, by=by, now=now)
    if advice:
        tell_story(matter, "grievance_advice", advice, by=by, now=now)
        tell.assigned([matter], "grievance_advice", _("上级对办理提出要求"), by=by, now=now)
    audit.record("grievance.answered", by=by, object_kind="grievance", object_id=grievance.pk, now=now)


def remind(now: datetime) -> int:
    """Complaints whose date has passed: their desk hears of it, and the one above. Each once; returns how many."""
    over = Grievance.objects.filter(answered_at=None, overdue_at=None, due_at__lte=now).select_related(
        "node", "matter__dossier"
    )
    late = {each.pk: each for each in over.order_by("due_at", "pk")[:AT_ONCE]}

    def tell_late(pk: int) -> bool:
        if not Grievance.objects.filter(pk=pk, answered_at=None, overdue_at=None).update(overdue_at=now):
            return False
        audit.record("grievance.overdue", by=system("clock"), object_kind="grievance", object_id=pk, now=now)
        _tell(late[pk], _at_and_above(late[pk]), _("办理投诉超期未答复"), now=now)
        return True

    return each_alone(late, tell_late)


def _at_and_above(grievance: Grievance) -> list[int]:
    path, involved = grievance.node.path, people_of(grievance.matter)
    levels = (grievance.node.level, grievance.node.level - 1)
    found = [user for level in levels for user in posts.nearest_from([path], level, DESKS)[path]]
    return [user for user in dict.fromkeys(found) if user not in involved]


def _tell(grievance: Grievance, people: list[int], what: object, *, now: datetime) -> None:
    """Say that there is a complaint, never what it says."""
    if people:
        number = pretty(grievance.matter.dossier.number)
        outbox.tell(
            people, kind="grievance", title=on_record("%(what)s：%(number)s", what=on_record(str(what)), number=number),
            link=f"/grievances/{grievance.pk}/", key=f"grievance:{grievance.pk}:{now:%Y%m%d%H%M%S}", now=now,
        )  # fmt: skip
