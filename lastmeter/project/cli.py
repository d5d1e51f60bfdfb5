"""`lastmeter`: serve · work · upgrade · demo · admin · calendar · grid · import · learn · doctor."""

import os
import signal
import sys
import threading
from importlib import import_module
from typing import Any

import click
import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Groups and commands that packages bring; loaded when asked for, so that `--help` and start stay quick.
PACKAGES = {
    "admin": "lastmeter.accounts.cli:commands",
    "calendar": "lastmeter.clocks.cli:commands",
    "grid": "lastmeter.grid.cli:commands",
    "demo": "lastmeter.project.demo.cli:commands",
    "import": "lastmeter.project.cli:imports",
    "learn": "lastmeter.project.cli:learn",
    "doctor": "lastmeter.project.doctor:commands",
    "upgrade": "lastmeter.project.upgrading:upgrade",
}
IMPORTS = {
    "addresses": "lastmeter.grid.cli:addresses",
    "categories": "lastmeter.matters.catalogue.cli:import_categories",
    "matters": "lastmeter.matters.cli:import_matters",
    "people": "lastmeter.grid.cli:people",
}
LEARN = {
    "closed": "lastmeter.matters.learning.cli:closed",
    "hot": "lastmeter.matters.events.cli:learn_hot",
    "predict": "lastmeter.matters.learning.cli:predict",
    "train": "lastmeter.matters.learning.cli:train",
}


class Packages(click.Group):
    """A group whose commands live in the packages that own them."""

    def __init__(self, *args: Any, where: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.where = where

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self.where})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.where:
            return super().get_command(ctx, cmd_name)
        module, name = self.where[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Packages, where=PACKAGES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lastmeter")
def lastmeter() -> None:
    """最后一米 LastMeter."""


@click.group(cls=Packages, where=IMPORTS)
def imports() -> None:
    """导入 Bring files in: addresses, categories, matters, people."""


@click.group(cls=Packages, where=LEARN)
def learn() -> None:
    """学习 Learn from labelled texts, tell what new ones are, and find what many talk about: train, predict, hot."""


@lastmeter.command()
@click.option("--workers", default=2, show_default=True, help="进程数 Processes.")
@click.option("--threads", default=4, show_default=True, help="每进程线程数 Threads a process.")
def serve(workers: int, threads: int) -> None:
    """启动网站 Serve the pages on LASTMETER_BIND."""
    refuse_bad_start()
    from granian import Granian  # a server is needed by this command alone
    from granian.constants import Interfaces

    host, port = settings.BIND.rsplit(":", 1)
    Granian(
        "lastmeter.project.wsgi:application",
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        log_access=False,
    ).serve()


def refuse_bad_start() -> None:
    """Run the system checks and look for missing migrations; exits with sentences when something is wrong."""
    try:
        call_command("check", fail_level="ERROR")
    except SystemCheckError as error:
        raise click.ClickException(str(error)) from None
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise click.ClickException("数据库还没有升级到本版本：请先运行 lastmeter upgrade")


@lastmeter.command()
def work() -> None:
    """后台任务 Deliver, sweep and seal until stopped."""
    from lastmeter.project import timetable  # imports models of all packages

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    timetable.work(stop)


def main() -> None:
    """Entry point of the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lastmeter.project.settings")
    django.setup()
    lastmeter.main(prog_name="lastmeter", args=sys.argv[1:])


if __name__ == "__main__":
    main()
