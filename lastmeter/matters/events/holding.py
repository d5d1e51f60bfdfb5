"""What an event holds fast, as a condition of `steps.move`: members are handled together, none is left behind."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from lastmeter.matters import lifecycle
from lastmeter.matters.models import Incident, Membership

ANSWER = "answer_with_event"  # the act by which a member ends with its event


def members() -> "QuerySet[Membership]":
    """The matters that are in a confirmed event now."""
    return Membership.objects.filter(left_at=None, incident__state=Incident.State.CONFIRMED).exclude(joined_at=None)


def waiting() -> "QuerySet[Membership]":
    """Open matters that are proposed to a confirmed event, and wait for somebody's word."""
    rows = Membership.objects.filter(joined_at=None, left_at=None, incident__state=Incident.State.CONFIRMED)
    return rows.filter(matter__dossier__is_open=True).exclude(matter__in=members().values("matter"))


def followers() -> "QuerySet[Membership]":
    """Members that follow a lead that is still open: what is done is done there."""
    mine = members().filter(incident__lead__dossier__is_open=True)
    return mine.exclude(incident__lead=OuterRef("pk")).filter(matter=OuterRef("pk"))


def unanswered() -> "QuerySet[Membership]":
    """Open members of the event that the matter of the outer row leads, but itself."""
    mine = members().filter(incident__lead=OuterRef("pk"), matter__dossier__is_open=True)
    return mine.exclude(matter=OuterRef("pk"))


def free(transition: lifecycle.Transition) -> Q:
    """The condition on dossiers that an event does not hold them back from this transition; asked in its one UPDATE.

    A requester's own acts are always free, and so is what changes no step. A follower ends only with its event; a lead
    does not end while a member has no answer yet.
    """
    if transition.who == "requester" or transition.after == lifecycle.STAYS or transition.act == ANSWER:
        return Q()
    if not set(transition.before) & set(lifecycle.OPEN):
        return Q()
    follows = Q(Exists(followers()))
    ends = not lifecycle.BY_NAME[transition.after].open
    return ~follows & ~Q(Exists(unanswered())) if ends else ~follows


def holder(matter_id: int) -> Incident | None:
    """The confirmed event that a matter is in now."""
    return Incident.objects.filter(memberships__in=members().filter(matter=matter_id)).first()


def proposed_to(matter_id: int) -> Incident | None:
    """The confirmed event that a matter waits to be joined to, with its lead."""
    rows = Incident.objects.filter(memberships__in=waiting().filter(matter=matter_id))
    return rows.select_related("lead__dossier").order_by("-pk").first()


def lead_of(matter_id: int) -> int | None:
    """The matter that an open follower is handled with; None for a lead, and for whatever is in no event."""
    row = members().filter(matter=matter_id).exclude(incident__lead=matter_id).values_list("incident__lead", flat=True)
    return row.first()
