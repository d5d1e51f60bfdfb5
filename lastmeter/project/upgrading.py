"""`lastmeter upgrade`: database and static files of this version."""

import click
from django.core.management import call_command

from lastmeter.accounts.models import Installation


@click.command()
def upgrade() -> None:
    """建库或升级 Bring database and static files to this version; safe to run again."""
    call_command("migrate", verbosity=0)
    # Not a demonstration: that mark is written by `demo create` alone, and never later.
    Installation.objects.get_or_create(id=1)
    call_command("collectstatic", interactive=False, verbosity=0)
