"""Database fields: a text that is sealed at rest, and a text that sorts by its bytes."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from lastmeter.kit.crypto import open_sealed, seal

_ST = TypeVar("_ST", contravariant=True)
_GT = TypeVar("_GT", covariant=True)

if TYPE_CHECKING:  # generic for django-stubs, so that null=True reads as Optional; at run time Django has no such thing
    from django.db.models import BinaryField as _Binary
    from django.db.models import CharField as _Char
else:

    class _Subscriptable:
        def __class_getitem__(cls, _types: Any) -> type:
            return cls

    class _Binary(_Subscriptable, models.BinaryField): ...

    class _Char(_Subscriptable, models.CharField): ...


class SealedText(_Binary[_ST, _GT]):
    """A str in Python, sealed in the database (kit/crypto.py) for the context "<model label>.<field>".

    Give `context=` when a model or field is renamed: old rows open only under the name they were sealed for. The
    column answers no question but IS NULL; search goes through a `keyed_hash` column beside it. It is not editable,
    so no ModelForm shows it, and it refuses to be serialised into a fixture.
    """

    _pyi_private_set_type: str
    _pyi_private_get_type: str  # type: ignore[assignment]  # a str where BinaryField gives bytes

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.context = context
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.context:
            kwargs["context"] = self.context
        return name, path, list(args), dict(kwargs)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> str | None:
        """Opens the text; "" is kept as no bytes. Raises Unreadable: a wrong key must not look like an empty field."""
        if value is None:
            return None
        return open_sealed(bytes(value), self._context()) if len(value) else ""

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        default = super().get_default()
        return "" if default == b"" else default

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if isinstance(value, str):
            value = seal(value, self._context()) if value else b""
        return super().get_db_prep_value(value, connection, prepared)

    def get_lookup(self, lookup_name: str) -> Any:
        # Every sealing differs, so any comparison would silently find nothing.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        raise TypeError(f"{self} is sealed: it does not go into fixtures")

    def _context(self) -> str:
        return self.context or f"{self.model._meta.label}.{self.name}"


class BytewiseCharField(_Char[_ST, _GT]):
    """A CharField whose order and prefix ranges follow its bytes: COLLATE "C" on PostgreSQL, SQLite's own BINARY."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
