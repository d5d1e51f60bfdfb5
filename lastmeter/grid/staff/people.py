"""人员名册: people, their posts, units and phones from a CSV or Excel file — first looked at, then written.

Columns: 姓名 手机 岗位 and 网格代码, 网格名称 or 单位; optional 登录名 邮箱 来源 任期自 任期至 公开电话.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from lastmeter.accounts import links, people
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import OneTimeLink, User
from lastmeter.grid import tree
from lastmeter.grid.models import Level, Node, Post, Role, Tenure, Unit, UnitKind
from lastmeter.grid.staff import appointing
from lastmeter.kit.crypto import BadPhone, normal_phone
from lastmeter.kit.sheets import BadSheet, Row, read_rows
from lastmeter.kit.text import TooLong, clean
from lastmeter.kit.zhtime import CHINA

NEEDED = ("姓名", "手机", "岗位")
ROLES = {str(role.label): role for role in Role} | {role.value: role for role in Role}
SOURCES = {str(source.label): source for source in Tenure.Source}


@dataclass(slots=True)
class PeopleReport:
    """What the file changes, or would change: in words, row by row."""

    dry_run: bool
    opened: list[tuple[User, str]] = field(default_factory=list)  # account, one-time link
    appointed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    nobody_left: bool = False  # a whole register with refused rows: who is missing cannot be known

    def lines(self) -> Iterator[str]:
        """The report as it is printed."""
        for number, reason in self.refused:
            yield _("第 %(number)d 行未收：%(reason)s") % {"number": number, "reason": reason}
        yield from self.appointed
        yield from self.left
        if self.nobody_left:
            yield _("有未收的行，名单还不完整，所以没有办理离任；请改好这些行，再导入一次。")
        for user, link in self.opened:
            yield _("%(name)s（%(login)s）的一次性链接，7 天内有效：%(link)s") % {
                "name": user.name,
                "login": user.username,
                "link": link,
            }
        said = _("新开账户 %(opened)d，任职 %(appointed)d，离任 %(left)d，未变 %(same)d，未收 %(refused)d。") % {
            "opened": len(self.opened),
            "appointed": len(self.appointed),
            "left": len(self.left),
            "same": self.unchanged,
            "refused": len(self.refused),
        }
        yield _("试运行，没有写入：%(said)s") % {"said": said} if self.dry_run else said


class BadRow(ValueError):
    """A row that cannot be taken, with the reason in words."""


class _DryRunEnd(Exception):
    """Rolls a dry run back."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row that was understood."""

    name: str
    phone: str
    login: str
    email: str
    role: Role
    node: Node | None
    unit_name: str
    since: date
    until: date | None
    source: str
    public_phone: str


def import_people(file: Path, *, whole: bool = False, dry_run: bool = False, by: Actor, now: datetime) -> PeopleReport:
    """Bring a register in: accounts opened, units and posts made, tenures begun; the same file twice changes nothing.

    `whole`: for the places and units the file names it is the whole truth — whoever holds a post there and is missing
    leaves today, and an account without any post is closed; but as long as a row is refused nobody leaves, for a typing
    error is no departure. One transaction; a bad row is returned with its reason and hinders none of the others.
    Raises BadSheet when the file cannot be read or lacks a column.
    """
    report = PeopleReport(dry_run)
    try:
        with transaction.atomic():
            _import(file, report, whole=whole, by=by, now=now)
            if dry_run:
                raise _DryRunEnd
    except _DryRunEnd:
        pass
    return report


def _import(file: Path, report: PeopleReport, *, whole: bool, by: Actor, now: datetime) -> None:
    today = now.astimezone(CHINA).date()
    kept: set[int] = set()
    named: set[tuple[int | None, int | None]] = set()
    standing = Post.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for row in read_rows(file):
        if missing := [name for name in NEEDED if name not in row.values]:
            raise BadSheet(_("缺少这些列：%(names)s。") % {"names": "、".join(missing)})
        opened = len(report.opened)
        try:
            with transaction.atomic():  # a row refused at its unit must not leave an account behind
                tenure = _settle(_read(row, today), report, today=today, by=by, now=now)
        except (BadRow, BadPhone, TooLong) as error:
            del report.opened[opened:]
            report.refused.append((row.number, str(error)))
            continue
        kept.add(tenure.pk)
        named.add((tenure.post.node_id, tenure.post.unit_id))
    if whole and not report.refused:
        _close_leavers(named, kept, report, today=today, by=by, now=now)
        _close_replaced(named, standing, today=today)
    report.nobody_left = whole and bool(report.refused)


def _read(row: Row, today: date) -> _Line:
    given = {name: clean(value, 200, name) for name, value in row.values.items()}
    name, role = given["姓名"], ROLES.get(given["岗位"])
    if not name:
        raise BadRow(_("没有姓名。"))
    if role is None:
        raise BadRow(_("不认识的岗位“%(role)s”。") % {"role": given["岗位"]})
    since, until = _date(given.get("任期自", "")) or today, _date(given.get("任期至", ""))
    if until is not None and until <= since:
        raise BadRow(_("任期至 %(until)s 不在任期自 %(since)s 之后。") % {"until": until, "since": since})
    return _Line(
        name=clean(name, 60, "姓名"),
        phone=normal_phone(given["手机"]),
        login=clean(given.get("登录名", ""), 60, "登录名"),
        email=_email(given.get("邮箱", "")),
        role=role,
        node=_node(given),
        unit_name=clean(given.get("单位", ""), 100, "单位"),
        since=since,
        until=until,
        source=SOURCES.get(given.get("来源", ""), ""),
        public_phone=given.get("公开电话", "")[:30],
    )


def _node(given: dict[str, str]) -> Node | None:
    """The node by code, else by its whole name; None when only a unit is named."""
    if code := given.get("网格代码", ""):
        node = tree.resolve_code(code)
        if node is None:
            raise BadRow(_("没有代码是“%(code)s”的节点。") % {"code": code})
        return node
    if name := given.get("网格名称", ""):
        found = list(Node.objects.filter(name=name, valid_to=None)[:2])
        if len(found) != 1:
            sentence = _("叫“%(name)s”的节点不止一个，请写代码。") if found else _("没有叫“%(name)s”的节点。")
            raise BadRow(sentence % {"name": name})
        return found[0]
    if not given.get("单位"):
        raise BadRow(_("没有写网格代码、网格名称或单位。"))
    return None


def _email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError:
        raise BadRow(_("邮箱“%(text)s”写得不对。") % {"text": text}) from None
    return text


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10].replace("/", "-").replace(".", "-"))
    except ValueError:
        raise BadRow(_("日期“%(text)s”请写成 2026-11-25。") % {"text": text}) from None


def _settle(line: _Line, report: PeopleReport, *, today: date, by: Actor, now: datetime) -> Tenure:
    """The account, post and tenure of a row; what exists stays."""
    user = _user(line, report, by=by, now=now)
    post = _post(line, today)
    tenure, changed = appointing.appoint(
        post, user, since=line.since, until=line.until, source=line.source, by=by, now=now
    )
    if not changed:
        report.unchanged += 1
        return tenure
    report.appointed.append(
        _("%(name)s：%(place)s %(role)s") % {"name": user.name, "place": post.node or post.unit, "role": post}
    )
    return tenure


def _user(line: _Line, report: PeopleReport, *, by: Actor, now: datetime) -> User:
    found = people.find_user(line.phone)
    if found is not None:
        if found.name != line.name:
            raise BadRow(_("这个手机号已是“%(name)s”的。") % {"name": found.name})
        return found
    login = (line.login or line.phone).lower()
    if User.objects.filter(username=login).exists():
        raise BadRow(_("登录名“%(login)s”已有人用。") % {"login": login})
    if User.objects.filter(phone_hash=people.phone_hash(line.phone)).exists():
        raise BadRow(_("这个手机号属于已停用的账户，请先由安全管理员处理。"))
    user = people.open_account(login, line.name, phone=line.phone, email=line.email, by=by, now=now)
    link = links.make_link(user, OneTimeLink.Purpose.FIRST, by=by, now=now)
    report.opened.append((user, link))
    return user


def _post(line: _Line, today: date) -> Post:
    """The post of a row: one of its role at the place that this person could hold; made when there is none."""
    unit = _unit(line) if line.unit_name else None
    place = {"unit": unit} if unit else {"node": line.node}
    posts = Post.objects.filter(role=line.role, closed_on=None, **place).order_by("pk")
    mine = posts.filter(tenures__user__phone_hash=people.phone_hash(line.phone)).first()
    vacant = posts.exclude(tenures__in=Tenure.objects.running(today)).first() if mine is None else None
    post = mine or vacant or Post.objects.create(role=line.role, public_phone=line.public_phone, **place)
    if line.public_phone and post.public_phone != line.public_phone:
        post.public_phone = line.public_phone
        post.save(update_fields=["public_phone"])
    return post


def _unit(line: _Line) -> Unit:
    """The unit of that name at the row's node, or the only one of that name anywhere."""
    if line.node is not None:
        unit, _made = Unit.objects.get_or_create(
            node=line.node, name=line.unit_name, defaults={"kind": UnitKind.DEPARTMENT}
        )
        return unit
    found = list(Unit.objects.filter(name=line.unit_name, closed_on=None)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise BadRow(_("叫“%(name)s”的单位不止一个，请写所在地的网格代码。") % {"name": line.unit_name})
    top = Node.objects.filter(level__lte=Level.COUNTY, valid_to=None).order_by("-level", "path").first()
    if top is None:
        raise BadRow(_("先导入网格，再导入人员。"))
    return Unit.objects.create(node=top, name=line.unit_name, kind=UnitKind.DEPARTMENT)


def _close_leavers(
    named: set[tuple[int | None, int | None]],
    kept: set[int],
    report: PeopleReport,
    *,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    nodes = [node for node, _unit_id in named if node]
    units = [unit for _node_id, unit in named if unit]
    gone = Tenure.objects.running(today).exclude(pk__in=kept).select_related("post__node", "post__unit", "user")
    for tenure in gone.filter(post__node__in=nodes) | gone.filter(post__unit__in=units):
        appointing.leave(tenure, today=today, by=by, now=now)
        place = tenure.post.node or tenure.post.unit
        report.left.append(
            _("%(name)s 离任：%(place)s %(role)s") % {"name": tenure.user.name, "place": place, "role": tenure.post}
        )


def _close_replaced(named: set[tuple[int | None, int | None]], standing: int, *, today: date) -> None:
    """A post whose holder left is no vacancy when this file made another of its kind at the place: it is closed.

    `standing`: the highest id of a post before the import. What was vacant and not filled stays a vacancy.
    """
    for node_id, unit_id in named:
        posts = Post.objects.filter(node=node_id, unit=unit_id, closed_on=None)
        for role, made in Counter(posts.filter(pk__gt=standing).values_list("role", flat=True)).items():
            empty = posts.filter(role=role, pk__lte=standing).exclude(tenures__in=Tenure.objects.running(today))
            Post.objects.filter(pk__in=list(empty.order_by("-pk").values_list("pk", flat=True)[:made])).update(
                closed_on=today
            )
