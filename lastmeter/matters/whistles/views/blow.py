"""吹哨 from the page of a matter."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.matters.models import Matter
from lastmeter.matters.views.acts import act
from lastmeter.matters.whistles import blowing, forms


@act("blow", forms.Blow, gettext_lazy("已吹哨。"))
def blow(matter: Matter, given: dict[str, Any], by: Actor, now: datetime) -> None:
    blowing.blow(
        matter,
        colour=given["colour"],
        request=given["request"],
        attempts=given["attempts"],
        units=given["units"],
        client_ref=given["client_ref"],
        by=by,
        now=now,
    )
