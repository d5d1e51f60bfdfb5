"""`lastmeter learn train` and `learn predict`: a model from a labelled table, and what it says of another one."""

import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lastmeter.kit.sheets import BadSheet, check_writable
from lastmeter.matters.learning import model as models
from lastmeter.matters.learning import retraining, showing, tables, training
from lastmeter.matters.learning.model import BadModel

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
LANGUAGE = click.option(
    "--language", type=click.Choice(["zh-hans", "en"]), default="zh-hans", help="报告的语言 Language."
)
TEXT = click.option(
    "--text", multiple=True, required=True, help="文字的列，标题写在前 Column of the text; again for more, title first."
)


@click.command(name="train")
@click.argument("file", type=FILE)
@TEXT
@click.option("--label", required=True, help="类别的列 Column of the label.")
@click.option("--model", type=OUT, required=True, help="模型写到哪里 Where the model goes.")
@click.option("--person", help="诉求人的列，只用来数人 Column of the person: counted, not kept.")
@click.option("--seed", default=0, show_default=True, help="随机数 Seed: the same rows give the same model.")
@LANGUAGE
def train(
    file: Path, text: tuple[str, ...], label: str, model: Path, person: str | None, seed: int, language: str
) -> None:
    """学会分类 Learn labels from a CSV or XLSX; prints how well it does on rows it has not learned from."""
    with translation.override(language):
        try:
            check_writable(model)
            examples = tables.read_examples(file, text=text, label=label, person=person)
            made = training.train(examples, seed=seed, tell=lambda words: click.echo(words, err=True))
        except (BadSheet, training.CannotLearn) as error:
            raise click.ClickException(str(error)) from error
        data = made.dumps()
        model.write_bytes(data)
        for line in lines(made.report):
            click.echo(line)
        size = _("模型 %(megabytes).1f MB，写在 %(file)s")
        click.echo(size % {"megabytes": len(data) / 1e6, "file": model})


def lines(report: dict[str, Any], names: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """The held-out report in words and a small table, labels by their names where they are keys."""
    first = (
        _("以下都是在没有学过的那一份上量的（%(folds)d 份轮流，共 %(rows)d 条）：")
        if "folds" in report
        else _("以下都是在从没有学过的 %(rows)d 件上量的：")
    )
    said = [
        first % report,
        _("宏平均 F1 %(macro_f1).4f（95%% 区间 %(low).4f–%(high).4f），准确率 %(accuracy).4f，前三个里有 %(top3).4f")
        % report,
        _("置信度误差 %(calibration_error).4f；到 %(sure).2f 才开口，开口 %(percent).0f%%，开口时说对 %(right).4f")
        % {**report, "percent": 100 * report["spoken"], "right": report["right_when_spoken"]},
    ]
    row = "  {rows:>6}  P {precision:.3f}  R {recall:.3f}  F1 {f1:.3f}  {label}"
    told = [each for each in report["labels"] if each["rows"]]
    said += [row.format(**{**each, "label": names.get(each["label"], each["label"])}) for each in told]
    if report["left_out"]:
        said.append(_("只有一条、没有学的类别：%(labels)s") % {"labels": "、".join(report["left_out"])})
    return said


@click.command(name="closed")
@LANGUAGE
def closed(language: str) -> None:
    """从已办结的事项学 Train from the closed matters here, as the timetable does daily; the better model stays."""
    with translation.override(language):
        made = retraining.train_all(now=timezone.now())
        if not made:
            click.echo(_("办结的事项还不够多，至少要 %(fewest)d 件。") % {"fewest": retraining.FEWEST_LESSONS})
        for row in made:
            click.echo(f"{row.get_what_display()} {row.scheme or ''}：{row.get_state_display()}")
            for line in lines(row.report, showing.named(row)):
                click.echo(line)


@click.command(name="predict")
@click.argument("file", type=FILE)
@TEXT
@click.option("--model", type=FILE, required=True, help="learn train 做的模型 A model made by learn train.")
@click.option("--out", type=OUT, required=True, help="结果写到哪里（.csv 或 .xlsx） Where the result goes.")
@LANGUAGE
def predict(file: Path, text: tuple[str, ...], model: Path, out: Path, language: str) -> None:
    """给每一行分类 Write row, label, confidence, sure and the three likeliest labels of every row."""
    with translation.override(language):
        began = time.perf_counter()
        try:
            check_writable(out)
            count = tables.write_guesses(file, out, models.load(model), text=text)
        except (BadSheet, BadModel) as error:
            raise click.ClickException(str(error)) from error
        seconds = time.perf_counter() - began
        words = _("%(rows)d 行，每行 %(each).1f 毫秒，写在 %(file)s")
        click.echo(words % {"rows": count, "each": 1000 * seconds / max(count, 1), "file": out})
