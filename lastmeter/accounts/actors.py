"""Who acts: the one type that every act takes as `by=`."""

from dataclasses import dataclass, field
from typing import Any, Literal

from lastmeter.accounts.models import User

Kind = Literal["user", "visitor", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, a visitor without account, or the system itself (jobs, imports).

    `client` is a keyed hash of the visitor's session or device, never an address in clear.
    `as_post` is the id of the one post the user has chosen to act for (代表); None: all their posts. It is what the
    session says and only counts as long as the post is held: ask `grid.scope`.
    `memo` keeps what was looked up for this actor during one request (posts, reach).
    """

    kind: Kind
    user: User | None = None
    client: str = ""
    as_post: int | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @classmethod
    def of(cls, user: User, client: str = "", as_post: int | None = None) -> "Actor":
        return cls("user", user, client, as_post)

    @classmethod
    def visitor(cls, client: str) -> "Actor":
        return cls("visitor", None, client)


def system(name: str = "system") -> Actor:
    """The system acting by itself; `name` says which job or import (kept as the client)."""
    return Actor("system", None, name)
