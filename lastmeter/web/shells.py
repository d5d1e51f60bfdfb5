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
HOMES = {shell.home: shell for shell in SHELLS.values()}


def of(request: HttpRequest) -> Shell:
    """The frame of this request; the resident's where the middleware has not run (an error before it)."""
    found = getattr(request, "shell", None)
    return found if isinstance(found, Shell) else SHELLS["resident"]
