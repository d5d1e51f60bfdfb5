"""The only way from an address to a whistle: through what its reader may see."""

from django.http import Http404

from lastmeter.accounts.actors import Actor
from lastmeter.matters.models import Called, Conference, Decision, Whistle
from lastmeter.matters.views.reach import number_of
from lastmeter.matters.whistles import reading


def whistle_for(actor: Actor, typed: str) -> Whistle:
    """The whistle of that number. One that does not exist and one out of sight look the same: Http404."""
    found = reading.find(actor, number_of(typed))
    if found is None:
        raise Http404
    return found


def called_of(whistle: Whistle, pk: int) -> Called:
    """One of its units, or Http404."""
    found = next((each for each in whistle.called.all() if each.pk == pk), None)
    if found is None:
        raise Http404
    return found


def decision_of(whistle: Whistle, pk: int) -> Decision:
    """One of its decisions, or Http404."""
    found = next((each for each in whistle.decisions.all() if each.pk == pk), None)
    if found is None:
        raise Http404
    return found


def conference_of(whistle: Whistle, pk: int) -> Conference:
    """One of its conferences, or Http404."""
    found = next((each for each in whistle.conferences.all() if each.pk == pk), None)
    if found is None:
        raise Http404
    return found
