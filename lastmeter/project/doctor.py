"""`lastmeter doctor`: is this installation sound?"""

import click
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from lastmeter.accounts import audit


@click.group()
def commands() -> None:
    """检查 Check this installation."""


@commands.command("checks")
def checks() -> None:
    """设置与数据库 Settings and database."""
    try:
        call_command("check", deploy=True, fail_level="ERROR")
    except SystemCheckError as error:
        raise click.ClickException(str(error)) from None


@commands.command("audit")
def audit_chain() -> None:
    """审计链 Verify the chain of audit seals."""
    problems = audit.verify()
    for problem in problems:
        click.echo(problem)
    if problems:
        raise click.ClickException(f"审计链有 {len(problems)} 处不符")
    click.echo("审计链完整。")
