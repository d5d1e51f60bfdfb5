# ruff: noqa: T201 - a report on the terminal
"""What agrees and disagrees between the imported Boston rows and the file's own columns; see docs/real-data.md.

DJANGO_SETTINGS_MODULE=lastmeter.project.settings .venv/bin/python examples/imports/check_boston.py FILE
"""

import sys
from collections import Counter
from pathlib import Path

import django

django.setup()

from lastmeter.clocks.models import Deadline  # noqa: E402 - after django.setup()
from lastmeter.dossiers.models import Dossier  # noqa: E402
from lastmeter.grid import locate  # noqa: E402
from lastmeter.grid.models import Node  # noqa: E402
from lastmeter.kit.sheets import Row, read_rows  # noqa: E402

CITY_HALL = ("-71.0587", "42.3594")


def main(path: Path) -> None:
    """Print both comparisons."""
    places: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    late: Counter[tuple[str, str]] = Counter()
    names = dict(Node.objects.values_list("pk", "name"))
    states = dict(
        Dossier.objects.filter(client="import:boston311").values_list("client_ref", "deadlines__state")
    )  # one deadline at most: the promised date
    for row in read_rows(path):
        places[_place(row, names, pairs)] += 1
        late[states[row.values["case_enquiry_id"]] or "no deadline", row.values["ontime"] or "(empty)"] += 1
    print("position against police_district:", *places.most_common(), sep="\n  ")
    print("disagreements (by polygon, by column):", *pairs.most_common(12), sep="\n  ")
    print("our deadline against `ontime`:", *sorted(late.items(), key=str), sep="\n  ")
    print("deadline states:", Counter(Deadline.objects.values_list("state", flat=True)))


def _place(row: Row, names: dict[int, str], pairs: Counter[tuple[str, str]]) -> str:
    position, column = (row.values["longitude"], row.values["latitude"]), row.values["police_district"].strip()
    found = locate.current().locate(float(position[0]), float(position[1]))
    default = position == CITY_HALL
    if not column:
        return "default point, column empty" if default else "column empty"
    if found is None:
        return "outside all polygons"
    if names[found] == column:
        return "default point, same by chance" if default else "same"
    if not default:
        pairs[names[found], column] += 1
    return "default point, different" if default else "different"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
