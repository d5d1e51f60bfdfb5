"""The acts through the whole lifecycle, called as every door calls them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.clocks import sweep
from lastmeter.clocks.models import Deadline
from lastmeter.dossiers.access import visible
from lastmeter.dossiers.models import Dossier, Event, EventWords
from lastmeter.matters import (
    closing,
    dispatch,
    handling,
    intake,
    lifecycle,
    policy,
    screening,
    sending_up,
    settling,
)
from lastmeter.matters.lists import reading
from lastmeter.matters.lists.filters import Filters
from lastmeter.matters.models import Channel, Matter, Objection, Outcome, Rating, Source
from lastmeter.matters.reassigning import objections
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import asking
from lastmeter.notices.models import Notice
from tests.cast import Cast, middle

Actors = Callable[[str], Actor]
VISITOR = Actor.visitor("browser")
NOW = timezone.now()
NOT_DUTY = Objection.Reason.NOT_DUTY


def report(ref: str = "r1", **values: object) -> intake.Report:
    text = "6 栋楼下夜市凌晨放音响，孩子睡不着。"
    defaults: dict[str, object] = {"text": text, "source": Source.WEB, "client_ref": ref}
    return intake.Report(**(defaults | values))  # type: ignore[arg-type]


def take(cast: Cast, ref: str = "r1", **values: object) -> Matter:
    values.setdefault("node_id", cast.nodes["grid"].pk)
    [taken] = intake.take_in([report(ref, **values)], by=VISITOR, client="browser", now=NOW)
    assert isinstance(taken, intake.Taken), taken
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def fresh(matter: Matter) -> Matter:
    return Matter.objects.select_related("dossier").get(pk=matter.pk)


def kinds(matter: Matter) -> list[str]:
    return list(Event.objects.filter(dossier=matter.pk).order_by("id").values_list("kind", flat=True))


def test_a_report_travels_from_the_doorstep_to_a_rated_closure(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    clerk, handler = actor("clerk"), actor("handler")
    screening.accept(matter, category=cast.category("env-noise"), by=clerk, now=NOW)
    dispatch.dispatch(matter, unit=cast.units["urban"], request="今晚到场", by=clerk, now=NOW)
    matter = fresh(matter)
    dispatch.sign(matter, by=handler, now=NOW)
    dispatch.begin(matter, by=handler, now=NOW)
    handling.reply(matter, text="已责令 22 点后停用音响。", outcome=Outcome.SOLVED, by=handler, now=NOW)
    closing.verify(matter, by=clerk, now=NOW)
    closing.close(matter, outcome=Outcome.SOLVED, by=clerk, now=NOW)
    closing.revisit(matter, reached=True, solved=True, words="说安静了", by=clerk, now=NOW)
    closing.rate(matter, score=Rating.Score.SATISFIED, solved=True, words="谢谢", by=VISITOR, now=NOW)
    closing.archive(matter, by=clerk, now=NOW)
    assert [kind.removeprefix("matter.") for kind in kinds(matter)] == [
        "reported", "accepted", "dispatched", "requested", "signed", "begun",
        "replied", "verifying", "closed", "revisited", "rated", "archived",
    ]  # fmt: skip
    assert fresh(matter).dossier.due_at is None
    assert not Deadline.objects.filter(dossier=matter.pk, ended_at=None).exists()


def test_a_report_writes_everything_it_owes_in_one_go(cast: Cast) -> None:
    matter = take(cast, phone="19900001234", name="王", consent="2026-11")
    assert matter.requester.phone == "19900001234"
    assert AuditEntry.objects.filter(kind="matter.reported", object_id=matter.pk).exists()
    assert set(Deadline.objects.filter(dossier=matter.pk).values_list("kind", flat=True)) == {"answer", "fix"}
    assert Notice.objects.filter(user=cast.users["worker"], link__contains=matter.dossier.number).exists()
    assert not Notice.objects.filter(user=cast.users["other_worker"]).exists()
    assert matter.dossier.grid_id == cast.nodes["grid"].pk
    assert matter.dossier.title == "6 栋楼下夜市凌晨放音响，孩子睡不着"


def test_a_point_finds_its_grid_and_a_point_in_the_sea_is_refused_in_words(cast: Cast) -> None:
    lon, lat = middle(1, 1)
    assert take(cast, node_id=None, lon=lon, lat=lat).dossier.grid_id == cast.nodes["last_grid"].pk
    [refused] = intake.take_in([report("sea", lon=112.5, lat=20.0)], by=VISITOR, client="b", now=NOW)
    assert isinstance(refused, intake.Refused)
    assert refused.field == "place"


def test_a_replay_is_answered_with_the_first_number_and_code(cast: Cast) -> None:
    one = report("same", node_id=cast.nodes["grid"].pk)
    [first] = intake.take_in([one], by=VISITOR, client="browser", now=NOW)
    [again] = intake.take_in([one], by=VISITOR, client="browser", now=NOW)
    assert isinstance(first, intake.Taken)
    assert isinstance(again, intake.Taken)
    assert (again.number, again.tracking_code, again.repeat) == (first.number, first.tracking_code, True)
    assert Dossier.objects.filter(client_ref="same").count() == 1


def test_bad_rows_of_a_batch_come_back_with_their_reasons_and_the_good_ones_stay(cast: Cast) -> None:
    batch = [
        report("a", node_id=cast.nodes["grid"].pk),
        report("b", text="字" * 50_000, node_id=cast.nodes["grid"].pk),
        report("c", text=" \x00 ", node_id=cast.nodes["grid"].pk),
        report("d", text="织𬕂镇的灯\ud800坏了", node_id=cast.nodes["grid"].pk),
        report("e"),
    ]
    answers = intake.take_in(batch, by=VISITOR, client="import:x", now=NOW)
    assert [type(each).__name__ for each in answers] == ["Taken", "Refused", "Refused", "Taken", "Refused"]
    assert "织𬕂镇" in Matter.objects.get(pk=answers[3].dossier_id).text  # type: ignore[union-attr]


def test_a_worker_settles_on_the_spot_and_a_replay_settles_nothing_twice(cast: Cast, actor: Actors) -> None:
    found = report("spot", text="楼道堆杂物", source=Source.PATROL, node_id=cast.nodes["grid"].pk)
    for _ in range(2):
        taken = settling.found_and_settled(found, result="已清走", by=actor("worker"), client="phone", now=NOW)
    assert isinstance(taken, intake.Taken)
    matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
    assert (matter.dossier.step, matter.profile) == (lifecycle.CLOSED, "self")
    assert kinds(matter) == ["matter.reported", "matter.settled"]


def test_what_a_grid_cannot_settle_goes_up_desk_by_desk_with_its_reasons(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    sending_up.send_up(matter, reason="店家不听劝", by=actor("worker"), now=NOW)
    sending_up.send_up(matter, reason="需要执法", by=actor("clerk"), now=NOW)
    assert fresh(matter).desk_level == 4
    with pytest.raises(Overtaken):
        sending_up.send_up(matter, reason="还要上", by=actor("dispatcher"), now=NOW)


def test_only_the_one_whose_turn_it_is_may_act(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    with pytest.raises(policy.NotAllowed):
        screening.accept(matter, by=actor("worker"), now=NOW)
    with pytest.raises(policy.NotAllowed):
        screening.accept(matter, by=actor("other_clerk"), now=NOW)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    with pytest.raises(policy.NotAllowed):
        dispatch.sign(fresh(matter), by=actor("other_handler"), now=NOW)


def test_a_second_clerk_is_told_that_the_first_was_faster(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    screening.reject(matter, reason="重复", by=actor("clerk"), now=NOW)
    with pytest.raises(Overtaken, match="不予受理"):
        screening.accept(matter, by=actor("secretary"), now=NOW)


def test_a_department_sees_what_was_sent_to_it_until_it_sends_it_back(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    assert Dossier.objects.filter(visible(actor("handler"))).count() == 1
    assert Dossier.objects.filter(visible(actor("other_handler"))).count() == 0
    objections.send_back(fresh(matter), reason=NOT_DUTY, words="不归我们", by=actor("handler"), now=NOW)
    assert Dossier.objects.filter(visible(actor("handler"))).count() == 0
    assert fresh(matter).dossier.step == lifecycle.FILED


def test_a_merged_report_names_the_one_that_answers_for_it(cast: Cast, actor: Actors) -> None:
    matter, into = take(cast, "one"), take(cast, "two")
    screening.merge(matter, into=into, by=actor("clerk"), now=NOW)
    assert fresh(matter).merged_into_id == into.pk
    with pytest.raises(Overtaken):
        screening.merge(into, into=matter, by=actor("clerk"), now=NOW)


def test_a_diverted_report_says_the_legal_channel(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    screening.divert(matter, channel=Channel.ARBITRATION, reason="劳动争议先仲裁", by=actor("clerk"), now=NOW)
    words = Event.objects.get(dossier=matter.pk, kind="matter.diverted").words.text
    assert "仲裁" in words


def test_a_question_lapses_and_a_new_one_can_be_asked(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    asked = asking.ask(matter, question="哪一栋？", by=actor("clerk"), now=NOW)
    with pytest.raises(Overtaken):
        asking.ask(matter, question="几点？", by=actor("clerk"), now=NOW)
    assert asking.lapse(asked.lapses_at) == 1
    asking.ask(matter, question="几点？", by=actor("clerk"), now=asked.lapses_at)
    asking.answer(matter, text="凌晨一点", by=VISITOR, now=asked.lapses_at)
    assert matter.enquiries.get(question="几点？").answer == "凌晨一点"


def test_a_closed_matter_comes_back_inside_the_window_and_not_after(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    settling.settle(matter, result="修好了", by=actor("worker"), now=NOW)
    assert matter.reopen_until is not None
    late = matter.reopen_until + timedelta(seconds=1)
    with pytest.raises(Overtaken):
        closing.reopen(fresh(matter), reason="又坏了", by=VISITOR, now=late)
    closing.reopen(fresh(matter), reason="又坏了", by=VISITOR, now=NOW + timedelta(days=3))
    assert fresh(matter).dossier.due_at is not None
    assert fresh(matter).dossier.step == lifecycle.FILED


def test_every_overdue_matter_rings_once_whoever_holds_it(cast: Cast) -> None:
    matters = [take(cast, f"r{n}") for n in range(3)]
    later = NOW + timedelta(days=30)
    assert sweep.sweep(later) > 0
    assert sweep.sweep(later) == 0
    for matter in matters:
        assert {"matter.overdue_answer", "matter.overdue_fix"} <= set(kinds(matter))


def test_lists_show_the_scope_by_due_date_with_a_constant_number_of_queries(
    cast: Cast, actor: Actors, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for n in range(7):
        take(cast, f"r{n}")
    take(cast, "elsewhere", node_id=cast.nodes["other_grid"].pk)
    clerk = actor("clerk")
    with django_assert_max_num_queries(8):  # type: ignore[attr-defined]
        page = reading.work_list(clerk, Filters(), None, now=NOW, size=5)
        assert [each.matter.category for each in page.items] == [None] * 5
    rest = reading.work_list(clerk, Filters(), page.next, now=NOW, size=5)
    assert len(rest.items) == 2
    assert reading.count(actor("dispatcher"), Filters(), now=NOW) == 8
    assert reading.count(clerk, Filters(words="音响"), now=NOW) == 7
    assert reading.count(clerk, Filters(words="井盖"), now=NOW) == 0


def test_what_an_act_writes_down_is_in_the_language_of_the_city_whoever_acts(cast: Cast, actor: Actors) -> None:
    matter = take(cast)
    with translation.override("en"):
        dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    told = Event.objects.get(dossier=matter.pk, kind="matter.dispatched")
    assert EventWords.objects.get(event=told).text == f"交由{cast.units['urban'].name}办理。"
    assert Notice.objects.filter(kind="matter.dispatched", title__startswith="分派给您：").exists()
