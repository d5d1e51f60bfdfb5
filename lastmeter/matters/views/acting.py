"""The one way from a form that was sent to an act: every page with many acts (a matter's, a whistle's) goes it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Protocol

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.accounts.requests import Request, signed_in
from lastmeter.clocks.deadlines import NotNow
from lastmeter.matters.catalogue.community import NotAsked
from lastmeter.matters.forms.page import PageForm
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.story import Line

CarryOut = Callable[[Any, dict[str, Any], Actor, datetime], object]
View = Callable[..., HttpResponseBase]
STALE = gettext_lazy("您打开这一页之后，这件事有了变化，刚才的操作还没有做。请看一下现在的情况，需要的话再做一次。")


class Scene(Protocol):
    """What an act is done to, reached through the actor, and the page it stands on."""

    @property
    def subject(self) -> Any:
        """What the act is done to."""

    @property
    def setting(self) -> Any:
        """What the forms of the page share."""

    @property
    def key(self) -> object:
        """Tells the forms of one part of the page from those of another; "" for the page's own."""

    def since(self) -> Sequence[Line]:
        """What happened after the page was made from which the form comes; nothing when that does not matter."""

    def answer(
        self, *, bound: PageForm, trouble: str = "", since: Sequence[Line] = (), status: int = 200
    ) -> HttpResponse:
        """The page with the form that came back."""

    def onward(self) -> HttpResponse:
        """Where the reader goes when it is done."""


Reach = Callable[..., Scene]  # (request, number and what else the address names): Http404, NotAllowed


def act(reach: Reach, form_class: type[PageForm], done: str | Promise) -> Callable[[CarryOut], View]:
    """A view that reaches the subject through the actor, checks the form and carries the act out.

    Not visible → 404; visible, but no post for it → 403; a wrong form → the page again, 422; too late, or written on a
    page that is no longer how things are → the page again with what happened meanwhile and with what was typed, 409.
    """

    def decorate(carry_out: CarryOut) -> View:
        @require_POST
        @signed_in
        @wraps(carry_out)
        def view(request: Request, user: User, number: str, pk: int | None = None) -> HttpResponse:
            named = {"number": number} if pk is None else {"number": number, "pk": pk}
            scene = reach(request, **named)
            form = form_class(request.POST, request.FILES, at=scene.setting, key=scene.key)
            if not form.is_valid():
                form.hold()
                return scene.answer(bound=form, status=422)
            if since := scene.since():
                form.hold()
                return scene.answer(bound=form, trouble=str(STALE), since=since, status=409)
            try:
                carry_out(scene.subject, form.cleaned_data, request.actor, timezone.now())
            except NotAsked as refused:  # a list came into force after the form was checked
                form.add_error(None, str(refused))
                return reach(request, **named).answer(bound=form, status=422)
            except (Overtaken, NotNow) as overtaken:
                form.hold()
                return reach(request, **named).answer(bound=form, trouble=str(overtaken), status=409)
            messages.success(request, str(done))
            return scene.onward()

        return view

    return decorate
