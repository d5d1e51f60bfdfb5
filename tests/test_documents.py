"""The documents say what is: generated parts are fresh; every setting, dependency, command, package is written up."""

import re
import tomllib
from pathlib import Path

import pytest

from lastmeter.project import cli
from tests import documents

ROOT = documents.ROOT
DOCS = ROOT / "docs"


@pytest.mark.parametrize("name", ["lifecycle.md", "map.md", "words.md"])
def test_generated_documents_are_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == documents.generated()[name], "run bin/docs"


def test_every_setting_is_documented() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("lastmeter", "bin")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix in (".py", "") and "tests" not in path.parts
    )
    used = set(re.findall(r"LASTMETER_[A-Z_]*[A-Z]", code))
    written = set(re.findall(r"LASTMETER_[A-Z_]*[A-Z]", (DOCS / "settings.md").read_text(encoding="utf-8")))
    assert used <= written, f"not in docs/settings.md: {sorted(used - written)}"


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *(each for group in project["dependency-groups"].values() for each in group),
    ]
    names = {re.match(r"[A-Za-z0-9_-]+", each)[0].lower() for each in wanted}  # type: ignore[index]
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8").lower()
    missing = sorted(name for name in names if f"`{name}`" not in text)
    assert not missing


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in cli.lastmeter.list_commands(None) if f"lastmeter {name}" not in text]  # type: ignore[arg-type]
    assert not missing


def test_every_package_has_its_page() -> None:
    born = [path.parent for path in (ROOT / "lastmeter").glob("*/__init__.py")]
    assert [each.name for each in born if not (each / "README.md").exists()] == []


def test_the_repository_speaks_of_itself_alone() -> None:
    """No machine path and no registry host is named anywhere."""
    strange = re.compile(r"/work/|pypi\.org|registry\.npmjs|deb\.debian|files\.pythonhosted")
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix in {".py", ".md", ".toml", ".txt", ".json", ".sh", ".html", ".js", ".css", ""}
        and path.name != "test_documents.py"
        and strange.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def _tracked() -> list[Path]:
    found = []
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part != ".ci" for part in parts[:-1])
        if path.is_file() and not hidden and not {"var", "node_modules", "__pycache__", "vendor"} & set(parts):
            found.append(path)
    return found
