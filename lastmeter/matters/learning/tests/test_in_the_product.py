"""Learning from the closed matters of an installation, its pages, and what is said while somebody types."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lastmeter.accounts.actors import system
from lastmeter.matters import intake
from lastmeter.matters.learning import asking, gathering, retraining, training
from lastmeter.matters.learning.model import TextModel
from lastmeter.matters.learning.tests.texts import some
from lastmeter.matters.models import BenchCase, LearnedModel, Source
from tests.cast import Cast

ClientAs = Callable[[str], Client]
What, State = LearnedModel.What, LearnedModel.State
CODES = {"噪声": "env-noise", "停车": "road-parking", "垃圾": "env-litter"}
NOISE = "望海社区6号半夜施工噪声太大，请尽快处理"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(scope="module")
def taught() -> TextModel:
    return training.train(training.Examples(*some(60)))


def in_use(taught: TextModel, cast: Cast) -> LearnedModel:
    """The taught model as this installation's, for the categories of its local list."""
    known = {name: cast.category(code) for name, code in CODES.items()}
    labels = tuple(str(known[name].pk) for name in taught.shape.labels)
    each = [{**row, "label": str(known[row["label"]].pk)} for row in taught.report["labels"]]
    report = {**taught.report, "labels": each}
    data = replace(taught, shape=replace(taught.shape, labels=labels), report=report).dumps()
    default_storage.save("models/taught.npz", ContentFile(data))
    asking._load.cache_clear()
    return LearnedModel.objects.create(
        what=What.CATEGORY,
        scheme=known["噪声"].scheme,
        state=State.IN_USE,
        trained_at=timezone.now(),
        rows=180,
        macro_f1=report["macro_f1"],
        file="models/taught.npz",
        size=len(data),
        report=report,
    )


def close_many(cast: Cast, each: int, *, seed: int = 1) -> None:
    """As many closed matters of every kind, each closed two days after it was taken in."""
    now = timezone.now()
    past = intake.Past(closed_at=now - timedelta(days=1), unit_id=cast.units["urban"].pk)
    reports = [
        intake.Report(
            text=text,
            source=Source.IMPORT,
            client_ref=f"{seed}-{n}",
            node_id=cast.nodes["grid"].pk,
            category_id=cast.category(CODES[label]).pk,
            found_at=now - timedelta(days=3),
            past=past,
        )
        for n, (text, label) in enumerate(zip(*some(each, seed=seed), strict=True))
    ]
    taken = intake.take_in(reports, by=system("import"), client="test", now=now)
    assert all(isinstance(one, intake.Taken) for one in taken)


def test_it_learns_from_closed_matters_and_a_worse_one_does_not_take_over(cast: Cast) -> None:
    assert retraining.train_all(now=timezone.now()) == []
    assert not retraining.enough_new()
    close_many(cast, 100)
    assert retraining.enough_new()
    [first] = retraining.train_all(now=timezone.now())
    assert (first.what, first.state, first.against) == (What.CATEGORY, State.IN_USE, None)
    assert first.macro_f1 > 0.9
    assert first.rows + first.report["rows"] == 300
    [said] = asking.categories(NOISE, first)[:1]
    assert said.category.code == "env-noise"
    assert said.words
    assert not retraining.enough_new()

    rows = gathering.closed()
    gathered = gathering.gather(What.CATEGORY, rows, scheme_id=first.scheme_id)
    upside_down = replace(gathered, lessons=replace(gathered.lessons, labels=gathered.lessons.labels[::-1]))
    second = retraining.train_one(
        What.CATEGORY, upside_down, scheme_id=first.scheme_id, now=timezone.now() + timedelta(days=1)
    )
    assert second is not None
    assert second.state == State.WORSE
    assert second.against == first.macro_f1
    first.refresh_from_db()
    assert first.state == State.IN_USE


def test_what_is_examined_is_never_learned_from(cast: Cast) -> None:
    close_many(cast, 30)
    rows = gathering.closed()
    gathered = gathering.gather(What.CATEGORY, rows, scheme_id=cast.category("env-noise").scheme_id)
    assert len(gathered.lessons.texts) + len(gathered.exam.texts) == 90
    assert not set(gathered.lessons.texts) & set(gathered.exam.texts)
    assert {row.pk for row in rows if gathering.set_aside(row.pk)}
    assert gathering.gather(What.UNIT, rows).lessons.labels[0] == str(cast.units["urban"].pk)


def test_a_category_with_too_few_matters_counts_for_the_one_above(cast: Cast) -> None:
    close_many(cast, 4)
    noise = cast.category("env-noise")
    gathered = gathering.gather(What.CATEGORY, gathering.closed(), scheme_id=noise.scheme_id)
    every = {*gathered.lessons.labels, *gathered.exam.labels}
    assert str(noise.pk) not in every
    assert str(noise.parent_id) in every


def test_somebody_who_types_is_told_the_category_why_and_how_long_it_takes(
    cast: Cast, client: Client, taught: TextModel
) -> None:
    row = in_use(taught, cast)
    close_many(cast, 6)
    with CaptureQueriesContext(connection) as queries:
        page = client.post("/report/suggestions/", {"text": NOISE, "node": str(cast.nodes["grid"].pk)}).content.decode()
    assert len(queries) <= 15
    noise = cast.category("env-noise")
    assert f'data-suggests="{noise.pk}"' in page
    assert "因为写到" in page
    assert "一般" in page
    assert row.report["sure"] <= 1


def test_it_keeps_quiet_when_unsure_or_when_nothing_was_learned(cast: Cast, client: Client, taught: TextModel) -> None:
    assert client.post("/report/suggestions/", {"text": NOISE}).content.strip() == b""
    in_use(taught, cast)
    assert "data-suggests" not in client.post("/report/suggestions/", {"text": "今天天气不错"}).content.decode()
    assert "data-suggests" not in client.post("/report/suggestions/", {"text": "噪"}).content.decode()


def test_a_category_that_was_chosen_is_not_guessed_again(cast: Cast, client: Client, taught: TextModel) -> None:
    in_use(taught, cast)
    said = {"text": NOISE, "category": str(cast.category("env-litter").pk)}
    assert "data-suggests" not in client.post("/report/suggestions/", said).content.decode()


def test_too_many_hints_in_an_hour_are_not_given(cast: Cast, client: Client, settings: Any) -> None:
    settings.SUGGESTIONS_PER_HOUR = 2
    said = [client.post("/report/suggestions/", {"text": NOISE}).status_code for _time in range(3)]
    assert said == [200, 200, 429]


@pytest.mark.parametrize("node", ["", "x", "9" * 40, "-1", "999999999", "nan"])
def test_any_place_and_any_text_may_be_sent(cast: Cast, client: Client, taught: TextModel, node: str) -> None:
    in_use(taught, cast)
    said = {"text": NOISE + "\x00\ufffd" * 3 if node == "x" else NOISE * 300, "node": node, "lon": node, "lat": node}
    assert client.post("/report/suggestions/", said).status_code == 200


def test_the_field_offers_only_kinds_of_its_screen_and_only_to_workers(
    cast: Cast, client_as: ClientAs, taught: TextModel
) -> None:
    in_use(taught, cast)
    said = {"text": NOISE, "node": str(cast.nodes["grid"].pk)}
    page = client_as("worker").post("/found/suggestions/", said).content.decode()
    assert 'data-code="env-noise"' in page
    assert client_as("resident").post("/found/suggestions/", said).status_code == 404


def test_the_report_of_a_model_stands_on_its_page(cast: Cast, client_as: ClientAs, taught: TextModel) -> None:
    assert "还没有学会什么" in client_as("clerk").get("/learning/").content.decode()
    row = in_use(taught, cast)
    assert "宏平均 F1" in client_as("clerk").get("/learning/").content.decode()
    page = client_as("clerk").get(f"/learning/{row.pk}/").content.decode()
    for words in ("混淆表", "说几成把握，就对几成吗", cast.category("env-noise").name, "噪声"):
        assert words in page
    assert client_as("resident").get("/learning/").status_code == 404


def test_cases_of_the_test_bench_pass_or_fail_and_can_be_changed(
    cast: Cast, client_as: ClientAs, taught: TextModel
) -> None:
    in_use(taught, cast)
    keeper = client_as("system_admin")
    noise, litter = cast.category("env-noise"), cast.category("env-litter")
    for text, expected in ((NOISE, noise), ("楼道堆满杂物发臭没人清运", noise), ("今天天气不错", litter)):
        assert keeper.post("/learning/bench/", {"text": text, "expected": expected.pk}).status_code == 302
    assert keeper.post("/learning/bench/", {"text": "没有答案", "expected": ""}).status_code == 422
    assert keeper.post("/learning/bench/run/").status_code == 302
    places = list(BenchCase.objects.order_by("pk").values_list("place", flat=True))
    assert places[0] == 1
    assert places[1] != 1
    assert places[2] == 0
    page = keeper.get("/learning/bench/").content.decode()
    assert "没有把握，不说" in page
    wrong = BenchCase.objects.order_by("pk")[1]
    keeper.post(f"/learning/bench/{wrong.pk}/", {"text": wrong.text, "expected": litter.pk})
    keeper.post("/learning/bench/run/")
    wrong.refresh_from_db()
    assert wrong.place == 1
    keeper.post(f"/learning/bench/{wrong.pk}/removal/")
    assert BenchCase.objects.count() == 2
    assert client_as("worker").post("/learning/bench/run/").status_code == 404


def test_a_lost_file_makes_the_model_quiet_not_the_page_fail(
    cast: Cast, client: Client, client_as: ClientAs, taught: TextModel
) -> None:
    row = in_use(taught, cast)
    default_storage.delete(row.file)
    asking._load.cache_clear()
    assert client.post("/report/suggestions/", {"text": NOISE}).status_code == 200
    assert client_as("clerk").get(f"/learning/{row.pk}/").status_code == 200
