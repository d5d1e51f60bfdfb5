"""Signing in and out, passwords, sessions, one's own data, and the security administrator's two pages."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lastmeter.accounts import administrators, audit, holdings, keepers, links, people, sessions, signin
from lastmeter.accounts.forms import (
    AuditFilterForm,
    CorrectionForm,
    NewPasswordForm,
    PasswordForm,
    PersonForm,
    SignInForm,
)
from lastmeter.accounts.models import AdministratorKind, AuditEntry, OneTimeLink, User
from lastmeter.accounts.requests import Request, address_client, signed_in
from lastmeter.kit.paging import Keyset, page

GET_OR_POST = ["GET", "HEAD", "POST"]
NEWEST_FIRST, AUDIT_PAGE = Keyset(("-id",)), 50


@require_http_methods(GET_OR_POST)
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe_next(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = signin.check_credentials(
                form.cleaned_data["identifier"],
                form.cleaned_data["password"],
                address=address_client(request),
                now=timezone.now(),
            )
        except signin.Refused as refused:
            form.add_error(None, str(refused))
        else:
            sessions.begin(request, user, timezone.now())
            return redirect(target)
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/sign_out.html")
    logout(request)
    messages.success(request, _("已退出登录。"))
    return redirect("/")


@require_http_methods(GET_OR_POST)
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link. Looking at it does not use it up: mail scanners and previews look too."""
    form = NewPasswordForm(request.POST or None)
    now = timezone.now()
    try:
        link = links.find_link(token, now)
        if request.method == "POST" and form.is_valid():
            try:
                user = links.use_link(token, form.cleaned_data["new"], client=address_client(request), now=now)
            except ValidationError as weak:
                form.add_error("new", weak)
            else:
                logout(request)  # whoever was signed in on this browser is not the person of the link
                sessions.begin(request, user, timezone.now())
                messages.success(request, _("密码已设好，您已登录。"))
                return redirect("/")
    except links.LinkGone as gone:
        return render(request, "accounts/link_gone.html", {"reason": str(gone)}, status=410)
    context = {"form": form, "person": link.user}
    return render(request, "accounts/welcome.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def account(request: Request, user: User) -> HttpResponse:
    """我的: one's own account, and where to go from it."""
    return render(request, "accounts/account.html", {"person": user, "office": administrators.kind_of(request.actor)})


@require_http_methods(GET_OR_POST)
@signed_in
def password(request: Request, user: User) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ended = signin.change_password(
                user,
                form.cleaned_data["old"],
                form.cleaned_data["new"],
                by=request.actor,
                now=timezone.now(),
            )
        except signin.Refused as refused:
            form.add_error("old", str(refused))
        except ValidationError as weak:
            form.add_error("new", weak)
        else:
            sessions.begin(request, user, timezone.now())
            messages.success(request, _("密码已改。其他 %(count)s 处登录已退出。") % {"count": max(0, ended - 1)})
            return redirect("accounts:sessions")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)


@require_GET
@signed_in
def my_sessions(request: Request, user: User) -> HttpResponse:
    here = request.session.session_key
    rows = [
        {
            "reference": sessions.session_reference(row.session_key),
            "device": row.device or _("未知设备"),
            "seen_at": row.seen_at,
            "here": row.session_key == here,
        }
        for row in user.sessions.order_by("-seen_at")
    ]
    return render(request, "accounts/sessions.html", {"rows": rows})


@require_POST
@signed_in
def end_session(request: Request, user: User, reference: str) -> HttpResponse:
    if sessions.end_one(user, reference, by=request.actor, now=timezone.now()):
        messages.success(request, _("那台设备已退出登录。"))
    else:
        messages.info(request, _("那次登录先前已经结束。"))
    return redirect("accounts:sessions")


@require_POST
@signed_in
def end_sessions(request: Request, user: User) -> HttpResponse:
    ended = sessions.end_all(user, by=request.actor, now=timezone.now(), keep=request.session.session_key)
    messages.success(request, _("其他 %(count)s 处登录已退出。") % {"count": ended})
    return redirect("accounts:sessions")


@require_http_methods(GET_OR_POST)
@signed_in
def my_data(request: Request, user: User) -> HttpResponse:
    form = CorrectionForm(request.POST or None, initial={"name": user.name, "email": user.email})
    if request.method == "POST" and form.is_valid():
        holdings.correct(user, form.cleaned_data, request.actor, timezone.now())
        messages.success(request, _("已更正。"))
        return redirect("accounts:my_data")
    held = [(keeper, keeper.show(user)) for keeper in keepers.registered().values()]
    context = {"form": form, "held": held, "looks": holdings.looks_at(user)}
    return render(request, "accounts/my_data.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def my_data_export(request: Request, user: User) -> HttpResponseBase:
    answer = JsonResponse(keepers.export(user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@require_http_methods(GET_OR_POST)
@signed_in
def lost_phone(request: Request, user: User) -> HttpResponse:
    """The security administrator ends every session of somebody whose phone is gone."""
    form, person = _person_asked_for(request)
    if person is not None:
        ended = sessions.lost_phone(person, by=request.actor, now=timezone.now())
        messages.success(
            request,
            _("%(name)s 的 %(count)s 处登录已全部退出，未用的链接已作废。") % {"name": person.name, "count": ended},
        )
        return redirect("accounts:new_link")
    context = {"form": form}
    return render(request, "accounts/lost_phone.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_OR_POST)
@signed_in
def new_link(request: Request, user: User) -> HttpResponse:
    """The security administrator makes a one-time link for somebody who forgot the password."""
    form, person = _person_asked_for(request)
    context: dict[str, Any] = {"form": form}
    if person is not None and administrators.current().filter(user=person).exists():
        # Otherwise one administrator could take over another's account: that link is made on the server only.
        form.add_error("identifier", _("管理员的链接只能在服务器上用 lastmeter admin first --again 重发。"))
    elif person is not None:
        purpose = OneTimeLink.Purpose.RESET if person.last_login else OneTimeLink.Purpose.FIRST
        path = links.make_link(person, purpose, by=request.actor, now=timezone.now())
        context |= {"person": person, "link": request.build_absolute_uri(path)}
    return render(request, "accounts/new_link.html", context, status=422 if form.errors else 200)


@require_GET
@signed_in
def audit_log(request: Request, user: User) -> HttpResponse:
    """Every entry, newest first, for the audit administrator alone; `kind` and `by` (a user's id) narrow it."""
    if administrators.kind_of(request.actor) != AdministratorKind.AUDIT:
        raise Http404
    form = AuditFilterForm(request.GET)
    found = page(audit.entries(**form.chosen()), request.GET.get("cursor"), AUDIT_PAGE, NEWEST_FIRST)
    context = {"form": form, "page": found, "rows": _with_names(found.items), "seal": audit.last_seal()}
    return render(request, "accounts/audit_log.html", context)


def _with_names(entries: list[AuditEntry]) -> list[tuple[AuditEntry, str]]:
    names = audit.names(entries)
    return [(entry, names.get(entry.by_user or 0, entry.client[:12])) for entry in entries]


def _person_asked_for(request: Request) -> tuple[PersonForm, User | None]:
    """The form and, once it is sent and right, the person it names. 404 for everybody but security administrators."""
    if administrators.kind_of(request.actor) != AdministratorKind.SECURITY:
        raise Http404
    form = PersonForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return form, None
    person = people.find_user(form.cleaned_data["identifier"])
    if person is None:
        form.add_error("identifier", _("没有这个登录名或手机号的在用账户。"))
    return form, person


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return "/"
