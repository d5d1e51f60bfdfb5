"""党员报到: ordinary Party members and volunteers are asked to come too, by skill and nearness; they may say no."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy

from lastmeter.accounts.actors import Actor
from lastmeter.kit.text import on_record
from lastmeter.matters.models import Whistle
from lastmeter.matters.whistles import steps
from lastmeter.volunteers import inviting
from lastmeter.volunteers.models import Call, Skill


@transaction.atomic
def call(
    whistle: Whistle,
    *,
    title: str,
    place: str,
    starts_at: datetime,
    wanted: int,
    skill: Skill | None,
    within: int,
    by: Actor,
    now: datetime,
) -> Call:
    """请党员和志愿者 within the matter's grid, community or town; they read the sentence, not the matter."""
    held = steps.begin(whistle, "call_members", by=by)
    made = inviting.call(
        held.matter.dossier, title=title, place=place, starts_at=starts_at, wanted=wanted, skill=skill,
        within=within, by=by, now=now,
    )  # fmt: skip
    words = on_record(gettext_lazy("请 %(wanted)d 人：%(title)s"), wanted=wanted, title=title)
    steps.story(held, "members_called", words, by=by, now=now)
    return made
