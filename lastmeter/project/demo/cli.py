"""`lastmeter demo`: create, destroy, guide."""

import time

import click
from django.conf import settings
from django.utils import timezone, translation
from django.utils.functional import Promise

from lastmeter.project.demo import building, cast

REFUSED = "这个数据库不是演示库，没有动它。\nThis database was not created as a demonstration; nothing was touched."


@click.group()
def commands() -> None:
    """演示 The demonstration of Yangjiang, for this machine alone."""


@commands.command("create")
def create() -> None:
    """建演示库 In an empty database; an existing demonstration stays as it is."""
    begun = time.monotonic()
    try:
        built = building.build(timezone.now())
    except building.NotADemo:
        raise click.ClickException(REFUSED) from None
    if built.fresh:
        click.echo(f"演示库已建好：{built.matters} 件事项，{time.monotonic() - begun:.0f} 秒。 Demonstration created.")
    else:
        click.echo(f"演示库已在，没有改动：{built.matters} 件事项。 The demonstration stands, unchanged.")


@commands.command("destroy")
def destroy() -> None:
    """清掉演示库 Only a database with the demonstration's mark."""
    try:
        there = building.destroy()
    except building.NotADemo:
        raise click.ClickException(REFUSED) from None
    click.echo("演示库已清掉。 Demonstration removed." if there else "这里没有演示库。 There was none.")


@commands.command("guide")
def guide() -> None:
    """打印地址和身份 Addresses and who there is."""
    site = settings.SITE_URL
    click.echo(f"\n  最后一米 LastMeter   {site}/\n")
    click.echo(f"  以谁的身份试什么 Who to be, what to try   {site}/demo/")
    click.echo(f"  我的网格 Who is mine                     {site}/g/441702006008003/")
    click.echo(f"  有事您说 Report                          {site}/report/\n")
    click.echo("  一点就登录，没有密码 One click, no password:")
    for person in cast.PEOPLE:
        click.echo(f"    {person.name}  {_both(person.what)}")
    click.echo("  Ctrl-C 停止 stops it. 人物、电话、网格边界均为虚构 People, phones and borders are invented.\n")


def _both(words: str | Promise) -> str:
    """Words in both languages."""
    shown = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            shown.append(str(words))
    return " ".join(shown)
