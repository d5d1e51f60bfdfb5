"""Pages for what went wrong: what happened, what was kept, what to do next."""

import logging

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)


def _page(request: HttpRequest, status: int, title: str, happened: str, do_next: str) -> HttpResponse:
    words = {"title": title, "happened": happened, "do_next": do_next, "status": status}
    return render(request, "web/errors/page.html", words, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the browser sent what no page of ours sends."""
    return _page(
        request, 400, _("没看懂这次请求"), _("浏览器发来的内容不完整或太大，系统没有照办，也没有改动任何资料。"),
        _("请回到上一页再试一次；照片很大时可以少选几张。"),
    )  # fmt: skip


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in, but not for this."""
    return _page(
        request, 403, _("这一步不归您的岗位办"), _("您可以看到这里，但没有办理它的权限。什么都没有改动。"),
        _("如果应当由您办理，请联系本级管理员核对岗位。"),
    )  # fmt: skip


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: does not exist, or is not for this person's eyes (the two look the same on purpose)."""
    return _page(
        request, 404, _("没有找到这一页"), _("地址可能写错了，或者这一页不对您开放。"),
        _("查自己的事项，请用编号和查询码；要找人，请看首页上的网格员电话。"),
    )  # fmt: skip


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the form check: an old page, or a browser that takes no cookies."""
    return _page(
        request, 403, _("页面放得太久了"),
        _("为了安全，这次提交没有生效。您写的文字留在这台设备的草稿里（浏览器允许时）。"),
        _("请返回表单，刷新后再提交一次；若反复出现，请允许本站使用 Cookie。"),
    )  # fmt: skip


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the page needs neither database nor session nor any package."""
    language = str(getattr(request, "LANGUAGE_CODE", "zh-hans"))
    with translation.override(language):
        try:
            return HttpResponseServerError(render_to_string("web/errors/500.html", {"language": language}))
        except Exception:  # whatever broke, the visitor still gets a sentence
            log.exception("the 500 page itself failed")
            return HttpResponseServerError(_("系统出错了。已经收到编号的事项不会丢失，请稍后再试。"))
