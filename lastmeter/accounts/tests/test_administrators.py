"""Three separate administrators, on the first day and later."""

from collections.abc import Callable
from datetime import datetime

import pytest
from click.testing import CliRunner
from django.test import Client

from lastmeter.accounts import administrators, cli
from lastmeter.accounts.actors import Actor
from lastmeter.accounts.administrators import FirstLink
from lastmeter.accounts.models import AdministratorKind, OneTimeLink, User

pytestmark = pytest.mark.django_db


def actor_of(kind: str) -> Actor:
    return Actor.of(administrators.current().get(kind=kind).user)


@pytest.mark.usefixtures("before_the_first_day")
def test_the_first_command_prints_three_links_and_then_refuses() -> None:
    first = CliRunner().invoke(cli.admin, ["first"])
    assert first.exit_code == 0
    assert first.output.count("/welcome/") == 3
    assert {holder.kind for holder in administrators.current()} == {"system", "security", "audit"}
    again = CliRunner().invoke(cli.admin, ["first"])
    assert again.exit_code == 1
    assert "--again" in again.output


@pytest.mark.usefixtures("first_day")
def test_one_link_can_be_given_again_and_voids_the_first() -> None:
    assert CliRunner().invoke(cli.admin, ["first", "--again", "audit"]).output.count("/welcome/") == 1
    links = OneTimeLink.objects.filter(user__username="audit-admin").order_by("id")
    assert links[0].expires_at <= links[1].made_at < links[1].expires_at


@pytest.mark.usefixtures("first_day")
def test_nobody_is_two_administrators(now: datetime, person: Callable[..., User]) -> None:
    security = actor_of("security")
    user = person()
    holder = administrators.appoint_administrator(user, AdministratorKind.AUDIT, by=security, now=now)
    with pytest.raises(administrators.NotPossible, match="不能兼任"):
        administrators.appoint_administrator(user, AdministratorKind.SYSTEM, by=security, now=now)
    administrators.dismiss_administrator(holder, by=security, now=now)
    administrators.appoint_administrator(user, AdministratorKind.SYSTEM, by=security, now=now)


@pytest.mark.usefixtures("first_day")
def test_only_security_appoints_and_the_last_of_a_kind_stays(now: datetime, person: Callable[..., User]) -> None:
    for by in (actor_of("system"), actor_of("audit"), Actor.visitor("x")):
        with pytest.raises(administrators.NotPossible, match="安全管理员"):
            administrators.appoint_administrator(person(f"p{by.user_id}"), AdministratorKind.AUDIT, by=by, now=now)
    last = administrators.current().get(kind="audit")
    with pytest.raises(administrators.NotPossible, match="最后一位"):
        administrators.dismiss_administrator(last, by=actor_of("security"), now=now)


def test_the_command_line_lists_links_and_loses_phones(person: Callable[..., User]) -> None:
    person()
    assert "林一舟" in CliRunner().invoke(cli.admin, ["list"]).output
    assert "/welcome/" in CliRunner().invoke(cli.admin, ["link", "lin"]).output
    assert "已退出 0 处" in CliRunner().invoke(cli.admin, ["lost-phone", "lin"]).output
    assert CliRunner().invoke(cli.admin, ["link", "nobody"]).exit_code == 1


def test_only_the_audit_administrator_reads_the_log(first_day: list[FirstLink], person: Callable[..., User]) -> None:
    system_admin, security, auditor = first_day
    for name in (system_admin.username, security.username, person().username):
        browser = Client()
        browser.force_login(User.objects.get(username=name))
        assert browser.get("/audit/").status_code == 404
    browser = Client()
    browser.force_login(User.objects.get(username=auditor.username))
    assert "administrator.appoint" in browser.get("/audit/").content.decode()
    narrowed = browser.get("/audit/", {"kind": "link.make"}).content.decode()
    assert "link.make" in narrowed
    assert "administrator.appoint" not in narrowed
    assert "没有符合的记录" in browser.get("/audit/", {"by": "nobody"}).content.decode()
    assert browser.get("/audit/", {"kind": "x" * 50_000, "cursor": "?"}).status_code == 200
