"""Every address of the product, tried by people it is not for. An address without a line here fails the test.

A matter lies in one grid, with one unit. Somebody without a post there gets 404 on each of its addresses with each
method, and nothing of it in the answer; a visitor is sent to sign in.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Attachment
from lastmeter.matters import dispatch, intake
from lastmeter.matters.models import Matter, Source
from lastmeter.matters.whistles import blowing
from tests.cast import Cast

ClientAs = Callable[[str], Client]

# What each address is: "public" answers everybody; "signed in" sends visitors to sign in and answers whoever has an
# account; "post" is 404 (403 for the security pages) for an account without a post; "matter" is the staff's side of one
# matter, "whistle" that of one whistle; "progress" is the requester's side, which asks for the tracking code.
DOORS: dict[str, str] = {
    "": "public",
    "field/": "public",
    "desk/": "public",
    "g/": "public",
    "g/<str:code>/": "public",
    "g/<str:code>/qr.svg": "public",
    "g/<str:code>/directory/": "public",
    "g/<str:code>/directory.pdf": "public",
    "g/<str:code>/directory.xlsx": "public",
    "g/<str:code>/call/": "public",
    "g/<str:code>/call/<str:ref>/": "public",
    "g/<str:code>/call/<str:ref>/unanswered/": "public",
    "g/<str:code>/call/<str:ref>/answered/": "public",
    "g/<str:code>/call/<str:ref>/callback/": "public",
    "duty/": "public",
    "events/": "post",
    "events/hot/<int:pk>/": "post",
    "events/hot/<int:pk>/watch/": "post",
    "events/hot/<int:pk>/proposal/": "post",
    "events/themes/": "post",
    "events/themes/<str:name>/": "post",
    "events/themes/<str:name>/ending/": "post",
    "events/<str:number>/": "post",
    "events/<str:number>/confirmation/": "post",
    "events/<str:number>/sorting/": "post",
    "events/<str:number>/dismissal/": "post",
    "events/<str:number>/joining/": "post",
    "events/<str:number>/newcomers/": "post",
    "events/<str:number>/newcomers/declining/": "post",
    "events/<str:number>/leaving/": "post",
    "events/<str:number>/lead/": "post",
    "events/<str:number>/split/": "post",
    "events/<str:number>/merger/": "post",
    "events/<str:number>/merger/undoing/": "post",
    "events/<str:number>/closure/": "post",
    "rosters/": "post",
    "rosters/at/<int:node_id>/": "post",
    "rosters/<int:pk>/": "post",
    "rosters/<int:pk>/print/": "post",
    "rosters/<int:pk>/pattern/": "post",
    "rosters/<int:pk>/replacement/": "post",
    "rosters/<int:pk>/ending/": "post",
    "rosters/<int:pk>/swaps/": "post",
    "swaps/<int:pk>/acceptance/": "post",
    "swaps/<int:pk>/refusal/": "post",
    "swaps/<int:pk>/withdrawal/": "post",
    "shifts/": "post",
    "calls/": "post",
    "calls/<int:pk>/follow-up/": "post",
    "calls/<int:pk>/number/": "post",
    "q/<str:token>/": "public",
    "plates/": "post",
    "plates/print/": "post",
    "plates/<int:node_id>/": "post",
    "plates/<int:node_id>/<int:pk>/replacement/": "post",
    "plates/<int:node_id>/<int:pk>/revocation/": "post",
    "places/": "public",
    "places/here/": "public",
    "divisions/": "public",
    "tiles/grid/<int:z>/<int:x>/<int:y>.mvt": "public",
    "tiles/coverage/<int:z>/<int:x>/<int:y>.mvt": "public",
    "tiles/gaps/<int:z>/<int:x>/<int:y>.mvt": "public",
    "map/": "public",
    "map/gaps/": "post",
    "posts/": "post",
    "posts/new/": "post",
    "posts/<int:pk>/": "post",
    "posts/<int:pk>/appointment/": "post",
    "posts/<int:pk>/term/": "post",
    "posts/<int:pk>/leaving/": "post",
    "posts/<int:pk>/handover/": "post",
    "posts/<int:pk>/phone/": "post",
    "posts/handovers/<int:pk>/": "post",
    "posts/rules/": "post",
    "posts/rules/<int:node_id>/": "post",
    "posts/rules/<int:node_id>/warning/": "post",
    "posts/rules/<int:node_id>/warning/ending/": "post",
    "posts/rules/<int:node_id>/staffing/<int:level>/": "post",
    "posts/rules/<int:node_id>/staffing/<int:level>/ending/": "post",
    "posts/<int:pk>/opening/": "post",
    "posts/openings/": "post",
    "posts/openings/<int:pk>/": "post",
    "posts/openings/<int:pk>/closing/": "post",
    "posts/applications/<int:pk>/acceptance/": "post",
    "posts/applications/<int:pk>/refusal/": "post",
    "posts/applications/<int:pk>/reveal/": "post",
    "openings/": "public",
    "openings/<int:pk>/": "public",
    "openings/applications/<str:number>/": "public",
    "acting/": "post",
    "coverage/": "post",
    "coverage/strays/<int:pk>/": "post",
    "about/": "public",
    "privacy/": "public",
    "large-print/": "public",
    "language/": "public",
    "styleguide/": "public",
    "livez": "public",
    "readyz": "public",
    "sign-in/": "public",
    "sign-out/": "public",
    "welcome/<str:token>/": "public",
    "account/": "signed in",
    "password/": "signed in",
    "sessions/": "signed in",
    "sessions/others/end/": "signed in",
    "sessions/<str:reference>/end/": "signed in",
    "mine/data/": "signed in",
    "mine/data.json": "signed in",
    "notices/": "signed in",
    "notices/read/": "signed in",
    "notices/<int:pk>/": "signed in",
    "audit/": "post",
    "people/lost-phone/": "post",
    "people/link/": "post",
    "grid/changes/": "post",
    "grid/changes/new/<str:kind>/": "post",
    "grid/changes/<int:pk>/": "post",
    "grid/changes/<int:pk>/confirmation/": "post",
    "grid/changes/<int:pk>/renewal/": "post",
    "grid/changes/<int:pk>/undoing/": "post",
    "grid/changes/<int:pk>/crosswalk.<str:suffix>": "post",
    "today/": "post",
    "found/": "post",
    "grid/proposals/": "post",
    "grid/proposals/<int:pk>/": "post",
    "grid/proposals/<int:pk>/gift/": "post",
    "grid/proposals/<int:pk>/gift/undoing/": "post",
    "grid/proposals/<int:pk>/adoption/": "post",
    "grid/proposals/<int:pk>/sheet/": "post",
    "grid/proposals/<int:pk>/crosswalk/": "post",
    "queue/": "post",
    "flows/<str:name>/": "post",
    "ledger/": "post",
    "templates/": "post",
    "grievances/": "post",
    "grievances/<int:pk>/": "post",
    "outside/<str:token>/": "public",
    "outside/<str:token>/photos/<str:sha>/": "public",
    "outside/<str:token>/photos/<str:sha>/thumb/": "public",
    "matters/<str:number>/outside/": "matter",
    "matters/<str:number>/outside/ending/": "matter",
    "letters/": "post",
    "letters/letters.pdf": "post",
    "letters/<int:pk>.pdf": "post",
    "letters/<int:pk>/address/": "post",
    "letters/<int:pk>/sending/": "post",
    "matters/<str:number>/resending/": "matter",
    "matters/<str:number>/on-paper/": "matter",
    "templates/<str:occasion>/": "post",
    "templates/rows/<int:pk>/ending/": "post",
    "rules/": "post",
    "rules/<int:node_id>/": "post",
    "rules/<int:node_id>/calendar/": "post",
    "rules/<int:node_id>/hours/": "post",
    "rules/<int:node_id>/<str:name>/": "post",
    "rules/<int:node_id>/<str:name>/<int:pk>/ending/": "post",
    "queue/table/": "post",
    "queue/map/": "post",
    "queue/map.geojson": "post",
    "queue/table.xlsx": "post",
    "queue/saved/": "post",
    "queue/saved/<int:pk>/": "post",
    "queue/saved/<int:pk>/removal/": "post",
    "bulk/": "post",
    "bulk/<int:pk>/": "post",
    "bulk/<int:pk>/confirmation/": "post",
    "bulk/<int:pk>/undoing/": "post",
    "queue/choices/<str:at>/<str:name>/": "post",
    "addresses/": "post",
    "addresses/new/": "post",
    "addresses/compounds/<int:pk>/": "post",
    "addresses/roads/<int:pk>/": "post",
    "addresses/buildings/<int:pk>/": "post",
    "addresses/buildings/<int:pk>/place/": "post",
    "addresses/buildings/<int:pk>/households/": "post",
    "addresses/buildings/<int:pk>/entrances/": "post",
    "addresses/buildings/<int:pk>/closure/": "post",
    "addresses/grids/<int:pk>/households/": "post",
    "addresses/import/": "post",
    "addresses/import/<str:token>/": "post",
    "addresses/import/<str:token>/refused/": "post",
    "layers/": "post",
    "layers/new/": "post",
    "layers/<int:pk>/": "post",
    "layers/<int:pk>/report.xlsx": "post",
    "layers/<int:pk>/unplaced.xlsx": "post",
    "layers/<int:pk>/keeping/": "post",
    "layers/<int:pk>/removal/": "post",
    "rates/": "post",
    "rates/table.xlsx": "post",
    "rates/behind/": "post",
    "rates/exclusions/": "post",
    "rates/exclusions/<int:pk>/decision/": "post",
    "rates/exclusions/<int:pk>/ending/": "post",
    "rates/formulas/": "post",
    "rates/publications/": "post",
    "figures/": "public",
    "figures/<str:code>/<str:month>/": "public",
    "figures/<str:code>/<str:month>/table.xlsx": "public",
    "catalogue/": "post",
    "catalogue/index.json": "post",
    "catalogue/load/": "post",
    "catalogue/load/<str:token>/": "post",
    "catalogue/editions/<int:pk>/": "post",
    "catalogue/editions/<int:pk>/report.xlsx": "post",
    "catalogue/editions/<int:pk>/withdrawal/": "post",
    "catalogue/schemes/<str:code>/": "post",
    "catalogue/schemes/<str:code>/use/": "post",
    "catalogue/categories/<int:pk>/": "post",
    "catalogue/categories/<int:pk>/questions/": "post",
    "catalogue/questions/<int:pk>/ending/": "post",
    "catalogue/mapping/": "post",
    "catalogue/mapping/table.xlsx": "post",
    "catalogue/mapping/load/": "post",
    "catalogue/mapping/load/<str:token>/": "post",
    "items/": "public",
    "items.xlsx": "public",
    "catalogue/lists/": "post",
    "catalogue/lists/<int:pk>/": "post",
    "catalogue/lists/<int:pk>/naming/": "post",
    "catalogue/lists/<int:pk>/line/": "post",
    "catalogue/lists/<int:pk>/removal/": "post",
    "catalogue/lists/<int:pk>/approval/": "post",
    "catalogue/lists/<int:pk>/retirement/": "post",
    "catalogue/lists/<int:pk>/discarding/": "post",
    "catalogue/lists/<int:pk>/table.xlsx": "post",
    "catalogue/lists/<int:pk>/load/": "post",
    "catalogue/lists/<int:pk>/load/<str:token>/": "post",
    "catalogue/duties/": "post",
    "catalogue/duties/<int:node_id>/": "post",
    "catalogue/duties/<int:node_id>/<int:pk>/ending/": "post",
    "catalogue/duties/<int:node_id>/table.xlsx": "post",
    "catalogue/duties/<int:node_id>/load/": "post",
    "catalogue/duties/<int:node_id>/load/<str:token>/": "post",
    "matters/new/": "post",
    "matters/new/suggestions/": "post",
    "found/suggestions/": "post",
    "report/suggestions/": "public",
    "learning/": "post",
    "learning/<int:pk>/": "post",
    "learning/bench/": "post",
    "learning/bench/run/": "post",
    "learning/bench/<int:pk>/": "post",
    "learning/bench/<int:pk>/removal/": "post",
    "report/": "public",
    "report/<str:number>/": "progress",
    "report/<str:number>/phone/": "progress",
    "report/<str:number>/phone/code/": "progress",
    "mine/": "public",
    "m/": "public",
    "m/<str:number>/": "progress",
    "m/<str:number>/answer/": "progress",
    "m/<str:number>/questions/": "progress",
    "m/<str:number>/rating/": "progress",
    "m/<str:number>/reopening/": "progress",
    "m/<str:number>/complaint/": "progress",
    "m/<str:number>/urging/": "progress",
    "m/<str:number>/withdrawal/": "progress",
    "m/<str:number>/grievance/": "progress",
    "m/<str:number>/photos/<str:sha>/": "progress",
    "m/<str:number>/photos/<str:sha>/thumb/": "progress",
    "matters/<str:number>/": "matter",
    "matters/<str:number>/receipt/": "matter",
    "matters/<str:number>/print/": "matter",
    "matters/<str:number>/file.pdf": "matter",
    "matters/<str:number>/photos/<str:sha>/": "matter",
    "matters/<str:number>/photos/<str:sha>/thumb/": "matter",
    "matters/<str:number>/reveal/": "matter",
    "matters/<str:number>/questions/": "matter",
    "matters/<str:number>/acceptance/": "matter",
    "matters/<str:number>/merger/": "matter",
    "matters/<str:number>/diversion/": "matter",
    "matters/<str:number>/rejection/": "matter",
    "matters/<str:number>/assignment/": "matter",
    "matters/<str:number>/assignment/proposal/": "matter",
    "matters/<str:number>/proposal/": "matter",
    "matters/<str:number>/taking/": "matter",
    "matters/<str:number>/signature/": "matter",
    "matters/<str:number>/beginning/": "matter",
    "matters/<str:number>/return/": "matter",
    "matters/<str:number>/recall/": "matter",
    "matters/<str:number>/ruling/": "matter",
    "matters/<str:number>/transfer/": "matter",
    "matters/<str:number>/transfer/answer/": "matter",
    "matters/<str:number>/correction/": "matter",
    "matters/<str:number>/assistance/": "matter",
    "matters/<str:number>/task/": "matter",
    "matters/<str:number>/part/signature/": "matter",
    "matters/<str:number>/part/result/": "matter",
    "matters/<str:number>/part/cancellation/": "matter",
    "matters/<str:number>/repetition/": "matter",
    "matters/<str:number>/alarm/": "matter",
    "matters/<str:number>/profile/": "matter",
    "matters/<str:number>/check/": "matter",
    "matters/<str:number>/reopening/": "matter",
    "matters/<str:number>/escalation/": "matter",
    "matters/<str:number>/settlement/": "matter",
    "matters/<str:number>/reply/": "matter",
    "matters/<str:number>/note/": "matter",
    "matters/<str:number>/enquiry/": "matter",
    "matters/<str:number>/verification/": "matter",
    "matters/<str:number>/rework/": "matter",
    "matters/<str:number>/closure/": "matter",
    "matters/<str:number>/revisit/": "matter",
    "matters/<str:number>/pause/": "matter",
    "matters/<str:number>/resumption/": "matter",
    "matters/<str:number>/extension/": "matter",
    "matters/<str:number>/extension/decision/": "matter",
    "matters/<str:number>/suspension/": "matter",
    "matters/<str:number>/suspension/decision/": "matter",
    "matters/<str:number>/suspension/review/": "matter",
    "matters/<str:number>/suspension/lifting/": "matter",
    "matters/<str:number>/supervision/": "matter",
    "matters/<str:number>/urging/": "matter",
    "matters/<str:number>/response/": "matter",
    "matters/<str:number>/archiving/": "matter",
    "whistles/": "post",
    "whistles/ledger/": "post",
    "whistles/ledger.xlsx": "post",
    "whistles/<str:number>/": "whistle",
    "whistles/<str:number>/approval/": "whistle",
    "whistles/<str:number>/turning/": "whistle",
    "whistles/<str:number>/refusal/": "whistle",
    "whistles/<str:number>/withdrawal/": "whistle",
    "whistles/<str:number>/upgrade/": "whistle",
    "whistles/<str:number>/routing/": "whistle",
    "whistles/<str:number>/units/": "whistle",
    "whistles/<str:number>/members/": "whistle",
    "whistles/<str:number>/conferences/": "whistle",
    "whistles/<str:number>/conferences/<int:pk>/": "whistle",
    "whistles/<str:number>/decisions/<int:pk>/result/": "whistle",
    "whistles/<str:number>/completion/": "whistle",
    "whistles/<str:number>/completion/despite/": "whistle",
    "whistles/<str:number>/rating/": "whistle",
    "whistles/<str:number>/units/<int:pk>/signature/": "whistle",
    "whistles/<str:number>/units/<int:pk>/objection/": "whistle",
    "whistles/<str:number>/units/<int:pk>/arrival/": "whistle",
    "whistles/<str:number>/units/<int:pk>/colleague/": "whistle",
    "whistles/<str:number>/units/<int:pk>/departure/": "whistle",
    "whistles/<str:number>/units/<int:pk>/result/": "whistle",
    "whistles/<str:number>/units/<int:pk>/release/": "whistle",
    "whistles/<str:number>/units/<int:pk>/answer/": "whistle",
    "matters/<str:number>/whistle/": "matter",
    "activities/": "public",
    "activities/mine/": "signed in",
    "activities/mine/calendar/": "signed in",
    "activities/calendar/<str:token>.ics": "public",
    "activities/places/<int:pk>.ics": "public",
    "activities/units/<int:pk>.ics": "public",
    "activities/desk/": "post",
    "activities/new/": "post",
    "activities/<int:pk>/": "public",
    "activities/<int:pk>/signup/": "signed in",
    "activities/<int:pk>/acceptance/": "signed in",
    "activities/<int:pk>/cancellation/": "signed in",
    "activities/<int:pk>/feedback/": "signed in",
    "activities/<int:pk>/people/": "post",
    "activities/<int:pk>/guests/": "post",
    "activities/<int:pk>/capacity/": "post",
    "activities/<int:pk>/calling-off/": "post",
    "activities/<int:pk>/checkins/": "post",
    "venues/": "public",
    "venues/mine/": "signed in",
    "venues/desk/": "post",
    "venues/new/": "post",
    "venues/<int:pk>/": "public",
    "venues/<int:pk>/month/": "post",
    "venues/<int:pk>/keeping/": "post",
    "venues/<int:pk>/rooms/": "post",
    "venues/<int:pk>/hours/": "post",
    "venues/<int:pk>/hours/<int:period>/removal/": "post",
    "venues/<int:pk>/rule/": "post",
    "venues/rooms/<int:pk>.ics": "public",
    "venues/rooms/<int:pk>/": "public",
    "venues/rooms/<int:pk>/booking/": "signed in",
    "venues/rooms/<int:pk>/official/": "post",
    "venues/rooms/<int:pk>/draws/": "post",
    "venues/draws/<int:pk>/": "public",
    "venues/draws/<int:pk>/entry/": "signed in",
    "venues/draws/<int:pk>/drawing/": "post",
    "venues/bookings/<int:pk>/": "signed in",
    "venues/bookings/<int:pk>/cancellation/": "signed in",
    "venues/bookings/<int:pk>/appeal/": "signed in",
    "venues/bookings/<int:pk>/approval/": "post",
    "venues/bookings/<int:pk>/refusal/": "post",
    "venues/bookings/<int:pk>/arrival/": "post",
    "venues/bookings/<int:pk>/key/": "post",
    "venues/bookings/<int:pk>/key/return/": "post",
    "venues/bookings/<int:pk>/absence/": "post",
    "venues/bookings/<int:pk>/appeal/decision/": "post",
    "volunteering/": "signed in",
    "volunteering/leaving/": "signed in",
    "volunteering/<int:pk>/": "signed in",
    "volunteering/<int:pk>/acceptance/": "signed in",
    "volunteering/<int:pk>/refusal/": "signed in",
    "volunteering/hours/": "signed in",
    "volunteering/hours/<int:pk>/doubting/": "signed in",
    "volunteering/hours/certificate/": "signed in",
    "volunteering/hours/desk/": "post",
    "c/<str:number>/": "public",
    "volunteering/slips/": "post",
    "volunteering/slips/new/": "post",
    "volunteering/slips/<int:pk>/": "post",
    "volunteering/slips/<int:pk>/signature/": "post",
    "volunteering/slips/<int:pk>/ending/": "post",
}
OUTSIDERS = ("resident", "other_worker", "other_clerk", "other_handler", "building_head", "system_admin", "audit_admin")
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
SECRET = "夜市凌晨放音响"
PHONE = "19900001234"
REFUSED = {404, 405}  # 405 says nothing about the matter: it comes before anybody is looked up


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


ALL = sorted(route for route in set(routes(get_resolver().url_patterns)) if not route.startswith("demo/"))


@pytest.fixture
def matter(cast: Cast, actor: Callable[[str], Actor]) -> Matter:
    """A report with a photo in 第一网格 of 望海社区, given to 城管执法队."""
    report = intake.Report(
        text=f"6 栋楼下{SECRET}，孩子睡不着。",
        source=Source.WEB,
        client_ref="door",
        node_id=cast.nodes["grid"].pk,
        name="王小明",
        phone=PHONE,
    )
    now = timezone.now()
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=now)
    assert isinstance(taken, intake.Taken)
    found = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
    dispatch.dispatch(found, unit=cast.units["urban"], by=actor("clerk"), now=now)
    Attachment.objects.create(
        dossier=found.dossier, sha256="ab" * 32, path="none.jpg", media_type="image/jpeg", size=1, added_at=now
    )
    return found


def address(route: str, matter: Matter) -> str:
    values = {"number": matter.dossier.number, "sha": "ab" * 32, "pk": "1", "node_id": "1"}
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "x"), route)


def body(answer: HttpResponseBase) -> str:
    return b"".join(answer).decode(errors="replace")


def silent(answer: HttpResponseBase) -> bool:
    said = body(answer)
    return SECRET not in said and PHONE not in said and "王小明" not in said


def sends_to_sign_in(answer: HttpResponseBase) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/")


def of_kind(kind: str) -> list[str]:
    return [route for route, its in DOORS.items() if its == kind]


@pytest.mark.parametrize("route", ALL)
def test_every_address_says_here_whom_it_is_for(route: str) -> None:
    assert route in DOORS, f"write into DOORS whom /{route} is for"


@pytest.mark.parametrize("route", of_kind("matter"))
def test_a_matter_is_closed_to_outsiders_by_every_method(
    matter: Matter, client_as: ClientAs, cast: Cast, route: str
) -> None:
    there = address(route, matter)
    for name in OUTSIDERS:
        client = client_as(name)
        for method in METHODS:
            answer = getattr(client, method)(there)
            assert answer.status_code in REFUSED, f"{name} {method} {there}: {answer.status_code}"
            assert silent(answer)
    for method in METHODS:
        answer = getattr(Client(), method)(there)
        assert sends_to_sign_in(answer) or answer.status_code in REFUSED, f"visitor {method} {there}"
    assert Matter.objects.select_related("dossier").get(pk=matter.pk).dossier.version == matter.dossier.version + 1


@pytest.mark.parametrize("route", of_kind("whistle"))
def test_a_whistle_is_closed_to_outsiders_by_every_method(
    matter: Matter, client_as: ClientAs, actor: Callable[[str], Actor], route: str
) -> None:
    whistle = blowing.blow(matter, colour="red", request=SECRET, attempts="劝过", by=actor("clerk"), now=timezone.now())
    there = address(route, matter).replace(matter.dossier.number, whistle.number)
    for name in OUTSIDERS:
        for method in METHODS:
            answer = getattr(client_as(name), method)(there)
            assert answer.status_code in REFUSED, f"{name} {method} {there}: {answer.status_code}"
            assert silent(answer)
    for method in METHODS:
        answer = getattr(Client(), method)(there)
        assert sends_to_sign_in(answer) or answer.status_code in REFUSED, f"visitor {method} {there}"


@pytest.mark.parametrize("route", of_kind("matter"))
def test_an_outsider_cannot_tell_a_matter_from_a_number_that_does_not_exist(
    matter: Matter, client_as: ClientAs, route: str
) -> None:
    client = client_as("other_clerk")
    there = address(route, matter)
    nowhere = there.replace(matter.dossier.number, "2222222222")
    for method in ("get", "post"):
        real, none = getattr(client, method)(there), getattr(client, method)(nowhere)
        assert real.status_code == none.status_code


def test_the_same_addresses_are_open_to_those_whose_matter_it_is(matter: Matter, client_as: ClientAs) -> None:
    for name in ("clerk", "worker", "dispatcher", "handler", "organiser"):
        assert client_as(name).get(address("matters/<str:number>/", matter)).status_code == 200
    for route in of_kind("matter"):
        answer = client_as("clerk").post(address(route, matter))
        assert answer.status_code != 404 or "receipt" in route, route


@pytest.mark.parametrize("route", [route for kind in ("signed in", "post") for route in of_kind(kind)])
def test_what_needs_an_account_sends_visitors_to_sign_in(matter: Matter, route: str) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address(route, matter))
        assert sends_to_sign_in(answer) or answer.status_code in REFUSED, f"{method} {route}: {answer.status_code}"


@pytest.mark.parametrize("route", of_kind("post"))
def test_what_needs_a_post_does_not_exist_for_an_account_without_one(
    matter: Matter, client_as: ClientAs, route: str
) -> None:
    for method in ("get", "post"):
        answer = getattr(client_as("resident"), method)(address(route, matter))
        assert answer.status_code in REFUSED, f"{method} {route}: {answer.status_code}"


@pytest.mark.parametrize("route", [route for kind in ("public", "signed in", "progress") for route in of_kind(kind)])
def test_no_address_tells_a_stranger_anything_of_the_matter(matter: Matter, client_as: ClientAs, route: str) -> None:
    for client in (Client(), client_as("resident"), client_as("other_worker")):
        for method in ("get", "post"):
            answer = getattr(client, method)(address(route, matter))
            assert answer.status_code < 500
            assert silent(answer)
