"""The requester's phone: proved by a code that was sent to it."""

from datetime import datetime

from django.db import transaction

from lastmeter.accounts import audit
from lastmeter.accounts.actors import Actor
from lastmeter.matters.models import Requester

PURPOSE = "report"


@transaction.atomic
def prove_phone(requester: Requester, *, by: Actor, now: datetime) -> None:
    """Note that the phone belongs to whoever reported. Proving it twice changes nothing."""
    proved = Requester.objects.filter(pk=requester.pk, phone_verified_at=None).update(phone_verified_at=now)
    if proved:
        audit.record("requester.phone_proved", by=by, object_kind="dossier", object_id=requester.pk, now=now)
