"""`lastmeter import categories FILE --scheme CODE`: a scheme, or a newer edition of it, with its differences first."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import system
from lastmeter.kit.sheets import BadSheet
from lastmeter.kit.text import TooLong
from lastmeter.matters.catalogue import loading, reporting
from lastmeter.matters.catalogue.comparing import What
from lastmeter.matters.catalogue.loading import CannotLoad, Order, Plan
from lastmeter.matters.catalogue.shipped import SHIPPED
from lastmeter.matters.models import Anomaly, Scheme

SHOWN = 20  # differences of one sort that are printed; the report file has them all


@click.command(name="categories")
@click.argument("file")
@click.option("--scheme", help="分类体系的代号 Code of the scheme.")
@click.option("--name", help="分类体系的名称 Name of a new scheme.")
@click.option("--edition", help="版本，如 DB44/T 2479-2024 Name of this edition.")
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天 In force from.")
@click.option("--source", help="来源 Where the file comes from.")
@click.option("--unchecked/--checked", default=None, help="未经核对 Not held against the official text.")
@click.option("--offered/--not-offered", default=None, help="供登记和分派选用 May be chosen for matters.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="差异和异常写到哪里 Report file.")
@click.option("--dry-run", is_flag=True, help="只看差异 Only show what would change.")
@click.option("--yes", is_flag=True, help="不再询问 Do not ask.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", help="报告的语言 Language.")
def import_categories(
    file: str, report: Path | None, dry_run: bool, yes: bool, language: str, since: datetime | None, **said: str | bool
) -> None:
    """导入事项分类 Load a scheme from CSV or XLSX, or one that ships: db44t2479, gbt47678. Again is safe."""
    with translation.override(language):
        try:
            path, order = _order(file, since.date() if since else None, said)
            planned = loading.plan(path, order)
            _show(planned)
            if report:
                reporting.write_plan(planned, report)
                click.echo(_("差异和异常写在 %(file)s。") % {"file": report})
            if dry_run or not planned.changes or not (yes or click.confirm(_("载入？"))):
                return
            loading.load(path, order, by=system("import"), now=timezone.now())
        except (BadSheet, CannotLoad, TooLong) as error:
            raise click.ClickException(str(error)) from error
        click.echo(_("已载入，自 %(day)s 生效。") % {"day": order.valid_from.isoformat()})


def _order(file: str, since: date | None, said: dict[str, str | bool]) -> tuple[Path, Order]:
    """The file and how to load it: what ships knows about itself, and what is said on the line goes first."""
    today = timezone.localdate()
    given = {key: value for key, value in said.items() if value is not None}
    if shipped := SHIPPED.get(file):
        path, order = shipped.path(), shipped.ordered(today)
    else:
        path = Path(file)
        if not path.is_file():
            raise click.ClickException(_("没有这个文件：%(file)s") % {"file": file})
        if "scheme" not in given:
            raise click.ClickException(_("请用 --scheme 写明分类体系的代号。"))
        order = Order(scheme=str(given["scheme"]), edition=path.stem, valid_from=today)
        known = Scheme.objects.filter(code=order.scheme).first()
        if known:
            order = replace(order, name=known.name, source=known.source)
    return path, replace(order, **given, valid_from=since or order.valid_from)  # type: ignore[arg-type]


def _show(planned: Plan) -> None:
    click.echo(planned.sentence())
    for what in What:
        label, changes = what.label, planned.of(what)
        for change in changes[:SHOWN]:
            one = change.entry or change.known
            words = " → ".join(filter(None, [change.before, change.after]))
            click.echo(f"  {label}  {one.code if one else ''}  {words}")
        if len(changes) > SHOWN:
            click.echo(_("  %(what)s还有 %(count)d 个") % {"what": label, "count": len(changes) - SHOWN})
    for odd in planned.content.oddities:
        label = Anomaly.What(odd.what).label
        row = _("第 %(row)d 行") % {"row": odd.row} if odd.row else ""
        click.echo(f"  {_('异常')}  {row} {odd.code} {label}：{odd.words}")
