"""Signed-in browsers: a session row names its user and device, goes idle after 8 hours, ends after 14 days."""

from datetime import datetime
from typing import Any

from django.contrib.auth import login
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from lastmeter.accounts import audit, links, rules
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import Session, User
from lastmeter.kit.crypto import keyed_hash

BACKEND = "lastmeter.accounts.backends.Accounts"


class SessionStore(DatabaseStore):
    """Django's database store on our row. Its clock is the machine's own: Django calls it, not an act."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]
        row.user_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        row.device = str(data.get("device", ""))
        return row

    def _get_session_from_db(self) -> Session | None:
        # Every request of everybody asks for this row: the statement is written out, so that nothing is compiled.
        now = timezone.now()
        days = [
            connection.ops.adapt_datetimefield_value(day) for day in (now - rules.IDLE, now - rules.TOUCH_EVERY, now)
        ]
        with connection.cursor() as cursor:
            cursor.execute(_ROW, [*days[:2], self.session_key, days[2]])
            found = cursor.fetchone()
        if found is None or (found[1] is not None and found[2]):
            self._session_key = None
            return None
        data, user_id, _idle, stale = found
        if user_id is not None and stale:
            Session.objects.filter(pk=self.session_key).update(seen_at=now)
        return Session(session_key=str(self.session_key), session_data=data, user_id=user_id)


_ROW = """
    SELECT session_data, user_id, seen_at < %s, seen_at < %s FROM accounts_session
    WHERE session_key = %s AND expire_date > %s
"""


def begin(request: HttpRequest, user: User, now: datetime) -> None:
    """Sign `user` in on this browser under a new session key: a planted one is worth nothing."""
    login(request, user, backend=BACKEND)
    request.session["device"] = rules.device_word(request.META.get("HTTP_USER_AGENT", ""))
    request.session["since"] = now.isoformat()
    request.session.set_expiry(now + rules.LONGEST)


@transaction.atomic
def end_all(user: User, *, by: Actor, now: datetime, keep: str | None = None) -> int:
    """End every session of `user` except the one with the key `keep`; returns how many ended."""
    ended, _by_model = Session.objects.filter(user=user).exclude(session_key=keep or "").delete()
    audit.record("sessions.end", by=by, object_kind="user", object_id=user.pk, now=now)
    return ended


@transaction.atomic
def end_one(user: User, reference: str, *, by: Actor, now: datetime) -> bool:
    """End that one session of `user`, named by its `reference`; False when there is none (any more)."""
    keys = [key for key in user.sessions.values_list("session_key", flat=True) if session_reference(key) == reference]
    if not keys or not Session.objects.filter(session_key__in=keys).delete()[0]:
        return False
    audit.record("session.end", by=by, object_kind="user", object_id=user.pk, now=now)
    return True


@transaction.atomic
def lost_phone(user: User, *, by: Actor, now: datetime) -> int:
    """Somebody may hold this person's phone: every session ends, open links are void. Returns the sessions ended."""
    ended = end_all(user, by=by, now=now)
    links.void(user, now)
    audit.record("phone.lost", by=by, object_kind="user", object_id=user.pk, now=now)
    return ended


def session_reference(session_key: str) -> str:
    """What a page calls a session: the key itself would open it."""
    return keyed_hash(session_key, "session-reference").hex()[:24]


def purge(now: datetime) -> int:
    """Delete the sessions that have ended or gone idle; returns how many."""
    expired, _expired = Session.objects.filter(expire_date__lt=now).delete()
    idle, _idle = Session.objects.filter(user__isnull=False, seen_at__lt=now - rules.IDLE).delete()
    return expired + idle
