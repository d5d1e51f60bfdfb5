"""`/acting/`: somebody with several posts chooses the one they act for (代表哪个岗位办理)."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lastmeter.accounts.models import User
from lastmeter.accounts.requests import AS_POST, Request, signed_in
from lastmeter.grid import scope
from lastmeter.kit.goal import goal_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def acting(request: Request, user: User) -> HttpResponse:
    """Lists one's posts; the chosen one is kept in the session and limits what is reached. "0": all of them."""
    posts = scope.all_held(request.actor)
    if not posts:
        raise Http404
    goal = goal_of(request, "/desk/")
    if request.method != "POST":
        chosen = scope.acting_post(request.actor)
        return render(request, "grid/acting.html", {"posts": posts, "chosen": chosen, "goal": goal})
    wanted = next((post for post in posts if str(post.post_id) == request.POST.get("post")), None)
    if wanted is None:
        request.session.pop(AS_POST, None)
        messages.success(request, _("现在代表您的全部岗位办理。"))
    else:
        request.session[AS_POST] = wanted.post_id
        messages.success(request, _("现在代表“%(post)s”办理。") % {"post": wanted.label})
    return redirect(goal)
