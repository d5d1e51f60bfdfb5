"""What stands in the tab bars and the desk's menu: data; an entry whose address does not exist (yet) is left out."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import Resolver404, get_urlconf, resolve
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lastmeter.web import cards, shells


@dataclass(frozen=True, slots=True)
class Entry:
    """The first of `paths` that exists is the address; `group` is a heading of the desk's menu."""

    shell: str
    label: str | Promise
    icon: str
    paths: tuple[str, ...]
    group: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as one page shows it: `current` is "page", "true" (somewhere below it) or ""."""

    label: str | Promise
    icon: str
    href: str
    current: str
    count: int | None
    group: str | Promise


MATTERS, GRID, SYSTEM = _("事项"), _("网格"), _("管理")
ENTRIES = (
    Entry("resident", _("首页"), "home", ("/",)),
    Entry("resident", _("我的"), "me", ("/mine/",)),
    Entry("resident", _("24小时"), "bell", ("/duty/", "/who/")),
    Entry(
        "resident",
        _("投诉建议"),
        "talk",
        ("/complaints/", "/report/?about=service", "/about/#contact"),
    ),
    Entry("field", _("今日"), "list", ("/today/", "/field/")),
    Entry("field", _("上报"), "camera", ("/found/", "/today/found/", "/report/")),
    Entry("field", _("巡查"), "flag", ("/patrols/",)),
    Entry("field", _("我的班"), "calendar", ("/shifts/",)),
    Entry("field", _("我的"), "me", ("/me/", "/account/", "/sign-in/")),
    Entry("desk", _("工作台"), "home", ("/desk/",), MATTERS),
    Entry("desk", _("事项清单"), "inbox", ("/queue/",), MATTERS),
    Entry("desk", _("期限与挂账"), "calendar", ("/ledger/",), MATTERS),
    Entry("desk", _("热点与事件"), "chart", ("/events/",), MATTERS),
    Entry("desk", _("吹哨报到"), "whistle", ("/whistles/",), MATTERS),
    Entry("desk", _("支部报到单"), "people", ("/volunteering/slips/",), MATTERS),
    Entry("desk", _("代为登记"), "pen", ("/matters/new/", "/desk/new/"), MATTERS),
    Entry("desk", _("今日"), "list", ("/today/",), MATTERS),
    Entry("desk", pgettext_lazy("menu", "指标"), "chart", ("/rates/",), MATTERS),
    Entry("desk", _("目录与职责"), "tree", ("/catalogue/",), MATTERS),
    Entry("desk", _("学习"), "chart", ("/learning/",), MATTERS),
    Entry("desk", _("办理投诉"), "shield", ("/grievances/",), MATTERS),
    Entry("desk", _("待寄信件"), "mail", ("/letters/",), MATTERS),
    Entry("desk", _("通知"), "bell", ("/notices/",), MATTERS),
    Entry("desk", _("网格与岗位"), "tree", ("/grid/",), GRID),
    Entry("desk", _("一张图"), "map", ("/map/",), GRID),
    Entry("desk", _("覆盖缺口"), "grid", ("/coverage/",), GRID),
    Entry("desk", _("岗位一览"), "people", ("/posts/",), GRID),
    Entry("desk", _("值班表"), "calendar", ("/rosters/",), GRID),
    Entry("desk", _("没接的呼叫"), "phone", ("/calls/",), GRID),
    Entry("desk", _("我的班"), "clock", ("/shifts/",), GRID),
    Entry("desk", _("地址簿"), "home", ("/addresses/",), GRID),
    Entry("desk", pgettext_lazy("menu", "二维码牌"), "print", ("/plates/",), GRID),
    Entry("desk", _("网格调整"), "map", ("/grid/changes/",), GRID),
    Entry("desk", _("部门网格"), "merge", ("/layers/",), GRID),
    Entry("desk", _("合并方案"), "grid", ("/grid/proposals/",), GRID),
    Entry("desk", _("场地预约"), "calendar", ("/venues/desk/",), GRID),
    Entry("desk", _("我办的活动"), "people", ("/activities/desk/",), GRID),
    Entry("desk", _("记服务时长"), "clock", ("/volunteering/hours/desk/",), GRID),
    Entry("desk", pgettext_lazy("menu", "规则"), "clock", ("/rules/",), SYSTEM),
    Entry("desk", _("人员与权限"), "people", ("/people/", "/people/lost-phone/"), SYSTEM),
    Entry("desk", _("审计"), "shield", ("/audit/",), SYSTEM),
    Entry("desk", _("我的账号"), "me", ("/account/", "/me/"), SYSTEM),
)
COMPLAINTS = ENTRIES[3]
DEMO = Entry("resident", _("演示"), "eye", ("/demo/",))  # there only while the demonstration is open
STAFF_DOOR = Entry("resident", _("工作人员"), "key", ("/sign-in/",))


@lru_cache(maxsize=256)
def _exists(path: str, urlconf: str | None) -> bool:
    try:
        resolve(path, urlconf)
    except Resolver404:
        return False
    return True


def address(entry: Entry) -> str:
    """The first of the entry's paths that answers; "" when none does."""
    urlconf = get_urlconf()
    return next(
        (path for path in entry.paths if _exists(path.partition("?")[0].partition("#")[0], urlconf)),
        "",
    )


def _current(href: str, path: str) -> str:
    if href == path:
        return "page"
    return "true" if href not in shells.HOMES and path.startswith(href) else ""


def links(request: HttpRequest) -> list[Link]:
    """The entries of this request's shell, in order; counts and refusals come from cards.py (`BADGES`, `GATES`)."""
    name = shells.of(request).name
    badges = cards.badges() if name == "desk" else {}
    gates = cards.gates()
    shown = [(entry, address(entry)) for entry in ENTRIES if entry.shell == name]
    return [
        Link(
            e.label,
            e.icon,
            href,
            _current(href, request.path),
            _count(badges.get(href), request),
            e.group,
        )
        for e, href in shown
        if href and (href not in gates or gates[href](request))
    ]


def _count(badge: Callable[[HttpRequest], int | None] | None, request: HttpRequest) -> int | None:
    return badge(request) if badge else None
