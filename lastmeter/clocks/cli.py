"""`lastmeter calendar …`: the State Council Office's notice of a year, entered and applied to the clocks that run."""

import csv
from datetime import date
from pathlib import Path

import click
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.clocks import applying, book, calendars, wording
from lastmeter.clocks.models import CalendarDay

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FULL_YEAR = 10  # a notice names some thirty days; fewer than this is a list that was cut short


@click.group()
def commands() -> None:
    """放假安排 The working calendar of a year."""


@commands.command()
@click.argument("file", type=FILE)
@click.option("--basis", required=True, help="通知的名称和文号 Name and number of the notice.")
@click.option("--dry-run", is_flag=True, help="只看不写 Report and write nothing.")
def publish(file: Path, basis: str, dry_run: bool) -> None:
    """录入一年的放假安排 Enter a CSV of date,kind (holiday or workday_swap) and apply it; again changes nothing."""
    days = read(file)
    years = sorted({day.year for day in days})
    click.echo(
        _("%(years)s 年：放假 %(holidays)d 天，调休上班 %(swaps)d 天。")
        % {
            "years": "、".join(map(str, years)),
            "holidays": sum(kind == CalendarDay.Kind.HOLIDAY for kind in days.values()),
            "swaps": sum(kind == CalendarDay.Kind.SWAP for kind in days.values()),
        }
    )
    if dry_run:
        return
    changed = calendars.publish(days, basis=basis, now=timezone.now())
    click.echo(_("日历改动 %(count)d 天。") % {"count": changed})
    _say_unknown()
    if changed:
        click.echo(_("在走的期限由后台（lastmeter work）重新计算，进度看 calendar show 或“放假和调休”页。"))


@commands.command()
@click.option("--basis", default="", help="写进经过的理由 The reason that stands in each story.")
def apply(basis: str) -> None:
    """马上重新计算在走的期限 Count running deadlines anew here and now, without the worker; again is harmless."""
    now = timezone.now()
    asked = applying.ask(basis or calendars.newest_basis(), now=now)
    with click.progressbar(length=asked.total, label=_("重新计算")) as bar:
        while looked := applying.go_on(now, most=1):
            bar.update(looked)
    asked.refresh_from_db()
    click.echo(_("期限改动 %(count)d 个，每件的经过里都有记录。") % {"count": asked.moved})
    _say_unknown()


@commands.command()
def show() -> None:
    """看放假安排和重新计算到哪里 Which years are known, and how far the clocks have followed."""
    for year in calendars.years(timezone.localdate()):
        known = _("已公布") if book.calendar().is_published(year) else _("还没有公布，先按法定节假日计算")
        click.echo(_("%(year)d 年：%(known)s") % {"year": year, "known": known})
    run = applying.newest()
    if run is not None:
        click.echo(wording.how_far(run))


def _say_unknown() -> None:
    for year in calendars.years(timezone.localdate()):
        if not book.calendar().is_published(year):
            click.echo(_("%(year)d 年的放假安排还没有：先按法定节假日计算。") % {"year": year})


def read(file: Path) -> dict[date, CalendarDay.Kind]:
    """The days of a notice. Raises ClickException with the line for what cannot be read or a year that is cut short."""
    found: dict[date, CalendarDay.Kind] = {}
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                day = date.fromisoformat((row.get("date") or "").strip())
                found[day] = CalendarDay.Kind((row.get("kind") or "").strip())
            except ValueError:
                said = _("第 %(line)d 行看不懂：要有 date（2027-01-01）和 kind（holiday 或 workday_swap）两列。")
                raise click.ClickException(said % {"line": number}) from None
    for year in sorted({day.year for day in found}):
        if sum(day.year == year for day in found) < FULL_YEAR:
            said = _("%(year)d 年只有几天，不像一整年的通知；请把全年的放假和调休都写上。")
            raise click.ClickException(said % {"year": year})
    if not found:
        raise click.ClickException(_("文件里没有日期。"))
    return found
