"""`/events/`: hot issues by heat, what is proposed and handled together; one issue, one event, themes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.clocks.deadlines import NotNow
from lastmeter.kit.ids import pretty
from lastmeter.matters import lifecycle
from lastmeter.matters.closing import Ending
from lastmeter.matters.events import answering, forms, gathering, newcomers, reading, watching
from lastmeter.matters.models import HotIssue, Incident, Outcome, Watch
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.views import reach

PERIODS = (("30", gettext_lazy("近一个月")), ("90", gettext_lazy("近三个月")), ("365", gettext_lazy("近一年")))
THEME_ROWS = 50


# ---- hot issues ----------------------------------------------------------------------------------------------------
@require_safe
@signed_in
def events(request: Request, user: User) -> HttpResponse:
    """The hot issues of the reader's ground, above them what waits for a word; what is handled together below."""
    if not reading.reads(request.actor):
        raise Http404
    now = timezone.now()
    period = request.GET.get("period", "90")
    rows = reading.ranked(request.actor, period, now=now)
    context = {
        "rows": rows,
        "tabs": [(word, f"?period={name}", name == period) for name, word in PERIODS],
        "proposed": reading.proposed(request.actor),
        "standing": reading.standing(request.actor),
        "themes": watching.themes(request.actor)[:20],
    }
    return render(request, "matters/events/list.html", context)


def _issue(request: Request, pk: int) -> HotIssue:
    found = reading.issue_for(request.actor, pk)
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def issue(request: Request, user: User, pk: int) -> HttpResponse:
    """One hot issue: how hot, since when, where, what one of its messages says; the matters that the reader sees."""
    found = _issue(request, pk)
    [shown] = reading.shown([found], now=timezone.now())
    seen = reading.heard(request.actor, found, request.GET.get("cursor"))
    context = {
        "issue": found,
        "shown": shown,
        "sample": reading.sample(found),
        "matters": seen,
        "elsewhere": max(0, found.messages - seen.count),
        "watch": Watch.objects.filter(issue=found, user=user).first(),
        "form": forms.WatchForm(),
        "gathers": seen.open > 1,
    }
    return render(request, "matters/events/issue.html", context)


@require_POST
@signed_in
def watched(request: Request, user: User, pk: int) -> HttpResponse:
    """关注, or with `stop` no more."""
    found, form = _issue(request, pk), forms.WatchForm(request.POST)
    if "stop" in request.POST:
        watching.unwatch(found, user)
        messages.success(request, _("不再关注这个热点。"))
    elif form.is_valid():
        made = watching.watch(found, user, above=form.cleaned_data["above"])
        messages.success(request, _("已关注：热度超过 %(above)s 时告诉您。") % {"above": made.above})
    else:
        messages.error(request, _("热度要写数字。"))
    return redirect("hot-issue", pk)


@require_POST
@signed_in
def proposal(request: Request, user: User, pk: int) -> HttpResponse:
    """Propose the issue's open matters by hand, to the event that stands or as a new one, for the desk to look at."""
    found = _issue(request, pk)
    now = timezone.now()
    joined = newcomers.offer([pk], now=now)
    made = gathering.propose(found, asked=True, now=now) or next(iter(joined), None)
    if made is None:
        messages.error(request, _("没有结的、说的又是同一件事的不到三件，或者都是同一个人说的，还不能归成事件。"))
        return redirect("hot-issue", pk)
    return redirect("event", made.number)


# ---- events --------------------------------------------------------------------------------------------------------
def _incident(request: Request, typed: str) -> Incident:
    found = reading.incidents(request.actor).filter(number=reach.number_of(typed)).first()
    if found is None:
        raise Http404
    return found


@require_safe
@signed_in
def event(request: Request, user: User, number: str) -> HttpResponse:
    """One event: what it is about, who is in it, what can be done with it now."""
    return _event(request, _incident(request, number))


def _event(request: Request, incident: Incident, *, status: int = 200, **bound: Any) -> HttpResponse:
    members = reading.members(request.actor, incident, request.GET.get("cursor"))
    decides = gathering.may_decide(request.actor, incident)
    confirmed = incident.state == Incident.State.CONFIRMED
    context = {
        "incident": incident,
        "members": members,
        "people": gathering.people(reading.gathered(incident)),
        "number": pretty(incident.number),
        "steps": {name: _(step.word) for name, step in lifecycle.BY_NAME.items()},
        "decides": decides,
        "proposed": incident.state == Incident.State.PROPOSED and decides,
        "confirmed": confirmed and decides,
        "newcomers": reading.newcomers(request.actor, incident) if confirmed and decides else [],
        "merged": incident.state == Incident.State.MERGED and decides,
        "reason": forms.ReasonForm(),
        "joining": forms.NumberForm(auto_id="join_%s"),
        "merging": forms.NumberForm(auto_id="merge_%s"),
        "closure": forms.ClosureForm(members=members.items) if confirmed and decides else None,
    }
    return render(request, "matters/events/event.html", {**context, **bound}, status=status)


CarryOut = Callable[[Request, Incident, dict[str, Any], Actor, datetime], object]


def act(make: Callable[[Request, Incident], django_forms.Form], done: str | Promise) -> Callable[[CarryOut], Any]:
    """A view of one act on an event: not visible → 404, not the desk's → 403, wrong → 422, too late → 409."""

    def decorate(carry_out: CarryOut) -> Any:
        @require_POST
        @signed_in
        def view(request: Request, user: User, number: str) -> HttpResponse:
            incident = _incident(request, number)
            form = make(request, incident)
            if not form.is_valid():
                bound = {"closure": form} if isinstance(form, forms.ClosureForm) else {}
                said = next(iter(form.errors.values()))[0]
                return _event(request, incident, status=422, trouble=said, **bound)
            try:
                carry_out(request, incident, form.cleaned_data, request.actor, timezone.now())
            except (Overtaken, NotNow) as overtaken:
                return _event(request, _incident(request, number), status=409, trouble=str(overtaken))
            messages.success(request, str(done))
            return redirect("event", number)

        return view

    return decorate


def _members(request: Request, incident: Incident) -> django_forms.Form:
    return forms.MembersForm(request.POST, incident=incident)


def _reason(request: Request, incident: Incident) -> django_forms.Form:
    return forms.ReasonForm(request.POST)


def _one(request: Request, incident: Incident) -> django_forms.Form:
    return forms.OneForm(request.POST, incident=incident)


def _waiting(request: Request, incident: Incident) -> django_forms.Form:
    return forms.WaitingForm(request.POST, incident=incident)


def _number(request: Request, incident: Incident) -> django_forms.Form:
    return forms.NumberForm(request.POST)


def _nothing(request: Request, incident: Incident) -> django_forms.Form:
    return django_forms.Form(request.POST)


def _closure(request: Request, incident: Incident) -> django_forms.Form:
    page = reading.members(request.actor, incident, request.GET.get("cursor"))
    return forms.ClosureForm(request.POST, members=page.items)


@act(_members, gettext_lazy("已归成一个事件：牵头事项怎么办，大家跟着知道。"))
def confirmation(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.confirm(incident, matters=given["matters"], lead=given["lead"], by=by, now=now)


@act(_members, gettext_lazy("没打勾的已去掉，其余的还等您决定。"))
def sorting(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.take_out(incident, given["out"], by=by, now=now)


@act(_reason, gettext_lazy("已记下：不是一件事。各件照旧办理。"))
def dismissal(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.dismiss(incident, reason=given["reason"], by=by, now=now)


@act(_number, gettext_lazy("已归入。"))
def joining(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    matter = reach.find(by, given["number"])
    if matter is None:
        raise Overtaken(_("没有这个编号的事项，或者不在您的范围里。"))
    gathering.join(incident, matter, by=by, now=now)


@act(_waiting, gettext_lazy("已归入，诉求人收到了告知。归错了可以移出。"))
def accepting(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    newcomers.accept(incident, given["matter"], by=by, now=now)


@act(_waiting, gettext_lazy("已记下：不是这件事，不再提议归入。"))
def declining(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.take_out(incident, given["matter"], by=by, now=now)


@act(_one, gettext_lazy("已移出，从原来的环节接着办。"))
def leaving(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.leave(incident, given["matter"], by=by, now=now)


@act(_one, gettext_lazy("已换牵头。"))
def leading(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.choose_lead(incident, given["matter"], by=by, now=now)


@act(_reason, gettext_lazy("已拆开，各件从原来的环节接着办。"))
def splitting(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.split(incident, reason=given["reason"], by=by, now=now)


@act(_number, gettext_lazy("已并入那个事件。"))
def merging(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    into = reading.incidents(by).filter(number=given["number"]).first()
    if into is None:
        raise Overtaken(_("没有这个编号的事件，或者不在您的范围里。"))
    gathering.merge(incident, into=into, by=by, now=now)


@act(_nothing, gettext_lazy("已撤回合并。"))
def unmerging(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    gathering.unmerge(incident, by=by, now=now)


@act(_closure, gettext_lazy("已办结，每一位都收到了自己那件的答复。"))
def closure(request: Request, incident: Incident, given: dict[str, Any], by: Actor, now: datetime) -> None:
    ending = Ending(Outcome(given["outcome"]), given["words"], cause=given["cause"] or None, reason=given["reason"])
    own = {int(key[4:]): words for key, words in given.items() if key.startswith("own-") and words}
    answering.close(incident, ending, own=own, by=by, now=now)


# ---- themes --------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def themes(request: Request, user: User) -> HttpResponse:
    """The themes of the reader's ground, and a new one."""
    if not reading.reads(request.actor):
        raise Http404
    form = forms.ThemeForm(request.POST or None, actor=request.actor)
    if form.is_valid():
        made = watching.keep(**form.cleaned_data, by=request.actor, now=timezone.now())
        return redirect("theme", made.name)
    context = {"form": form, "themes": watching.themes(request.actor)}
    return render(request, "matters/events/themes.html", context, status=422 if form.errors else 200)


@require_safe
@signed_in
def theme(request: Request, user: User, name: str) -> HttpResponse:
    """One theme: how many, the trend, its hot issues, its newest matters."""
    found = watching.themes(request.actor).filter(name=name).first()
    if found is None or not reading.reads(request.actor):
        raise Http404
    now = timezone.now()
    matters = watching.matters(request.actor, found)
    context = {
        "theme": found,
        "count": matters[: watching.FOUND].count(),
        "most": watching.FOUND,
        "bars": reading.heights(watching.months(matters, now=now)),
        "rows": reading.shown(watching.hot_in(request.actor, found)[:10], now=now),
        "matters": matters.select_related("dossier__community")[:THEME_ROWS],
        "steps": {name: _(step.word) for name, step in lifecycle.BY_NAME.items()},
    }
    return render(request, "matters/events/theme.html", context)


@require_POST
@signed_in
def theme_ending(request: Request, user: User, name: str) -> HttpResponse:
    """Give a theme up: whoever keeps a desk at its place may."""
    found = watching.themes(request.actor).filter(name=name, node__in=watching.grounds(request.actor)).first()
    if found is None:
        raise Http404
    found.delete()
    messages.success(request, _("专题已删去，事项都还在。"))
    return redirect("themes")
