"""The three frames 外壳 a page can stand in."""

from dataclasses import dataclass

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Shell:
    """`home` is the address that switches to this frame."""

    name: str
    home: str

    @property
    def template(self) -> str:
        return f"web/shells/{self.name}.html"


SHELLS = {
    shell.name: shell
    for shell in (
        Shell("resident", "/"),
        Shell("field", "/field/"),
        Shell("desk", "/desk/"),
    )
}
# Where somebody who never visited a home (a bookmark, a link in a notice) gets another frame than the resident's.
WORKPLACES = (
    ("/queue/", "desk"),
    ("/matters/", "desk"),
    ("/posts/", "desk"),
    ("/coverage/", "desk"),
    ("/grid/", "desk"),
    ("/rosters/", "desk"),
    ("/calls/", "desk"),
    ("/templates/", "desk"),
    ("/letters/", "desk"),
    ("/grievances/", "desk"),
    ("/rules/", "desk"),
    ("/flows/", "desk"),
    ("/ledger/", "desk"),
    ("/rates/", "desk"),
    ("/catalogue/", "desk"),
    ("/learning/", "desk"),
    ("/today/", "field"),
    ("/found/", "field"),
    ("/shifts/", "field"),
)
HOMES = {shell.home: shell for shell in SHELLS.values()}


def at_first(path: str) -> Shell:
    """The frame for an address when no home was visited before."""
    return SHELLS[next((name for start, name in WORKPLACES if path.startswith(start)), "resident")]


def of(request: HttpRequest) -> Shell:
    """The frame of this request; the resident's where the middleware has not run (an error before it)."""
    return SHELLS.get(getattr(request, "shell", ""), SHELLS["resident"])
