"""How a requester proves a matter is theirs: by its tracking code, kept in the session, or by their account."""

import hmac
from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest

from lastmeter.accounts import limits
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, actor_in, address_client
from lastmeter.matters import tracking
from lastmeter.matters.models import Matter, Requester
from lastmeter.matters.views.reach import SHOWN, number_of

PROVED = "proved"  # the session's list of matter ids, newest last
MOST_PROVED = 50
TRIES, TRIES_FROM, A_WHILE = 10, 30, 3600  # tries on a number, tries from an address, seconds


class WrongCode(Exception):
    """Number and code do not belong together; `left` tries remain for now."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(left)


def matter_of(typed: str) -> Matter:
    """The matter of a number, whoever asks: nothing of it may be shown before `holds`. Http404 when there is none."""
    found = Matter.objects.select_related(*SHOWN).filter(dossier__number=number_of(typed)).first()
    if found is None:
        raise Http404
    return found


def proved_matter(request: Request, typed: str) -> Matter:
    """The matter of a number for the requester who proved it; Http404 for everybody else."""
    matter = matter_of(typed)
    if not holds(request, matter):
        raise Http404
    return matter


def holds(request: HttpRequest, matter: Matter) -> bool:
    """Whether this browser or this account has reported the matter, or has proved it by its code."""
    if matter.dossier.client in clients(request) or matter.pk in request.session.get(PROVED, []):
        return True
    requester = getattr(matter, "requester", None)
    return requester is not None and Requester.objects.filter(theirs(request), pk=requester.pk).exists()


def theirs(request: HttpRequest) -> Q:
    """Requesters who are this account: signed in when they reported, or by the phone that both have proved."""
    user = request.user
    if not isinstance(user, User):
        return Q(pk__in=[])
    same = Q(user=user.pk)
    if user.phone_hash:
        same |= Q(phone_hash=user.phone_hash, phone_verified_at__isnull=False)
    return same


def clients(request: HttpRequest) -> list[str]:
    """Under which names this browser and this account report."""
    actor = actor_in(request)
    names = [actor.client] if actor.client else []
    return [*names, f"user:{actor.user_id}"] if actor.user_id else names


def remember(request: HttpRequest, matter_id: int) -> None:
    """Keep in the session that this matter is theirs."""
    known = [each for each in request.session.get(PROVED, []) if each != matter_id]
    request.session[PROVED] = [*known, matter_id][-MOST_PROVED:]


def try_code(request: Request, number: str, code: str, *, now: datetime) -> None:
    """Prove by its code that a matter is theirs. Raises WrongCode, and limits.TooMany
    when the tries of this hour are used up.

    A number that does not exist costs a try and takes the same comparison, so that guessing learns nothing.
    """
    tried = limits.hit(f"code:number:{number}", TRIES, A_WHILE, now)
    tried_from = limits.hit(f"code:address:{address_client(request)}", TRIES_FROM, A_WHILE, now)
    matter = Matter.objects.filter(dossier__number=number).only("pk", "tracking_hash").first()
    stored = bytes(matter.tracking_hash) if matter and matter.tracking_hash else b""
    if not hmac.compare_digest(stored, tracking.tracking_hash(code, number)) or matter is None:
        raise WrongCode(min(TRIES - tried, TRIES_FROM - tried_from))
    remember(request, matter.pk)
