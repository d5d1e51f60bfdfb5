"""A model's report in the words of a page: labels by their names, the confusion table, the words of each label."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lastmeter.grid.models import Unit
from lastmeter.matters.catalogue import finding
from lastmeter.matters.learning import asking
from lastmeter.matters.learning.asking import What
from lastmeter.matters.models import LearnedModel, Urgency

LARGEST_TABLE = 12  # labels of a confusion table that a page can show; of more only the pairs mixed up most
MOST_MIXED = 12


@dataclass(frozen=True, slots=True)
class Mixed:
    """How often one label was taken for another."""

    wanted: str
    guessed: str
    times: int


def named(row: LearnedModel) -> Mapping[str, str]:
    """Label → name, for the labels of a model's report."""
    labels = [each["label"] for each in row.report.get("labels", [])]
    if row.what == What.URGENCY:
        return {label: str(Urgency(label).label) for label in labels if label in Urgency.values}
    keys = [int(label) for label in labels if label.isdigit()]
    if row.what == What.UNIT:
        return {str(pk): name for pk, name in Unit.objects.filter(pk__in=keys).values_list("pk", "name")}
    known = finding.everything()
    return {str(pk): known[pk].path for pk in keys if pk in known}


def labels(row: LearnedModel) -> list[dict[str, Any]]:
    """Every label of the report with its name and its words, those with most matters first."""
    names, made = named(row), asking.model_of(row)
    found = [
        {
            **each,
            "name": names.get(each["label"], each["label"]),
            "words": "、".join(made.words_of(each["label"])) if made and each["label"] in made.shape.labels else "",
        }
        for each in row.report.get("labels", [])
        if each["rows"] or each["precision"]
    ]
    return sorted(found, key=lambda each: -each["rows"])


def table(row: LearnedModel) -> tuple[list[str], list[tuple[str, list[tuple[int, bool]]]]]:
    """The confusion table as heads and lines of (count, whether it is right); ([], []) when it is too large."""
    names, cells = named(row), row.report.get("confusion", [])
    heads = [names.get(each["label"], each["label"]) for each in row.report.get("labels", [])]
    if not cells or len(heads) > LARGEST_TABLE:
        return [], []
    lines = [(heads[n], [(count, n == at) for at, count in enumerate(line)]) for n, line in enumerate(cells)]
    return heads, lines


def mixed_up(row: LearnedModel) -> list[Mixed]:
    """The pairs that are mixed up most."""
    names, cells = named(row), row.report.get("confusion", [])
    heads = [names.get(each["label"], each["label"]) for each in row.report.get("labels", [])]
    found = [
        Mixed(heads[n], heads[at], count)
        for n, line in enumerate(cells)
        for at, count in enumerate(line)
        if n != at and count
    ]
    return sorted(found, key=lambda each: -each.times)[:MOST_MIXED]
