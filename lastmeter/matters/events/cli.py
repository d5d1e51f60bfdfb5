"""`lastmeter learn hot FILE --text COL… --time COL --out CSV`: the hot issues of any table of messages."""

import time
from collections.abc import Sequence
from pathlib import Path

import click
from django.utils import translation
from django.utils.translation import gettext as _

from lastmeter.kit import sheets
from lastmeter.matters.events import hot
from lastmeter.matters.events.heat import Voice
from lastmeter.matters.events.moments import read_moment

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 20
HEADER = ("row", "event", "heat", "rank", "people", "messages", "likes", "first", "last")


@click.command(name="hot")
@click.argument("file", type=FILE)
@click.option(
    "--text", "text", multiple=True, required=True, help="内容列，可写几个，先标题 Text columns, title first."
)
@click.option("--time", "when", required=True, help="时间列 When it was said.")
@click.option("--person", help="诉求人列，只用来数人 Who said it; only counted.")
@click.option("--weight", help="点赞列，可为负 Likes, may be negative.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="结果 CSV or XLSX.")
@click.option("--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", help="报告的语言 Language.")
def learn_hot(
    file: Path, text: tuple[str, ...], when: str, person: str | None, weight: str | None, out: Path, language: str
) -> None:
    """热点问题 Put messages about one thing together and rank them: CSV (UTF-8, GBK) or XLSX in, CSV out.

    Out come row (as a spreadsheet numbers it, the header is row 1), event, heat; the hottest event is 1.
    """
    with translation.override(language):
        began = time.perf_counter()
        try:
            sheets.check_writable(out)
            rows = list(sheets.read_columns(file, [*text, when, *filter(None, [person, weight])]))
            told = [_told(row, text, when, person, weight) for row in rows]
            found = hot.hot(told)
            sheets.write_rows(out, HEADER, _lines(found, rows))
        except (sheets.BadSheet, OSError) as error:
            raise click.ClickException(str(error)) from error
        numbers = {"rows": len(rows), "events": sum(len(each.members) > 1 for each in found)}
        click.echo(_("%(rows)d 条，归成 %(events)d 个有两条以上的事件：") % numbers)
        for rank, each in enumerate(found[:SHOWN], start=1):
            click.echo(_line(rank, each))
        click.echo(_("用时 %(seconds).1f 秒，写在 %(file)s") % {"seconds": time.perf_counter() - began, "file": out})


def _told(row: sheets.Row, text: Sequence[str], when: str, person: str | None, weight: str | None) -> hot.Told:
    said = [row.values[name] for name in text]
    title, body = (said[0], "\n".join(said[1:])) if len(said) > 1 else ("", said[0])
    at = read_moment(row.values[when])
    if at is None:
        raise sheets.BadSheet(
            _("第 %(row)d 行“%(column)s”写的“%(text)s”看不出是什么时间。可以写 2026-11-25 09:30 或 2026年11月25日。")
            % {"row": row.number, "column": when, "text": row.values[when][:40]}
        )
    who = row.values[person].strip() or None if person else None
    return hot.Told(title, body, Voice(at, who, _likes(row, weight) if weight else 0.0))


def _likes(row: sheets.Row, column: str) -> float:
    text = row.values[column].strip().replace(",", "")
    try:
        return float(text or 0)
    except ValueError:
        raise sheets.BadSheet(
            _("第 %(row)d 行“%(column)s”写的“%(text)s”不是数字。")
            % {"row": row.number, "column": column, "text": text[:40]}
        ) from None


def _lines(found: Sequence[hot.Found], rows: Sequence[sheets.Row]) -> list[tuple[object, ...]]:
    return [
        (
            rows[at].number, rank, each.heat.heat, rank, each.heat.people, each.heat.messages, round(each.heat.likes),
            each.heat.first_at, each.heat.last_at,
        )
        for rank, each in enumerate(found, start=1)
        for at in each.members
    ]  # fmt: skip


def _line(rank: int, each: hot.Found) -> str:
    """One line of the ranking: counts and days only, the words of citizens are not printed."""
    return _("%(rank)3d  热度 %(heat)7.1f  %(people)d 人 %(messages)d 条 %(likes)d 赞  %(first)s 至 %(last)s") % {
        "rank": rank,
        "heat": each.heat.heat,
        "people": each.heat.people,
        "messages": each.heat.messages,
        "likes": round(each.heat.likes),
        "first": f"{each.heat.first_at:%Y-%m-%d}",
        "last": f"{each.heat.last_at:%Y-%m-%d}",
    }
