"""Whistles of the demonstration: one at each stage, and Party members who have reported in to be called."""

from datetime import datetime, timedelta

from django.utils import translation

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.grid import posts
from lastmeter.grid.models import Level, Role, Unit, at_or_below
from lastmeter.grid.street import Street
from lastmeter.matters import lifecycle
from lastmeter.matters.models import Called, Matter, Whistle
from lastmeter.matters.policy import HANDLERS
from lastmeter.matters.whistles import approving, blowing, conferences, ending, members, reporting_in, routing
from lastmeter.volunteers import answering, joining
from lastmeter.volunteers.models import Invitation, Member, Skill

# How far each has come, and how many hours ago it was blown.
STAGES = {"asked": 1, "approved": 3, "called": 2, "there": 5, "done": 8, "closed": 26}
LEAD, ASSISTS = "城东街道综合执法队", ("城东市场监督管理所", "城东消防救援站")
REQUEST = "请三家一起到现场看一次，定下谁来办"
ATTEMPTS = "上门劝说过；联系过有关单位"


def set_up(street: Street, now: datetime) -> None:
    """Blow on a few open matters of the demonstration's community and carry each one stage further than the last."""
    with translation.override("zh-hans"):
        _join(street, now)
        rows = Matter.objects.filter(at_or_below(street.community.path, "dossier__path"), dossier__is_open=True)
        open_ones = rows.filter(profile__in=lifecycle.WHOLE).select_related("dossier", "category").order_by("-pk")
        for (stage, ago), matter in zip(STAGES.items(), open_ones, strict=False):
            _tale(street, matter, stage, now - timedelta(hours=ago))


def _who(street: Street, role: Role, level: Level) -> Actor:
    path = street.community.path
    found = posts.nearest_from([path], level, (role,))[path]
    return Actor.of(User.objects.get(pk=found[0]))


def _of_unit(unit: Unit) -> Actor:
    return Actor.of(User.objects.get(pk=posts.unit_people(unit.pk, HANDLERS)[0]))


def _tale(street: Street, matter: Matter, stage: str, at: datetime) -> None:
    clerk, head = _who(street, Role.COMMUNITY_CLERK, Level.COMMUNITY), _who(street, Role.SECRETARY, Level.COMMUNITY)
    desk = _who(street, Role.DISPATCHER, Level.TOWN)
    units = [street.units[name] for name in (LEAD, *ASSISTS)]
    colour = "yellow" if stage in ("called", "there") else "blue"
    whistle = blowing.blow(matter, colour=colour, request=REQUEST, attempts=ATTEMPTS, units=units, by=clerk, now=at)
    if stage == "asked":
        return
    approving.approve(whistle, by=head, now=at + timedelta(minutes=20))
    if stage == "approved":
        _meet(whistle, desk, at + timedelta(minutes=50))
        return
    called = routing.route(whistle, lead=units[0], assists=units[1:], by=desk, now=at + timedelta(minutes=40))
    if stage == "called":
        _ask_members(whistle, clerk, at + timedelta(hours=1))
        return
    leaving = called if stage in ("done", "closed") else called[:1]
    for number, each in enumerate(called):
        _come(each, leave=each in leaving, at=at + timedelta(hours=2, minutes=10 * number))
    if stage == "there":
        return
    ending.complete(whistle, result="三家到场，当场清走，每周复查一次。", by=clerk, now=at + timedelta(hours=6))
    if stage == "closed":
        marks = {each.pk: ending.Marks(5, 5 - number % 2, 5, solved=True) for number, each in enumerate(called)}
        ending.rate(whistle, marks=marks, by=clerk, now=at + timedelta(hours=7))


def _come(called: Called, *, leave: bool, at: datetime) -> None:
    by = _of_unit(called.unit)
    here = reporting_in.arrive(called, client_ref=f"demo-{called.pk}", by=by, now=at)
    if leave:
        reporting_in.depart(here, by=by, now=at + timedelta(hours=1))
        ending.sign_off(called, measures="到现场看过，按职责办了。", by=by, now=at + timedelta(hours=2))


def _meet(whistle: Whistle, desk: Actor, at: datetime) -> None:
    conferences.convene(
        whistle, at=at + timedelta(days=2), place="街道三楼会议室", chair=desk.user.name if desk.user else "",
        agenda="谁来牵头，多久办完", by=desk, now=at,
    )  # fmt: skip


def _join(street: Street, now: datetime) -> None:
    """Some of the street's people report in where they live: they can be called."""
    skills = list(Skill.objects.all()[:8])
    homes = [street.grid, street.community]
    people = User.objects.filter(is_active=True, tenures__post__node__isnull=True).exclude(tenures=None)
    for at, user in enumerate(people.distinct().order_by("pk")[:24]):
        joining.join(
            user, node=homes[at % 2], kind=Member.Kind.PARTY, skills=[skills[at % len(skills)]],
            now=now - timedelta(days=20 + at),
        )  # fmt: skip


def _ask_members(whistle: Whistle, clerk: Actor, at: datetime) -> None:
    call = members.call(
        whistle, title="周末一起清理楼道杂物，带手套", place=whistle.matter.dossier.place, wanted=3, skill=None,
        starts_at=at + timedelta(days=3), within=Level.COMMUNITY, by=clerk, now=at,
    )  # fmt: skip
    for invitation in Invitation.objects.filter(call=call).order_by("pk")[:2]:
        answering.accept(invitation, now=at + timedelta(hours=3))
