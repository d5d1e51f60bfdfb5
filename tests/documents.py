"""The generated parts of docs/: written by bin/docs, compared by tests/test_documents.py."""

import ast
import configparser
from pathlib import Path

from django.apps import apps

from lastmeter.grid.models import Level, Role
from lastmeter.matters import lifecycle
from lastmeter.matters.models import WhistleStep
from lastmeter.matters.whistles import lifecycle as whistling

ROOT = Path(__file__).resolve().parents[1]


def generated() -> dict[str, str]:
    """Path below docs/ → its whole text."""
    return {"lifecycle.md": _lifecycle(), "map.md": _map(), "words.md": _words()}


def write() -> None:
    """Write all generated documents."""
    for name, text in generated().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _lifecycle() -> str:
    steps = [[f"`{each.name}`", each.word, "open" if each.open else "ended"] for each in lifecycle.STEPS]
    flows = "\n\n".join(_flow(profile) for profile in lifecycle.PROFILES)
    return f"""# The lifecycle of a matter

Generated from `lastmeter/matters/lifecycle.py` by `bin/docs`; do not edit. One table for each profile, to be printed.
Which profile a matter takes is a rule row (`ProfileRule`: place, source, category, dates) and can be changed by the
desk while it is reported or filed. How long a promise lasts is a row of `clocks.Limit`, how often something may happen
a row of `Cap`.

Who: an ability of `lastmeter/matters/policy.py`, or the requester. Every act is one compare-and-set in
`matters/steps.py` and one event in the timeline; "—" in the column "to" means that the step stays.

## Steps
{_table(["step", "中文", "work owed"], steps)}

{flows}

{_whistle()}
"""


def _flow(profile: lifecycle.Profile) -> str:
    known = [each for each in lifecycle.TRANSITIONS if profile.name in each.profiles and each.after]
    arrows = sorted({f"    {before} --> {each.after}: {each.act}" for each in known for before in each.before})
    promises = [list(row) for row in lifecycle.promises(profile.name)]
    return f"""## {profile.word} `{profile.name}`
{profile.says}

{_table(["act", "from", "to", "who", "guard"], [list(row) for row in lifecycle.table(profile.name)])}

{_table(["promise", "starts with", "ends at"], promises)}

```mermaid
stateDiagram-v2
    [*] --> reported
{chr(10).join(arrows)}
```"""


def _whistle() -> str:
    words = {step.value: str(step.label) for step in WhistleStep}
    known = [each for each in whistling.TRANSITIONS if each.after]
    arrows = sorted({f"    {before} --> {each.after}: {each.act}" for each in known for before in each.before})
    rows = [
        [
            f"{each.word} `{each.act}`",
            "、".join(words[step] for step in each.before),
            words.get(each.after, "—"),
            f"{whistling.WHO[each.who]} `{each.who}`",
            each.guard or "—",
        ]
        for each in whistling.TRANSITIONS
    ]
    promises = [[f"{each.word} `{each.kind}`", each.starts, each.ends] for each in whistling.CLOCKS]
    return f"""## {whistling.WORD} `{whistling.NAME}`
{whistling.SAYS} A table of its own beside that of the matter (docs/adr/0007), from `matters/whistles/lifecycle.py`.

{_table(["act", "from", "to", "who", "guard"], rows)}

{_table(["promise", "starts with", "ends at"], promises)}

```mermaid
stateDiagram-v2
    [*] --> asked
{chr(10).join(arrows)}
```"""


def _layers() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    return parser["importlinter:contract:layers"]["layers"].split("\n")


def _map() -> str:
    rows = []
    for line in filter(None, (each.strip() for each in _layers())):
        for name in (part.strip(" ()") for part in line.split("|")):
            rows.append([f"`{name}`", _says(ROOT / "lastmeter" / name) or "not born yet"])  # noqa: PERF401 - two loops
    files = "\n\n".join(_contents(ROOT / "lastmeter" / row[0].strip("`")) for row in rows)
    return f"""# The house

Generated from `.importlinter` and the packages' own first lines by `bin/docs`; do not edit.
An upper floor may use the floors below it, never the reverse.

{_table(["floor, top first", "what it owns"], rows)}

{files.strip()}
"""


def _says(package: Path) -> str:
    readme = package / "README.md"
    if not readme.exists():
        return ""
    return readme.read_text(encoding="utf-8").splitlines()[0].lstrip("# ").strip()


def _contents(package: Path) -> str:
    if not package.exists():
        return ""
    rows = [
        [f"`{path.relative_to(package)}`", doc]
        for path in sorted(package.rglob("*.py"))
        if "migrations" not in path.parts and "tests" not in path.parts and (doc := _first_line(path))
    ]
    return f"## {package.name}\n{_table(['file', 'what'], rows)}" if rows else ""


def _first_line(path: Path) -> str:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return doc.splitlines()[0].replace("|", "\\|") if doc else ""


def _words() -> str:
    models = [
        [f"`{model.__name__}`", str(model._meta.verbose_name), f"`{config.label}`"]
        for config in apps.get_app_configs()
        if config.name.startswith("lastmeter.")
        for model in config.get_models()
    ]
    steps = [[f"`{each.name}`", each.word, "`matters`"] for each in lifecycle.STEPS]
    acts = [[f"`{act}`", lifecycle.word(act), "`matters`"] for act in lifecycle.ACTS]
    roles = [[f"`{role.value}`", str(role.label), "`grid`"] for role in Role]
    levels = [[f"`{level.name.lower()}`", str(level.label), "`grid`"] for level in Level]
    header = ["English", "中文", "package"]
    return f"""# Words

Generated from the models' `verbose_name`, the lifecycle and the roles by `bin/docs`; do not edit.

## Things
{_table(header, sorted(models, key=lambda row: (row[2], row[0])))}

## Steps of a matter
{_table(header, steps)}

## Acts
{_table(header, acts)}

## Posts
{_table(header, roles)}

## Levels of the grid
{_table(header, levels)}
"""
