"""Many matters at once: what the page says before is what happens, and undoing puts back exactly what was."""

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from lastmeter.accounts.actors import Actor
from lastmeter.dossiers.models import Dossier, Event
from lastmeter.matters import closing, dispatch, handling, screening
from lastmeter.matters.lists.bulk import acts, changes, runs
from lastmeter.matters.models import BulkRow, BulkRun, Category, Matter, Outcome, Requester, Urgency
from lastmeter.matters.reassigning import corrections
from lastmeter.matters.tests.test_queue import report
from lastmeter.matters.timing import pressing
from lastmeter.matters.together import parts
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]


def states(matters: list[Matter]) -> dict[int, changes.Rows]:
    """Every row of these matters but what only grows and what counts changes."""
    return changes.take([each.pk for each in matters])


def run_of(act: str, matters: list[Matter], by: Actor, **given: object) -> BulkRun:
    run = runs.draft(act, [each.pk for each in matters], "?step=all", by=by, now=timezone.now())
    BulkRun.objects.filter(pk=run.pk).update(**given)
    return BulkRun.objects.select_related("unit__node", "user", "category").get(pk=run.pk)


def fresh(matter: Matter) -> Matter:
    return Matter.objects.select_related("dossier", "category").get(pk=matter.pk)


def choose(client: Client, act: str, matters: list[Matter], query: str = "?step=waiting") -> str:
    answer = client.post(f"/bulk/{query}", {"act": act, "pick": [str(each.pk) for each in matters]})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_the_preview_says_how_many_and_why_and_that_is_what_happens(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    waits, other, given_away = report(cast, 3)
    dispatch.dispatch(given_away, unit=cast.units["market"], by=actor("clerk"), now=timezone.now())
    client = client_as("clerk")
    there = choose(client, "dispatch", [waits, other, given_away])
    preview = client.get(there).context
    assert (preview["tally"].waiting, preview["tally"].refused) == (2, 1)
    assert preview["tally"].reasons == [("现在是“已分派”，不能“分派”。", 1)]
    assert {fresh(each).dossier.step for each in (waits, other)} == {"reported"}
    unit = cast.units["urban"]
    assert client.post(f"{there}confirmation/", {"to": f"unit:{unit.pk}", "words": "三天内"}).status_code == 302
    after = client.get(there).context
    assert (after["tally"].done, after["tally"].refused) == (2, 1)
    assert {(fresh(each).dossier.step, fresh(each).unit_id) for each in (waits, other)} == {("dispatched", unit.pk)}
    assert fresh(given_away).unit_id == cast.units["market"].pk
    told = Notice.objects.filter(user=cast.users["handler"], kind="matter.bulk_dispatch")
    assert [each.title for each in told] == ["分派给您 2 件"]


def test_one_at_a_time_and_many_at_once_leave_the_same_rows(cast: Cast, actor: Actors) -> None:
    clerk, now = actor("clerk"), timezone.now()
    one, many = report(cast, 2)
    dispatch.dispatch(one, unit=cast.units["urban"], request="三天内", by=clerk, now=now)
    run = run_of("dispatch", [many], clerk, unit=cast.units["urban"], words="三天内")
    assert runs.start(run, by=clerk, now=now)
    assert _shape(one) == _shape(many)
    for each in (one, many):
        screening_done = fresh(each)
        dispatch.begin(screening_done, by=actor("handler"), now=now)
        handling.reply(screening_done, text="修好了", outcome=Outcome.SOLVED, by=actor("handler"), now=now)
        closing.close(screening_done, outcome=Outcome.SOLVED, by=clerk, now=now)
    closing.archive(fresh(one), by=clerk, now=now)
    assert runs.start(run_of("archive", [many], clerk), by=clerk, now=now)
    assert _shape(one) == _shape(many)


def test_correcting_urging_and_closing_leave_the_same_rows_too(cast: Cast, actor: Actors) -> None:
    clerk, handler, now = actor("clerk"), actor("handler"), timezone.now()
    one, many = report(cast, 2)
    litter = cast.category("env-litter")
    for each in (one, many):
        dispatch.dispatch(each, unit=cast.units["urban"], by=clerk, now=now)
    corrections.correct(fresh(one), category=litter, by=clerk, now=now)
    assert runs.start(run_of("category", [many], clerk, category=litter), by=clerk, now=now)
    corrections.correct(fresh(one), urgency=Urgency.URGENT, by=clerk, now=now)
    assert runs.start(run_of("urgency", [many], clerk, urgency=Urgency.URGENT), by=clerk, now=now)
    pressing.urge(fresh(one), words="请尽快", by=clerk, now=now)
    assert runs.start(run_of("urge", [many], clerk, words="请尽快"), by=clerk, now=now)
    assert _shape(one) == _shape(many)
    for each in (one, many):
        dispatch.begin(fresh(each), by=handler, now=now)
        handling.reply(fresh(each), text="修好了", outcome=Outcome.SOLVED, by=handler, now=now)
    closing.close(fresh(one), outcome=Outcome.PARTLY, reason="只修了一半", by=clerk, now=now)
    ended = run_of("close", [many], clerk, outcome=Outcome.PARTLY, reason="只修了一半")
    assert runs.start(ended, by=clerk, now=now)
    assert _shape(one) == _shape(many)


def test_a_second_urging_and_an_open_part_are_refused_in_their_own_words(cast: Cast, actor: Actors) -> None:
    clerk, handler, now = actor("clerk"), actor("handler"), timezone.now()
    [matter] = report(cast, 1)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=clerk, now=now)
    for _again in range(2):
        assert runs.start(run_of("urge", [matter], clerk, words="请尽快"), by=clerk, now=now)
    assert _reasons("urge") == ["", "上一次还在等回复，不用重复。"]
    parts.call_in(fresh(matter), unit=cast.units["market"], request="一起去看看", by=clerk, now=now)
    dispatch.begin(fresh(matter), by=handler, now=now)
    handling.reply(fresh(matter), text="修好了", outcome=Outcome.SOLVED, by=handler, now=now)
    assert runs.start(run_of("close", [matter], clerk, outcome=Outcome.SOLVED), by=clerk, now=now)
    assert _reasons("close") == [parts.still_open()]


def _reasons(act: str) -> list[str]:
    return list(BulkRow.objects.filter(run__act=act).order_by("pk").values_list("reason", flat=True))


def _shape(matter: Matter) -> object:
    """What a matter's rows say, without what tells one from another, and the kinds of its events in order."""
    own = {"id", "dossier_id", "matter_id", "number", "client_ref", "title", "text", "tracking_hash"}
    rows = sorted(
        (label, sorted((name, str(value)) for name, value in row.items() if name not in own and "_at" not in name))
        for (label, _key), row in states([matter])[matter.pk].items()
    )
    return rows, list(Event.objects.filter(dossier=matter.pk).order_by("pk").values_list("kind", flat=True))


def test_undoing_puts_back_what_was_and_says_which_were_touched_since(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    first, second = report(cast, 2)
    before, client = states([first, second]), client_as("clerk")
    there = choose(client, "dispatch", [first, second])
    client.post(f"{there}confirmation/", {"to": f"unit:{cast.units['urban'].pk}"})
    dispatch.sign(fresh(second), by=actor("handler"), now=timezone.now())
    client.post(f"{there}undoing/")
    after = client.get(there).context
    assert (after["tally"].undone, after["tally"].kept) == (1, 1)
    assert [(row.dossier_id, row.reason) for row in after["left"]] == [(second.pk, "之后又有人处理过，没有撤销。")]
    assert states([first])[first.pk] == before[first.pk]
    assert fresh(second).dossier.step == "signed"
    client.post(f"{there}undoing/")
    assert fresh(second).dossier.step == "signed"


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_done_to_many_undoing_in_turn_leaves_no_trace_in_any_row(
    cast: Cast, actor: Actors, data: st.DataObject
) -> None:
    clerk, now = actor("clerk"), timezone.now()
    ref = uuid.uuid4().hex  # never drawn: an example that was given up must not give its matters to the next one
    matters = report(cast, 4, text=f"路灯{ref}")
    category = Category.objects.order_by("pk")[0]
    given: dict[str, dict[str, object]] = {
        "dispatch": {"unit": cast.units["urban"], "words": "快"},
        "category": {"category": category},
        "urgency": {"urgency": Urgency.URGENT},
        "close": {"outcome": Outcome.SOLVED, "words": "好了"},
        "archive": {},
    }
    for matter in matters:
        _walk(data, matter, actor, cast)
    before, done = states(matters), []
    for act in data.draw(st.lists(st.sampled_from(sorted(given)), min_size=1, max_size=4)):
        chosen = data.draw(st.lists(st.sampled_from(matters), min_size=1, unique_by=lambda each: each.pk))
        run = run_of(act, chosen, clerk, **given[act])
        runs.look(run, by=clerk)
        assert runs.start(run, by=clerk, now=now)
        done.append(run)
    for run in reversed(done):
        assert runs.undo(run, by=clerk, now=now)
        assert not BulkRow.objects.filter(run=run, state__in=["done", "kept"]).exists()
    assert states(matters) == before


def _walk(data: st.DataObject, matter: Matter, actor: Actors, cast: Cast) -> None:
    """Carry a matter some way along before anything is done to many."""
    now, step = timezone.now(), data.draw(st.integers(0, 4))
    if step > 0:
        dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=now)
    if step > 1:
        dispatch.begin(matter, by=actor("handler"), now=now)
    if step > 2:
        handling.reply(matter, text="修好了", outcome=Outcome.SOLVED, by=actor("handler"), now=now)
    if step > 3:
        closing.close(matter, outcome=Outcome.SOLVED, by=actor("clerk"), now=now)


def test_a_matter_that_changed_after_it_was_chosen_is_left_alone(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    first, second = report(cast, 2)
    client = client_as("clerk")
    there = choose(client, "urgency", [first, second])
    screening.accept(first, by=actor("clerk"), now=timezone.now())
    client.post(f"{there}confirmation/", {"urgency": "urgent"})
    assert client.get(there).context["draft"], "the page says first that one more cannot"
    client.post(f"{there}confirmation/", {"urgency": "urgent"})
    assert (fresh(first).urgency, fresh(second).urgency) == ("normal", "urgent")
    assert client.get(there).context["tally"].reasons == [("您选中之后有人处理过，请重新看一下。", 1)]


def test_all_that_match_are_chosen_and_a_long_run_is_left_to_the_worker(
    cast: Cast, client_as: ClientAs, actor: Actors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "AT_ONCE", 3)
    matters = report(cast, 7)
    client = client_as("clerk")
    there = str(client.post("/bulk/?step=waiting", {"act": "note", "all": "1"}).headers["Location"])
    client.post(f"{there}confirmation/", {"words": "已电话核实"})
    waiting = client.get(there).context
    assert waiting["going"]
    assert waiting["tally"].waiting == 7
    assert "hx-trigger" in client.get(there, headers={"HX-Request": "true"}).content.decode()
    assert runs.go_on(timezone.now()) == 7
    assert runs.go_on(timezone.now()) == 0
    assert client.get(there).context["tally"].done == 7
    assert Event.objects.filter(kind="matter.noted", dossier__in=[each.pk for each in matters]).count() == 7
    assert not client.get(there).context["undoable"], "words that were written stay written"


def test_a_thousand_at_once_ask_the_database_as_often_as_a_few(cast: Cast, actor: Actors) -> None:
    clerk, now = actor("clerk"), timezone.now()
    asked = []
    for count in (40, 400):
        matters = report(cast, count, text=f"井盖{count}")
        of = {"user": cast.users["resident"], "consent": "web", "consent_at": now}
        Requester.objects.bulk_create(Requester(matter=each, **of) for each in matters)
        run = run_of("dispatch", matters, clerk, unit=cast.units["urban"])
        with CaptureQueriesContext(
            connection,
        ) as captured:
            runs.finish(run, by=clerk, now=now)
        asked.append(len(captured))
    assert Dossier.objects.filter(step="dispatched").count() == 440
    assert Notice.objects.filter(user=cast.users["resident"]).count() == 440
    assert asked[1] <= asked[0] + 2 if connection.vendor == "postgresql" else asked[1] <= asked[0] * 12


def test_each_may_only_what_the_own_posts_may_and_sees_only_own_runs(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    [matter] = report(cast, 1)
    there = choose(client_as("worker"), "dispatch", [matter])
    page = client_as("worker").get(there).context
    assert page["tally"].reasons == [("您在这个网格没有能做这一步的岗位。", 1)]
    assert client_as("clerk").get(there).status_code == 404
    assert client_as("clerk").post(f"{there}undoing/").status_code == 404
    other = choose(client_as("other_clerk"), "archive", [matter])
    assert client_as("other_clerk").get(other).context["tally"].total == 0
    assert client_as("clerk").post("/bulk/", {"act": "dispatch"}).headers["Location"].startswith("/queue/table/")
    assert client_as("clerk").post("/bulk/", {"act": "x", "pick": "a"}).status_code == 302


def test_every_bulk_act_follows_the_lifecycle_and_asks_what_its_form_has(cast: Cast, client_as: ClientAs) -> None:
    matters = report(cast, 1)
    for act in acts.ACTS:
        page = client_as("clerk").get(choose(client_as("clerk"), act.name, matters)).context
        assert set(page["form"].fields) == set(act.asks)


def test_the_worker_commits_piece_by_piece_and_goes_on_where_it_was_killed(
    own_database: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PIECE", 2)
    by, now = Actor.of(own_database.users["clerk"]), timezone.now()
    matters = report(own_database, 5)
    before = states(matters)
    run = runs.draft("dispatch", [each.pk for each in matters], "", by=by, now=now)
    killed = {"unit": own_database.units["urban"], "state": "running", "begun_at": now - runs.GIVEN_UP * 2}
    BulkRun.objects.filter(pk=run.pk).update(**killed)
    assert runs.go_on(now) == 5
    assert Notice.objects.filter(kind="matter.bulk_dispatch", user=own_database.users["handler"]).count() == 1
    BulkRun.objects.filter(pk=run.pk).update(state="undoing", begun_at=None)
    assert runs.go_on(now) == 5
    assert states(matters) == before
    assert BulkRun.objects.get(pk=run.pk).state == "undone"
