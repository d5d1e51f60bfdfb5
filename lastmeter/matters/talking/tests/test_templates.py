"""The words requesters are told: which row wins, what is checked at save, the preview, and what is sent."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.grid import followers
from lastmeter.matters import dispatch, intake, screening, settling
from lastmeter.matters.models import Matter, Message, Source, Template, Way
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.talking import placeholders, rules, templates
from lastmeter.matters.talking.occasions import OCCASIONS
from lastmeter.notices.models import Delivery, Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
PHONE = "19900001234"
NOW = timezone.now()


@pytest.fixture
def sms(settings: Settings) -> None:
    """An installation with a gateway for text messages."""
    settings.SMS_GATEWAY, settings.SMS_KEY = "https://sms.example/send", "k"


def filed(cast: Cast, ref: str = "a", *, by: Actor | None = None, **more: Any) -> Matter:
    given = {"text": "6 栋楼道灯不亮，电话 19900007777。", "source": Source.PHONE, "client_ref": ref} | more
    given.setdefault("node_id", cast.nodes["grid"].pk)
    report = intake.Report(**given)
    [taken] = intake.take_in([report], by=by or Actor.visitor("b"), client="b", now=NOW)
    assert isinstance(taken, intake.Taken), taken
    return Matter.objects.select_related("dossier", "requester").get(pk=taken.dossier_id)


def with_phone(cast: Cast, ref: str = "a", **more: Any) -> Matter:
    return filed(cast, ref, name="王小明", phone=PHONE, on_behalf=True, **more)


def sent(matter: Matter, way: Way = Way.SMS) -> list[str]:
    rows = Message.objects.filter(matter=matter, way=way).order_by("pk")
    return [each.words or "" for each in rows]


def test_of_an_emergency_the_requester_and_the_desk_are_told_at_night_too(cast: Cast, actor: Actors, sms: None) -> None:
    waits, matter = with_phone(cast, "a"), with_phone(cast, "b")
    screening.hand_over(matter, called="119", by=actor("worker"), now=NOW)
    matter.refresh_from_db()
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    of_requesters = Delivery.objects.filter(channel="sms").order_by("pk")
    urgent = dict(Message.objects.values_list("pk", "matter"))
    sent_at_once = {urgent[int(each.key.split("told:")[1])] for each in of_requesters if each.urgent}
    assert sent_at_once == {matter.pk}
    assert waits.pk in urgent.values()
    assert Notice.objects.get(user=cast.users["clerk"], kind="matter.handed_to_emergency").urgent


def test_a_requester_with_a_phone_is_told_by_text_message_what_happened(cast: Cast, actor: Actors, sms: None) -> None:
    matter = with_phone(cast)
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    registered, given = sent(matter)
    assert "已登记" in registered
    assert "城管执法队" in given
    assert "{" not in given
    assert [each.words for each in Delivery.objects.order_by("pk")] == [registered, given]


def test_a_phone_that_nobody_proved_gets_nothing_before_staff_have_looked(cast: Cast, actor: Actors, sms: None) -> None:
    matter = filed(cast, name="王", phone=PHONE)
    assert sent(matter) == []
    settling.settle(matter, result="灯已换好。", by=actor("worker"), now=NOW)
    assert "灯已换好。" in sent(matter)[0]


def test_a_requester_with_an_account_is_told_in_the_product_and_not_of_their_own_acts(
    cast: Cast, actor: Actors
) -> None:
    matter = filed(cast, by=actor("resident"), name="苏禾", phone=PHONE)
    assert not Message.objects.filter(matter=matter, way=Way.NOTICE).exists()
    screening.reject(matter, reason="不属于本社区。", by=actor("clerk"), now=NOW)
    notice = Notice.objects.get(user=cast.users["resident"])
    assert "不属于本社区。" in notice.words
    assert notice.link == f"/m/{matter.dossier.number}/"


def test_without_a_gateway_the_message_is_kept_as_not_sent(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    assert Message.objects.get(matter=matter).unsent
    assert not Delivery.objects.exists()


def test_whoever_left_nothing_is_told_on_the_progress_page_alone(cast: Cast, actor: Actors) -> None:
    matter = filed(cast)
    settling.settle(matter, result="好了", by=actor("worker"), now=NOW)
    assert not Message.objects.exists()


def test_those_whose_matter_was_merged_are_answered_with_the_other(cast: Cast, actor: Actors, sms: None) -> None:
    one, other = with_phone(cast), with_phone(cast, "b")
    screening.merge(other, into=one, by=actor("clerk"), now=NOW)
    settling.settle(one, result="整栋楼的灯都换了。", by=actor("worker"), now=NOW)
    assert "整栋楼的灯都换了。" in sent(other)[-1]


def test_the_nearest_row_wins_and_at_one_place_the_most_particular(cast: Cast, actor: Actors, sms: None) -> None:
    def write(node: str, words: str, **more: object) -> None:
        templates.write(node=cast.nodes[node], occasion="settled", words=words, by=by, now=NOW, **more)  # type: ignore[arg-type]

    light = cast.category("env-noise")
    by = actor("dispatcher")
    write("town", "街道：{内容}")
    write("town", "街道噪声：{内容}", category=light.parent)
    by = actor("secretary")
    write("community", "社区：{内容}")
    write("community", "社区短信：{内容}", way="sms")
    write("community", "社区噪声：{内容}", category=light)
    here, noise = with_phone(cast), with_phone(cast, "b", category_id=light.pk)
    there = with_phone(cast, "c", node_id=cast.nodes["other_grid"].pk, category_id=light.pk)
    for matter, worker in ((here, "worker"), (noise, "worker"), (there, "other_worker")):
        settling.settle(Matter.objects.get(pk=matter.pk), result="好", by=actor(worker), now=NOW)
    assert [sent(each)[-1] for each in (here, noise, there)] == ["社区短信：好", "社区噪声：好", "街道噪声：好"]


def test_a_change_is_a_new_version_and_the_old_one_is_kept(cast: Cast, actor: Actors, sms: None) -> None:
    node = cast.nodes["town"]
    old = templates.write(node=node, occasion="settled", words="旧：{内容}", by=actor("dispatcher"), now=NOW)
    matter = with_phone(cast)
    settling.settle(matter, result="好", by=actor("worker"), now=NOW)
    new = templates.write(node=node, occasion="settled", words="", by=actor("dispatcher"), now=NOW)
    old.refresh_from_db()
    assert old.valid_to == new.valid_from
    assert Message.objects.filter(matter=matter).latest("pk").template == old
    silent = with_phone(cast, "b")
    settling.settle(silent, result="好", by=actor("worker"), now=NOW)
    assert len(sent(silent)) == 1, "empty words send nothing"
    templates.withdraw(new, by=actor("dispatcher"), now=NOW)
    assert templates.words_for(silent, "settled", "sms", now=NOW).template_id is None
    assert list(AuditEntry.objects.filter(kind__startswith="template.").values_list("kind", flat=True)) == [
        "template.changed",
        "template.changed",
        "template.withdrawn",
    ]


def test_nobody_writes_words_for_a_place_that_is_not_theirs(cast: Cast, actor: Actors) -> None:
    for who in ("secretary", "worker", "handler"):
        with pytest.raises(NotAllowed):
            templates.write(node=cast.nodes["town"], occasion="closed", words="x", by=actor(who), now=NOW)


@pytest.mark.parametrize(
    ("words", "way", "says"),
    [
        ("您好{编码}", "", "“{编号}”"),
        ("您好{金额数目}", "", "可以用的有"),
        ("您好{编号", "", "成对"),
        ("〔{期限}前", "sms", "成对"),
        ("查询码{查询码}", "sms", "信件"),
    ],
)
def test_a_placeholder_that_is_not_known_is_named_at_save(
    cast: Cast, client_as: ClientAs, words: str, way: str, says: str
) -> None:
    town = cast.nodes["town"].pk
    answer = client_as("dispatcher").post("/templates/closed/", {"node": town, "words": words, "way": way})
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Template.objects.exists()


def test_the_preview_fills_in_a_real_matter_and_shows_nobody(cast: Cast, client_as: ClientAs) -> None:
    matter = with_phone(cast)
    words = "{称呼}您好：{编号}“{标题}”〔由{办理单位}〕{网址}"
    given = {"node": cast.nodes["community"].pk, "words": words, "way": "sms", "preview": "1"}
    page = client_as("secretary").post("/templates/closed/", given)
    shown = page.context["preview"]
    assert shown.number == matter.dossier.number
    assert shown.text.startswith("王**您好：")
    assert "由" not in shown.text
    assert "19900007777" not in page.content.decode()
    assert not Template.objects.exists()


def test_words_are_changed_on_the_page_and_stand_in_the_list(cast: Cast, client_as: ClientAs) -> None:
    secretary = client_as("secretary")
    here = cast.nodes["community"].pk
    first = secretary.get(f"/templates/closed/?at={here}&way=sms").context["form"].initial["words"]
    assert "{内容}" in first
    done = secretary.post("/templates/closed/", {"node": here, "way": "sms", "words": "办好了：{内容}"}, follow=True)
    assert "办好了：{内容}" in done.content.decode()
    page = secretary.get(f"/templates/closed/?at={here}").content.decode()
    assert "简思远" in page
    row = Template.objects.get()
    assert client_as("other_clerk").post(f"/templates/rows/{row.pk}/ending/").status_code == 404
    secretary.post(f"/templates/rows/{row.pk}/ending/")
    assert Template.objects.get().valid_to is not None


def test_the_list_asks_the_same_for_ten_rows_as_for_one(
    cast: Cast, actor: Actors, client_as: ClientAs, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for occasion in ("closed", "settled", "asked", "rejected"):
        templates.write(node=cast.nodes["town"], occasion=occasion, words="x", by=actor("dispatcher"), now=NOW)
    client = client_as("dispatcher")
    client.get("/templates/")
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        client.get("/templates/")


def test_rows_follow_when_the_ground_is_redrawn_and_never_stand_twice(cast: Cast, actor: Actors) -> None:
    old, new = cast.nodes["community"], cast.nodes["other_community"]
    for node in (old, new):
        templates.write(node=node, occasion="closed", words=node.name, by=actor("dispatcher"), now=NOW)
    templates.write(node=old, occasion="asked", words="问", by=actor("dispatcher"), now=NOW)
    follower = followers.registered()[Template]
    assert follower.put(Template.objects.values("pk"), old.pk, new.pk) == 2
    current = Template.objects.filter(node=new, valid_to=None).order_by("occasion")
    assert [each.words for each in current] == ["问", "石桥社区"]


def test_a_rule_that_begins_tomorrow_is_not_used_today(cast: Cast, actor: Actors) -> None:
    made = templates.write(node=cast.nodes["town"], occasion="closed", words="x", by=actor("dispatcher"), now=NOW)
    Template.objects.filter(pk=made.pk).update(valid_from=(NOW + timedelta(days=2)).date())
    assert made.pk not in [each.id for each in templates._read(timezone.localdate())]


NAMES = st.sampled_from(placeholders.NAMES)


@given(st.lists(st.tuples(st.text(alphabet="您好。，a1", max_size=6), NAMES), max_size=6))
def test_whatever_passes_the_check_can_be_filled(parts: list[tuple[str, str]]) -> None:
    words = "".join(f"{text}{{{name}}}" for text, name in parts)
    assert placeholders.wrong_with(words, Way.LETTER) == ""
    filled = rules.fill(words, {name: partial(str, f"<{name}>") for name in placeholders.NAMES})
    assert filled == "".join(f"{text}<{name}>" for text, name in parts).strip()


@given(st.text(alphabet="{}〔〕编号a", max_size=30))
def test_no_words_that_pass_the_check_break_when_they_are_filled(words: str) -> None:
    if placeholders.wrong_with(words, Way.LETTER) == "":
        filled = rules.fill(words, dict.fromkeys(placeholders.NAMES, str))
        assert "{" not in filled
        assert "〔" not in filled


def test_every_shipped_word_can_be_filled_for_its_way() -> None:
    for code in OCCASIONS:
        for way in Way:
            assert placeholders.wrong_with(templates.shipped(code, way), way) == "", code


def test_a_long_text_message_is_counted_in_parts() -> None:
    assert [rules.sms_parts("字" * many) for many in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, 1, 2, 3]), st.booleans(), st.booleans()), max_size=8)
)
def test_the_row_that_wins_is_never_farther_nor_more_general_than_another_that_fits(
    rows: list[tuple[int, int | None, bool, bool]],
) -> None:
    written = [
        rules.Wording(number, "abcde" * depth, "closed", "grid" if profile else "", category, "sms" if way else "", "x")
        for number, (depth, category, profile, way) in enumerate(rows)
    ]
    case = {"path": "abcde" * 2, "occasion": "closed", "profile": "grid", "categories": (1, 2), "way": "sms"}
    fitting = [each for each in written if each.fits(**case)]  # type: ignore[arg-type]
    won = rules.choose(written, **case)  # type: ignore[arg-type]
    assert (won is None) == (not fitting)
    assert all(len(each.path) <= len(won.path) for each in fitting if won)
    assert all(each.category not in (3,) for each in fitting)
    if won and any(each.category == 1 and each.path == won.path for each in fitting):
        assert won.category == 1
