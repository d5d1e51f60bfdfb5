"""What matters put on the homes: figures that open their list, and the most pressing matters below them."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lastmeter.accounts.requests import actor_in
from lastmeter.grid import posts, scope, tree
from lastmeter.grid.models import Level, Node
from lastmeter.kit import ids
from lastmeter.matters import awaited, policy
from lastmeter.matters.catalogue import keeping
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.talking import grievances, letters
from lastmeter.matters.views import field, progress
from lastmeter.matters.whistles import reading as whistling

PRESSING = 6


@dataclass(frozen=True, slots=True)
class Figure:
    """A count on the desk's home and the list behind it; `tone` colours it when it is not zero."""

    words: str | Promise
    filters: Filters
    tone: str = ""


AT_DESK = (
    Figure(_("待处理"), Filters(step="waiting"), "info"),
    Figure(_("待核查"), Filters(step="answered")),
    Figure(_("待回访"), Filters(step="revisit")),
    Figure(_("被退回"), Filters(step="waiting", handler="returned"), "warn"),
    Figure(_("已超期"), Filters(step="open", due="over"), "bad"),
)
IN_UNIT = (
    Figure(_("交给我们的"), Filters(step="handling"), "info"),
    Figure(_("24 小时内到期"), Filters(step="handling", due="soon"), "warn"),
    Figure(_("已超期"), Filters(step="handling", due="over"), "bad"),
)


def desk(request: HttpRequest) -> str:
    """The desk's figures and the matters that fall due first; nothing for people without such a post."""
    actor = actor_in(request)
    figures = AT_DESK if policy.works_at_desk(actor) else IN_UNIT if policy.works_for_unit(actor) else ()
    if not figures:
        return ""
    now = timezone.now()
    counted = reading.counts(actor, [each.filters for each in figures], now=now)
    shelf = Filters(step="open" if figures is AT_DESK else "handling")
    context = {
        "stats": [
            (_shown(count), each.words, reverse("queue") + each.filters.query(), each.tone if count else "")
            for each, count in zip(figures, counted, strict=True)
        ],
        "rows": reading.work_list(actor, shelf, None, now=now, size=PRESSING).items,
        "more": reverse("queue") + shelf.query(),
        "query": shelf.query(),
        "now": now,
    }
    return render_to_string("matters/desk/card.html", context)


def waits_for_word(request: HttpRequest) -> str:
    """Disputes to decide, wishes to hand on, parts that others asked for; nothing when nothing waits."""
    found = awaited.awaited(actor_in(request))
    if not found.objections and not found.parts:
        return ""
    return render_to_string("matters/desk/awaited.html", {"awaited": found, "now": timezone.now()})


def whistles_field(request: HttpRequest) -> str:
    """Whistles that wait for this person, on the phone: signed in and out there with one tap each."""
    return _whistles(request, "/field/")


def whistles_desk(request: HttpRequest) -> str:
    """The same on the desk."""
    return _whistles(request, "/desk/")


def _whistles(request: HttpRequest, home: str) -> str:
    waiting = whistling.waiting(actor_in(request))
    if not waiting:
        return ""
    context = {"waiting": waiting, "next": home, "token": ids.new_token()}
    return render_to_string("matters/whistles/card.html", context, request)


def talking(request: HttpRequest) -> str:
    """Letters to post and complaints to answer at this desk; nothing where there are none."""
    actor = actor_in(request)
    if not policy.works_at_desk(actor) and not grievances.reads(actor):
        return ""
    posted = letters.letters(actor).order_by()[: reading.COUNT_CAP].count()
    asked = grievances.grievances(actor).filter(answered_at=None).order_by()[: reading.COUNT_CAP].count()
    stats = [(posted, _("待寄信件"), "/letters/", "info"), (asked, _("办理投诉"), "/grievances/", "warn")]
    found = [(_shown(count), words, href, tone) for count, words, href, tone in stats if count]
    return render_to_string("matters/talking/card.html", {"stats": found}) if found else ""


def _shown(count: int) -> str:
    return f"{reading.COUNT_CAP - 1}+" if count >= reading.COUNT_CAP else str(count)


def waiting(request: HttpRequest) -> int | None:
    """What waits in the queue, beside its entry in the menu; at most 1000. None without a post."""
    actor = actor_in(request)
    if not scope.held(actor):
        return None
    step = "handling" if policy.only_handles(actor) else "waiting"
    return reading.count(actor, Filters(step=step), now=timezone.now())


def has_list(request: HttpRequest) -> bool:
    """Whether the work list is for this person: whoever holds a post has one."""
    return bool(scope.held(actor_in(request)))


def takes_reports(request: HttpRequest) -> bool:
    """Whether this person files on somebody's behalf."""
    return policy.files_for_others(actor_in(request))


def looks_up(request: HttpRequest) -> bool:
    """Whether the catalogues are for this person."""
    return keeping.looks(actor_in(request))


def my_matters(request: HttpRequest) -> str:
    """The resident's newest matters in this browser or account; nothing when there are none."""
    rows = progress.own(request, 3)
    return render_to_string("matters/progress/card.html", {"rows": rows}, request) if rows else ""


def hero(request: HttpRequest) -> dict[str, object] | None:
    """Whose grid am I in: the place of the last plate or pick, and who is nearest there."""
    node = Node.objects.filter(pk=request.session.get("place", 0)).first()
    if node is None:
        return None
    nearest = next((each for each in posts.public_people(node) if each.name), None)
    found: dict[str, object] = {
        "place": " · ".join(each.name for each in tree.chain_of(node) if Level.TOWN <= each.level < node.level),
        "title": node.name,
        "href": reverse("who-is-mine", args=[tree.code_of(node)]),
    }
    if nearest:
        found |= {"name": nearest.name, "role": nearest.label, "phone": nearest.phone, "note": nearest.node_name}
    return found


def day(request: HttpRequest) -> str:
    """A worker's day on the field home; nothing for people without such a post."""
    actor = actor_in(request)
    if not policy.works_in_field(actor):
        return ""
    return render_to_string("matters/field/card.html", field.day_of(actor), request)


def works_in_field(request: HttpRequest) -> bool:
    """Whether 今日 is for this person."""
    return policy.works_in_field(actor_in(request))


def finds(request: HttpRequest) -> bool:
    """Whether 上报 in the field is for this person."""
    return policy.settles_on_the_spot(actor_in(request))


def posts_letters(request: HttpRequest) -> bool:
    """Whether letters are for this person: whoever keeps a desk."""
    return policy.works_at_desk(actor_in(request))


def reads_grievances(request: HttpRequest) -> bool:
    """Whether complaints about the handling may lie with this person."""
    return grievances.reads(actor_in(request))


HERO = hero
CARDS = [
    ("field", 5, whistles_field),
    ("desk", 5, whistles_desk),
    ("field", 10, day),
    ("resident", 20, my_matters),
    ("desk", 10, desk),
    ("desk", 11, waits_for_word),
    ("desk", 15, talking),
]
BADGES = {"/queue/": waiting}
GATES = {
    "/today/": works_in_field,
    "/found/": finds,
    "/queue/": has_list,
    "/ledger/": has_list,
    "/whistles/": has_list,
    "/matters/new/": takes_reports,
    "/catalogue/": looks_up,
    "/learning/": looks_up,
    "/grievances/": reads_grievances,
    "/letters/": posts_letters,
}
