"""`lastmeter admin`: the first three administrators, a lost phone, a one-time link, who has an account."""

import click
from django.conf import settings
from django.utils import timezone

from lastmeter.accounts import administrators, links, people, sessions
from lastmeter.accounts.actors import system
from lastmeter.accounts.models import AdministratorKind, OneTimeLink, User

BY = system("cli admin")


@click.group(name="admin")
def admin() -> None:
    """账户：首批管理员、丢失手机、一次性链接。"""


@admin.command()
@click.option("--again", type=click.Choice(AdministratorKind.values), help="给这一类管理员重发一个链接")
def first(again: str | None) -> None:
    """建立系统、安全、审计三位管理员，各打印一个一次性链接。"""
    now = timezone.now()
    try:
        made = [administrators.first_again(again, now)] if again else administrators.first_administrators(now)
    except administrators.NotPossible as no:
        raise click.ClickException(str(no)) from no
    for one in made:
        click.echo(f"{AdministratorKind(one.kind).label}  {one.username}  {settings.SITE_URL}{one.path}")
    click.echo("链接七天内有效，只能用一次。请分别交给三个不同的人。")


@admin.command(name="lost-phone")
@click.argument("username")
def lost_phone(username: str) -> None:
    """USERNAME 的手机丢了：登录全部退出，未用的链接作废。"""
    ended = sessions.lost_phone(_person(username), by=BY, now=timezone.now())
    click.echo(f"已退出 {ended} 处登录，未用的链接已作废。需要时再用 lastmeter admin link {username} 发新链接。")


@admin.command()
@click.argument("username")
def link(username: str) -> None:
    """给 USERNAME 一个设密码的一次性链接。"""
    person = _person(username)
    purpose = OneTimeLink.Purpose.RESET if person.last_login else OneTimeLink.Purpose.FIRST
    click.echo(settings.SITE_URL + links.make_link(person, purpose, by=BY, now=timezone.now()))


@admin.command(name="list")
def list_accounts() -> None:
    """列出账户：登录名、姓名、是否在用、管理员类别、最近登录。"""
    offices = dict(administrators.current().values_list("user_id", "kind"))
    for user in User.objects.order_by("username").iterator():
        seen = timezone.localtime(user.last_login).strftime("%Y-%m-%d %H:%M") if user.last_login else "从未登录"
        state = "在用" if user.is_active else "停用"
        click.echo("\t".join([user.username, user.name, state, offices.get(user.pk, ""), seen]))


def _person(username: str) -> User:
    person = people.find_user(username)
    if person is None:
        raise click.ClickException(f"没有登录名或手机号为 {username} 的在用账户。")
    return person


commands = admin
