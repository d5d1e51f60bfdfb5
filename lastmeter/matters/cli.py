"""`lastmeter import matters FILE --map MAP`: rows of a table become matters; refused rows come back in a file."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from lastmeter.accounts.actors import system
from lastmeter.kit import sheets
from lastmeter.matters.importing import batches as importing
from lastmeter.matters.importing import names as import_names
from lastmeter.matters.importing.batches import Tally
from lastmeter.matters.importing.maps import BadMap, ImportMap, read_map

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="matters")
@click.argument("file", type=FILE)
@click.option("--map", "map_file", type=FILE, required=True, help="对照文件（TOML） Which column means what.")
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="退回的行写到哪里 Refused rows.")
@click.option("--plant", is_flag=True, help="先把对照文件 [plant] 里缺的地点种进网格树 Plant missing places first.")
@click.option("--plant-only", is_flag=True, help="只种地点，不导入 Plant, import nothing.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", help="报告的语言 Language.")
def import_matters(
    file: Path, map_file: Path, rejected: Path | None, plant: bool, plant_only: bool, language: str
) -> None:
    """导入事项 Take in the rows of a CSV (.gz) or XLSX as matters; again from the start is safe."""
    with translation.override(language):
        try:
            plan = read_map(map_file)
            if plant or plant_only:
                planted = import_names.plant(plan, today=timezone.localdate())
                click.echo(_("种下 %(count)d 个地点。") % {"count": planted})
            if not plant_only:
                run(file, plan, rejected or file.with_name(f"{file.name}.rejected.csv"))
        except (BadMap, sheets.BadSheet) as error:
            raise click.ClickException(str(error)) from error


def run(file: Path, plan: ImportMap, rejected: Path) -> Tally:
    """Import with a progress bar and print what became of the rows."""
    began = time.perf_counter()
    with _progress(sheets.count_rows(file)) as show:
        tally = importing.import_file(
            file, plan, rejected=rejected, by=system(plan.client), now=timezone.now(), after_batch=show
        )
    _report(tally, rejected, time.perf_counter() - began)
    return tally


@contextmanager
def _progress(total: int) -> Iterator[Callable[[Tally], None]]:
    """A bar on a terminal, else a line for every tenth; `total` is about right."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _tenths(total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(_("导入"), total=total)
        yield lambda tally: progress.update(task, completed=tally.read)


def _tenths(total: int) -> Callable[[Tally], None]:
    said = 0

    def show(tally: Tally) -> None:
        nonlocal said
        tenth = min(10, tally.read * 10 // max(total, 1))
        if tenth > said:
            said = tenth
            click.echo(_("约 %(percent)d%%：已读 %(rows)d 行") % {"percent": tenth * 10, "rows": tally.read}, err=True)

    return show


def _report(tally: Tally, rejected: Path, seconds: float) -> None:
    numbers = {
        "read": tally.read,
        "taken": tally.taken,
        "known": tally.known,
        "rejected": tally.rejected.total(),
        "seconds": seconds,
        "rate": tally.read / max(seconds, 1e-9),
    }
    click.echo(_("读入 %(read)d 行 = 登记 %(taken)d + 早已登记 %(known)d + 退回 %(rejected)d") % numbers)
    click.echo(_("用时 %(seconds).1f 秒，每秒 %(rate).0f 行") % numbers)
    for note, count in tally.notes.most_common():
        click.echo(f"  {count:>7}  {note}")
    if tally.rejected:
        click.echo(_("退回的行在 %(file)s：") % {"file": rejected})
        for reason, count in tally.rejected.most_common(20):
            click.echo(f"  {count:>7}  {reason}")
