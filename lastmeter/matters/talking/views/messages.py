"""What a requester was told, from the staff page of the matter: send it again, or on paper instead."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.matters import policy
from lastmeter.matters.models import Matter, Message
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import arriving
from lastmeter.matters.views.matter import onward
from lastmeter.matters.views.reach import matter_for


@require_POST
@signed_in
def resending(request: Request, user: User, number: str) -> HttpResponse:
    """`/matters/<number>/resending/`: a message that was given up goes out again."""
    matter = matter_for(request.actor, number)
    resend = lambda message: arriving.resend(message, by=request.actor, now=timezone.now())  # noqa: E731
    return _with_message(request, matter, resend, _("已重新发送。"))


@require_POST
@signed_in
def on_paper(request: Request, user: User, number: str) -> HttpResponse:
    """`/matters/<number>/on-paper/`: what could not be sent becomes a letter."""
    matter = matter_for(request.actor, number)
    write = lambda message: arriving.put_on_paper(message, by=request.actor, now=timezone.now())  # noqa: E731
    return _with_message(request, matter, write, _("已放进待寄信件。"))


def _with_message(request: Request, matter: Matter, act: Callable[[Message], object], done: str) -> HttpResponse:
    policy.require(request.actor, "tell", matter)
    wanted = request.POST.get("message", "")
    rows = Message.objects.filter(matter=matter).select_related("matter__dossier", "matter__requester")
    found = rows.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else None
    try:
        if found is None:
            raise Overtaken(_("没有找到这条消息，请刷新页面再试。"))
        act(found)
        messages.success(request, done)
    except Overtaken as error:
        messages.error(request, str(error))
    return onward(request, matter)
