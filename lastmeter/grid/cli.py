"""`lastmeter grid …`, `lastmeter import people` and `lastmeter import addresses`."""

from pathlib import Path

import click
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lastmeter.accounts.actors import system
from lastmeter.grid import load, reconciling, shapes, tree
from lastmeter.grid.addresses import importing
from lastmeter.grid.layers import loading, reading, reporting
from lastmeter.grid.layers.crs import BadCrs
from lastmeter.grid.models import Layer, Level, Node, Unit
from lastmeter.grid.proposals import proposing
from lastmeter.grid.staff import people as register
from lastmeter.kit.sheets import BadSheet

LEVELS = {level.name.lower(): level for level in Level}


@click.group()
def commands() -> None:
    """网格 The tree of places."""


@commands.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--level", type=click.Choice(list(LEVELS)), required=True, help="层级 Level of the features.")
@click.option("--under", default="", help="上级的代码 Code of the node they lie under.")
@click.option("--under-property", default="", help="上级代码所在属性 Property with the parent's code.")
@click.option("--name-property", default="name", show_default=True, help="名称属性 Property with the name.")
@click.option("--code-property", default="code", show_default=True, help="代码属性 Property with the code.")
@click.option("--scheme", default="local", show_default=True, help="编码体系 Scheme of the codes.")
@click.option("--source", default="", help="来源 Where the file is from.")
@click.option("--dry-run", is_flag=True, help="只看不写 Report and write nothing.")
def load_command(
    file: Path,
    level: str,
    under: str,
    under_property: str,
    name_property: str,
    code_property: str,
    scheme: str,
    source: str,
    dry_run: bool,
) -> None:
    """GeoJSON → 网格树 Features of FILE (WGS84) become nodes with boundaries; the same file twice changes nothing."""
    parent = tree.resolve_code(under) if under else None
    if under and parent is None:
        raise click.ClickException(_("没有代码是“%(code)s”的节点。") % {"code": under})
    wanted = load.Wanted(
        LEVELS[level], parent, name_property, code_property, under_property, scheme, source or file.name
    )
    try:
        report = load.load_geojson(file, wanted, today=timezone.localdate(), dry_run=dry_run)
    except (shapes.BadGeoJson, ValueError) as error:
        raise click.ClickException(str(error)) from None
    _say(report, dry_run=dry_run)


def _say(report: load.LoadReport, *, dry_run: bool) -> None:
    for number, reason in report.refused:
        click.echo(_("第 %(number)d 个要素未收：%(reason)s") % {"number": number, "reason": reason})
    for number in report.repaired:
        click.echo(_("第 %(number)d 个要素的边界已修复。") % {"number": number})
    for one, other in report.overlaps:
        click.echo(_("“%(one)s”与“%(other)s”相互重叠。") % {"one": one, "other": other})
    said = _("读 %(read)d，新建 %(created)d，更新 %(updated)d，未变 %(unchanged)d，未收 %(refused)d。") % {
        "read": report.read,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": len(report.refused),
    }
    click.echo(_("试运行，没有写入：%(said)s") % {"said": said} if dry_run else said)


@commands.command("layer")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--street", required=True, help="街道的代码 Code of the street.")
@click.option("--department", required=True, help="部门 Whose layer it is.")
@click.option("--name", default="", help="图层名称 Name of the layer (default: the file's).")
@click.option("--crs", default="", help="坐标系 cgcs2000, wgs84, gcj02, bd09, gk or EPSG:n (default: the best fit).")
@click.option("--dry-run", is_flag=True, help="只看不写 Report and keep nothing.")
def layer_command(file: Path, street: str, department: str, name: str, crs: str, dry_run: bool) -> None:
    """部门图层 A department's FILE (GeoJSON, zipped Shapefile, list of places) is loaded, kept and measured."""
    node = tree.resolve_code(street)
    if node is None or node.level != Level.TOWN:
        raise click.ClickException(_("没有代码是“%(code)s”的街道。") % {"code": street})
    unit = Unit.objects.filter(node=node, name=department, closed_on=None).first()
    told = loading.Told(name or file.stem[:100], department[:100], unit, crs, file.name)
    by, now = system("grid-layer"), timezone.now()
    try:
        with transaction.atomic():
            layer = loading.load(file, street=node, told=told, by=by, now=now)
            _say_layer(reporting.report(layer))
            transaction.set_rollback(dry_run)
            if not dry_run:
                loading.keep(layer, by=by, now=now)
    except (reading.BadLayer, BadCrs, loading.AlreadyKept) as error:
        raise click.ClickException(str(error)) from None
    if dry_run:
        click.echo(_("试运行，没有写入。"))


def _say_layer(found: reporting.Report) -> None:
    for warning in found.layer.warnings.splitlines():
        click.echo(warning)
    for cell in found.unplaced:
        said = {"number": cell.number, "name": cell.name, "state": cell.get_state_display(), "note": cell.note}
        click.echo(_("第 %(number)d 行“%(name)s”%(state)s：%(note)s") % said)
    for total in found.totals:
        words = {"words": total.words, "count": total.count, "area": total.area}
        click.echo(_("%(words)s：%(count)d 处，%(area)s 平方米") % words)


@commands.command("show")
@click.argument("code", default="")
def show(code: str) -> None:
    """列出下级 The nodes right below a code (or the roots), with their codes."""
    node: Node | None = tree.resolve_code(code) if code else None
    if code and node is None:
        raise click.ClickException(_("没有代码是“%(code)s”的节点。") % {"code": code})
    below = list(tree.children(node))
    codes = tree.codes_of(below)
    for each in below:
        click.echo(f"{codes[each.pk]:<18} {each.get_level_display()}  {each.name}")


@commands.command("reconcile")
@click.option("--dry-run", is_flag=True, help="只看不写 Report and write nothing.")
def reconcile(dry_run: bool) -> None:
    """对照两套区划代码 Yangjiang's statistical and Civil Affairs lists by parent and name; records the second codes."""
    pairs = reconciling.compare()
    if not pairs:
        raise click.ClickException(_("还没有装入阳江的区划，没有可对照的。"))
    new = 0 if dry_run else reconciling.record(pairs)
    for pair in (pair for pair in pairs if pair.difference):
        one, other = pair.statistics, pair.civil
        sides = [f"{each.code} {each.name}" if each else "-" for each in (one, other)]
        click.echo("\t".join([pair.parent, *sides, str(pair.difference.label if pair.difference else "")]))
    same = sum(pair.difference is None for pair in pairs)
    click.echo(
        _("对照 %(all)d 处：一致 %(same)d，不同 %(differ)d；新记代码 %(new)d 个。")
        % {"all": len(pairs), "same": same, "differ": len(pairs) - same, "new": new}
    )


@commands.command("propose")
@click.argument("code")
@click.option("--urban", nargs=2, type=int, default=proposing.URBAN, show_default=True, help="城镇网格户数 From, to.")
@click.option("--rural", nargs=2, type=int, default=proposing.RURAL, show_default=True, help="农村网格户数 From, to.")
@click.option(
    "--layer", "drawn", type=int, multiple=True, help="部门图层编号，第一个作起点 Layers, the first as the start."
)
@click.option("--seconds", default=45.0, show_default=True, help="计算时限 Time to search.")
def propose(code: str, urban: tuple[int, int], rural: tuple[int, int], drawn: tuple[int, ...], seconds: float) -> None:
    """合并方案 Propose a merged layer of grids for the street or community of CODE and store it as a draft."""
    street = tree.resolve_code(code)
    if street is None:
        raise click.ClickException(_("没有代码是“%(code)s”的节点。") % {"code": code})
    from lastmeter.grid.proposals import jobs  # OR-Tools: no other command should pay for it

    now, layers = timezone.now(), [_kept_layer(pk, street) for pk in drawn]
    asked = proposing.ask(
        street=street,
        urban=urban,
        rural=rural,
        base=layers[0] if layers else None,
        layers=layers[1:],
        by=system("grid-propose"),
        now=now,
    )
    if not jobs.claim(now, asked):
        raise click.ClickException(_("后台任务已经在计算这个范围的方案。"))
    jobs.solve(asked, seconds=seconds)
    asked.refresh_from_db()
    click.echo(asked.trouble or _("方案 %(number)d 已存为草案：/grid/proposals/%(number)d/") % {"number": asked.pk})


def _kept_layer(pk: int, street: Node) -> Layer:
    """The kept layer of that number over the ground asked for; else the command ends with those there are."""
    kept = Layer.objects.exclude(kept_at=None).select_related("street").order_by("pk")
    there = {each.pk: each for each in kept if street.path.startswith(each.street.path)}
    if pk not in there:
        listed = "\n".join(f"  {each.pk}  {each.department}  {each.name}" for each in there.values())
        raise click.ClickException(
            _("这个范围没有编号 %(number)d 的图层。可用的有：\n%(listed)s") % {"number": pk, "listed": listed or "  —"}
        )
    return there[pk]


@click.command("people")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看不写 Report and write nothing.")
@click.option("--whole", is_flag=True, help="名单完整：不在名单上的离任 Whoever is missing leaves.")
def people(file: Path, dry_run: bool, whole: bool) -> None:
    """人员名册 Posts, units and phones from FILE (CSV or Excel); prints one-time links for new accounts."""
    try:
        report = register.import_people(
            file, whole=whole, dry_run=dry_run, by=system("import-people"), now=timezone.now()
        )
    except BadSheet as error:
        raise click.ClickException(str(error)) from None
    for line in report.lines():
        click.echo(line)


@click.command("addresses")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只看不写 Report and write nothing.")
@click.option("--sum-households", is_flag=True, help="户数合计写入网格 Write the sums of households to the grids.")
@click.option(
    "--refused", type=click.Path(dir_okay=False, path_type=Path), help="未收的行写到这里 File for the rows not taken."
)
def addresses(file: Path, dry_run: bool, sum_households: bool, refused: Path | None) -> None:
    """地址簿 Compounds, buildings, entrances and counts of households from FILE (CSV or Excel)."""
    try:
        report = importing.import_addresses(
            file, dry_run=dry_run, sum_households=sum_households, by=system("import-addresses"), now=timezone.now()
        )
        if refused and report.refused:
            importing.write_refused(report, refused)
    except BadSheet as error:
        raise click.ClickException(str(error)) from None
    for line in report.lines():
        click.echo(line)
    if report.summed:
        click.echo(_("%(count)d 个网格的户数已按地址簿更新。") % {"count": report.summed})
