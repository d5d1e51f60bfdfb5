"""Fields in a real table: sealed at rest, sorted by bytes."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import FieldError
from django.core.serializers import serialize
from django.db import connection, models
from django.forms import modelform_factory
from pytest_django.plugin import DjangoDbBlocker

from lastmeter.kit.crypto import Unreadable, seal
from lastmeter.kit.fields import BytewiseCharField, SealedText


class Slip(models.Model):
    """A table of this test only."""

    objects: models.Manager["Slip"] = models.Manager()
    words = SealedText(null=True, blank=True)
    path = BytewiseCharField(max_length=20, default="")

    class Meta:
        app_label = "kit_fields_test"


@pytest.fixture(scope="module")
def table(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Slip)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Slip)


def raw(slip: Slip) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM kit_fields_test_slip WHERE id = %s", [slip.pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.usefixtures("table", "db")
def test_a_text_is_sealed_in_the_database_and_a_str_in_python() -> None:
    slip = Slip.objects.create(words="王小明")
    assert "王小明".encode() not in raw(slip)
    assert Slip.objects.get().words == "王小明"
    Slip.objects.update(words="19900001234")
    assert b"1990000" not in raw(slip)
    assert Slip.objects.values_list("words", flat=True).get() == "19900001234"
    slip.words = "another"
    Slip.objects.bulk_update([slip], ["words"])
    assert Slip.objects.get().words == "another"


@pytest.mark.usefixtures("table", "db")
def test_nothing_and_null_stay_what_they_are() -> None:
    Slip.objects.create(words="")
    assert Slip.objects.get().words == ""
    Slip.objects.update(words=None)
    assert Slip.objects.get(words__isnull=True).words is None


@pytest.mark.usefixtures("table", "db")
def test_a_text_sealed_for_another_field_does_not_open() -> None:
    slip = Slip.objects.create(words="x")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kit_fields_test_slip SET words = %s WHERE id = %s",
            [seal("x", "elsewhere.Model.field"), slip.pk],
        )
    with pytest.raises(Unreadable):
        Slip.objects.get()


def test_a_sealed_column_cannot_be_searched() -> None:
    for lookup in ("words", "words__contains", "words__in"):
        with pytest.raises(FieldError):
            Slip.objects.filter(**{lookup: "x"})


def test_a_sealed_text_goes_into_no_form_and_no_fixture() -> None:
    slip = Slip(words="19900001234")
    assert list(modelform_factory(Slip, fields="__all__")(instance=slip).fields) == ["path"]
    assert "19900001234" not in repr(slip) + str(slip)
    with pytest.raises(TypeError, match="sealed"):
        serialize("json", [slip])


def test_migrations_keep_the_context() -> None:
    field: SealedText[str | None, str | None] = SealedText(context="matters.Report.phone", null=True)
    _name, path, _args, kwargs = field.deconstruct()
    assert path == "lastmeter.kit.fields.SealedText"
    assert kwargs == {"context": "matters.Report.phone", "null": True}


@pytest.mark.usefixtures("table", "db")
def test_paths_sort_by_their_bytes_on_every_database() -> None:
    paths = ["Z", "a", "a-", "a0", "B", "é", "_", "0"]
    Slip.objects.bulk_create([Slip(path=path) for path in paths])
    assert list(Slip.objects.order_by("path").values_list("path", flat=True)) == sorted(paths)
    assert list(Slip.objects.filter(path__gte="a", path__lt="b").order_by("path").values_list("path", flat=True)) == [
        "a",
        "a-",
        "a0",
    ]
