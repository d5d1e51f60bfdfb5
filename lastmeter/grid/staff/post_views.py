"""`/posts/`: the posts of one's ground; appointing, extending, leaving and handing over."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.grid import keeping, tree
from lastmeter.grid.models import Handover, Node, Post, Role, Tenure
from lastmeter.grid.staff import appointing, handovers, postlist, terms
from lastmeter.grid.staff.post_forms import AppointmentForm, HandoverForm, LeavingForm, NewPostForm, PhoneForm, TermForm
from lastmeter.kit.ids import row_id

GET_OR_POST = ["GET", "HEAD", "POST"]


def keeper_ground(request: Request) -> list[str]:
    """The paths of the actor's ground; 404 for whoever keeps none."""
    paths = keeping.ground(request.actor)
    if not paths:
        raise Http404
    return paths


def post_of(request: Request, pk: int) -> Post:
    """The open post of that id on the actor's ground; 404 outside it."""
    rows = Post.objects.filter(closed_on=None).select_related("node__parent", "unit__node")
    post = get_object_or_404(rows, pk=pk)
    if not keeping.keeps(request.actor, keeping.path_of(post)):
        raise Http404
    return post


@require_safe
@signed_in
def listed(request: Request, user: User) -> HttpResponse:
    """The posts at and below my node, or in its units; the filters stand in the address."""
    paths, today = keeper_ground(request), timezone.localdate()
    filters = postlist.Filters.read({name: str(request.GET[name]) for name in request.GET})
    shown = postlist.listed(paths, filters, request.GET.get("cursor"), today=today)
    counts = postlist.counts(paths, filters, today=today)
    context = {
        "page": shown,
        "filters": filters,
        "tabs": [(word, filters.query(state=state), counts[state], filters.state == state) for state, word in _tabs()],
        "places": [
            (_("在网格"), filters.query(at="node"), filters.at == "node"),
            (_("在单位"), filters.query(at="unit"), filters.at == "unit"),
        ],
        "roles": Role.choices,
        "today": today,
        "under": Node.objects.filter(pk=filters.under).first() if filters.under else None,
        "everywhere": filters.query(under=None),
    }
    return render(request, "grid/posts/list.html", context)


def _tabs() -> list[tuple[str, str]]:
    return [
        ("", _("全部")),
        ("vacant", _("空缺")),
        ("expiring", _("快到期")),
        ("held", _("在岗")),
        ("gone", _("人已离开")),
        ("mute", _("没有电话")),
    ]


@require_safe
@signed_in
def post(request: Request, user: User, pk: int) -> HttpResponse:
    """One post: who holds it, who held it, and what can be done."""
    return _page(request, post_of(request, pk))


def _page(request: Request, post: Post, *, status: int = 200, trouble: str = "", **forms: object) -> HttpResponse:
    today = timezone.localdate()
    tenures = list(Tenure.objects.filter(post=post).select_related("user").order_by("-since", "-pk")[:50])
    terms.mark(tenures, keeping.path_of(post), today)
    running = [each for each in tenures if each.until is None or each.until > today]
    context = {
        "post": post,
        "place": tree.full_name(post.node) if post.node else str(post.unit),
        "holders": [
            (
                each,
                TermForm(initial={"tenure": each.pk, "until": each.until}, auto_id=f"id_{each.pk}_%s"),
                f"{reverse('post-handover', args=[post.pk])}?tenure={each.pk}",
            )
            for each in running
        ],
        "past": [each for each in tenures if each not in running],
        "appointment": AppointmentForm(by=request.actor, initial={"seen": " ".join(str(each.pk) for each in running)}),
        "phone": PhoneForm(initial={"public_phone": post.public_phone}),
        "trouble": trouble,
        **forms,
    }
    return render(request, "grid/posts/post.html", context, status=status)


@require_http_methods(GET_OR_POST)
@signed_in
def new(request: Request, user: User) -> HttpResponse:
    """Make a post at `?node=`; a vacant one of that role already there is opened instead."""
    keeper_ground(request)
    wanted = request.GET.get("node", "")
    node = Node.objects.filter(pk=row_id(wanted) or 0).first()
    if node is None or not keeping.keeps(request.actor, node.path):
        raise Http404
    role = request.GET.get("role", "")
    if request.method != "POST" and (vacant := _vacant(node, role)):
        return redirect("post", vacant.pk)
    form = NewPostForm(request.POST or None, initial={"role": role})
    if form.is_valid():
        made = appointing.open_post(node, **form.cleaned_data, by=request.actor, now=timezone.now())
        messages.success(request, _("岗位已设立，现在可以安排人。"))
        return redirect("post", made.pk)
    context = {"form": form, "node": node, "place": tree.full_name(node)}
    return render(request, "grid/posts/new.html", context, status=422 if form.errors else 200)


def _vacant(node: Node, role: str) -> Post | None:
    posts = Post.objects.filter(node=node, role=role, closed_on=None).order_by("pk")
    return posts.exclude(tenures__in=Tenure.objects.running(timezone.localdate())).first()


@require_POST
@signed_in
def appointment(request: Request, user: User, pk: int) -> HttpResponse:
    """Somebody takes the post; a phone nobody has yet opens an account."""
    post = post_of(request, pk)
    form = AppointmentForm(request.POST, by=request.actor)
    if not form.is_valid():
        return _page(request, post, appointment=form, status=422)
    given, now = form.cleaned_data, timezone.now()
    try:
        appointing.appoint_person(
            post,
            form.user,
            given["name"],
            given["phone"],
            since=given["since"],
            until=given["until"],
            source=given["source"],
            seen=given["seen"],
            by=request.actor,
            now=now,
        )
    except appointing.Refused as refused:
        return _page(request, post, status=409, trouble=str(refused))
    _say(request, form.user, given["name"])
    return redirect("post", post.pk)


def _say(request: HttpRequest, known: User | None, name: str) -> None:
    messages.success(request, _("%(name)s已任职。") % {"name": name})
    if known is None:
        messages.info(request, _("已为%(name)s开了账户，请安全管理员发第一次登录的链接。") % {"name": name})


@require_POST
@signed_in
def term(request: Request, user: User, pk: int) -> HttpResponse:
    """The term's end is moved."""
    post = post_of(request, pk)
    form = TermForm(request.POST)
    if not form.is_valid():
        return _page(request, post, status=422, trouble=_("日期写得不对，请再选一次。"))
    tenure = get_object_or_404(Tenure, pk=form.cleaned_data["tenure"], post=post)
    if tenure.user_id == user.pk:
        return _page(request, post, status=422, trouble=_("自己的任期，请由上级或同事办理。"))
    try:
        appointing.extend(tenure, until=form.cleaned_data["until"], by=request.actor, now=timezone.now())
    except appointing.Refused as refused:
        return _page(request, post, status=409, trouble=str(refused))
    messages.success(request, _("任期已改。"))
    return redirect("post", post.pk)


@require_POST
@signed_in
def leaving(request: Request, user: User, pk: int) -> HttpResponse:
    """Somebody leaves today; the rights of this post close at once."""
    post = post_of(request, pk)
    form = LeavingForm(request.POST)
    if not form.is_valid():
        raise Http404
    tenure = get_object_or_404(Tenure.objects.select_related("user"), pk=form.cleaned_data["tenure"], post=post)
    now = timezone.now()
    appointing.leave(tenure, today=appointing.china_day(now), by=request.actor, now=now)
    messages.success(request, _("%(name)s已离任，这个岗位的权限已关闭。") % {"name": tenure.user.name})
    return redirect("posts")


@require_http_methods(GET_OR_POST)
@signed_in
def handover(request: Request, user: User, pk: int) -> HttpResponse:
    """What the successor gets is listed before; afterwards the list is kept."""
    post = post_of(request, pk)
    wanted = request.GET.get("tenure", "")
    running = post.tenures.filter(pk__in=Tenure.objects.running(timezone.localdate())).select_related("user")
    tenure = running.filter(pk=key).first() if (key := row_id(wanted)) else running.first()
    if tenure is None:
        raise Http404
    form, trouble, status = HandoverForm(request.POST or None, by=request.actor), "", 200
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = handovers.hand_over_to_person(
                tenure,
                form.user,
                given["name"],
                given["phone"],
                until=given["until"],
                by=request.actor,
                now=timezone.now(),
            )
        except appointing.Refused as refused:
            trouble, status = str(refused), 409
        else:
            _say(request, form.user, given["name"])
            return redirect("handover-list", made.pk)
    work = handovers.open_work(post, tenure.user)
    context = {
        "post": post,
        "place": post.node or post.unit,
        "tenure": tenure,
        "form": form,
        "trouble": trouble,
        "work": work,
    }
    return render(request, "grid/posts/handover.html", context, status=422 if form.errors else status)


@require_safe
@signed_in
def handed(request: Request, user: User, pk: int) -> HttpResponse:
    """交接单: who handed what to whom; for both of them and for whoever keeps the ground."""
    rows = Handover.objects.select_related("post__node", "post__unit__node", "leaver", "successor", "by")
    made = get_object_or_404(rows, pk=pk)
    kept = keeping.keeps(request.actor, keeping.path_of(made.post))
    if not kept and user.pk not in (made.leaver_id, made.successor_id):
        raise Http404
    labels = handovers.registered()
    items: dict[str, list[object]] = {}
    for item in made.items.order_by("pk"):
        items.setdefault(str(labels[item.kind].label) if item.kind in labels else item.kind, []).append(item)
    place = made.post.node or made.post.unit
    context = {"made": made, "work": list(items.items()), "kept": kept, "place": place}
    return render(request, "grid/posts/handed.html", context)


@require_POST
@signed_in
def phone(request: Request, user: User, pk: int) -> HttpResponse:
    """The number residents see is written."""
    post = post_of(request, pk)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, post, phone=form, status=422)
    appointing.publish_phone(post, form.cleaned_data["public_phone"], by=request.actor, now=timezone.now())
    messages.success(request, _("公开电话已改。"))
    return redirect("post", post.pk)
