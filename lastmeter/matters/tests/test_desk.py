"""The staff page of a matter and its acts, each through its own address."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from PIL import Image

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry, RevealReason
from lastmeter.clocks.models import Pause
from lastmeter.dossiers.models import Attachment, Event
from lastmeter.matters import closing, dispatch, handling, intake
from lastmeter.matters.models import Category, Closure, Matter, Outcome, Source
from lastmeter.matters.timing import pausing, pressing
from lastmeter.matters.together import parts
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
PHONE = "19900001234"


def report(
    cast: Cast, ref: str = "a", text: str = "6 栋楼下夜市凌晨放音响，孩子睡不着。", node: str = "grid"
) -> Matter:
    given = intake.Report(
        text=text, source=Source.WEB, client_ref=ref, node_id=cast.nodes[node].pk, name="王小明", phone=PHONE
    )
    [taken] = intake.take_in([given], by=Actor.visitor("b"), client="b", now=timezone.now())
    assert isinstance(taken, intake.Taken), taken
    return Matter.objects.select_related("dossier").get(pk=taken.dossier_id)


def at(matter: Matter, noun: str = "") -> str:
    return f"/matters/{matter.dossier.number}/" + (f"{noun}/" if noun else "")


def step(matter: Matter) -> str:
    return Matter.objects.select_related("dossier").get(pk=matter.pk).dossier.step


def photo() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "JPEG")
    file.seek(0)
    file.name = "a.jpg"
    return file


def acts(client: Client, matter: Matter) -> set[str]:
    return {each.door.act for each in client.get(at(matter)).context["offers"]}


def test_the_page_offers_what_the_post_may_do_now(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    assert {"accept", "merge", "divert", "reject", "dispatch", "take", "ask", "note"} <= acts(
        client_as("clerk"), matter
    )
    assert {"take", "settle", "send_up"} <= acts(client_as("worker"), matter)
    assert "dispatch" not in acts(client_as("worker"), matter)
    assert acts(client_as("organiser"), matter) == set()


def test_from_dispatch_to_closure_through_the_pages(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk, handler = report(cast), client_as("clerk"), client_as("handler")
    unit = f"unit:{cast.units['urban'].pk}"
    sent = clerk.post(at(matter, "assignment") + "?step=waiting", {"to": unit, "request": "今天到现场"})
    assert sent.headers["Location"].endswith("?step=waiting&done=1")
    assert step(matter) == "dispatched"
    handler.post(at(matter, "signature"))
    handler.post(at(matter, "beginning"))
    handler.post(at(matter, "reply"), {"text": "店家已停放音响。", "outcome": "solved", "photos": photo()})
    assert Attachment.objects.filter(dossier=matter.pk).count() == 1
    clerk.post(at(matter, "verification"))
    clerk.post(at(matter, "closure"), {"outcome": "solved"})
    assert Closure.objects.get(matter=matter).words == "店家已停放音响。"
    clerk.post(at(matter, "revisit"), {"how": "solved", "words": "对方满意"})
    clerk.post(at(matter, "archiving"))
    assert step(matter) == "archived"


def test_the_first_unit_is_chosen_already_so_that_two_keys_dispatch(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    [offer] = [each for each in client_as("clerk").get(at(matter)).context["offers"] if each.door.act == "dispatch"]
    assert offer.kind == "primary"
    first = offer.form.initial["to"]
    assert client_as("clerk").post(at(matter, "assignment"), {"to": first}).status_code == 302
    assert step(matter) == "dispatched"


def test_screening_by_its_four_ways(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    accepted, merged, diverted, rejected = (report(cast, ref) for ref in "abcd")
    clerk.post(at(accepted, "acceptance"), {"category": cast.category("env-noise").pk, "urgency": "urgent"})
    assert Matter.objects.get(pk=accepted.pk).category == cast.category("env-noise")
    clerk.post(at(merged, "merger"), {"into": accepted.dossier.number})
    assert Matter.objects.get(pk=merged.pk).merged_into_id == accepted.pk
    clerk.post(at(diverted, "diversion"), {"channel": "arbitration", "more": "仲裁院在二楼"})
    assert "12333" in Event.objects.get(dossier=diverted.pk, kind="matter.diverted").words.text
    assert clerk.post(at(rejected, "rejection"), {"reason": ""}).status_code == 422
    clerk.post(at(rejected, "rejection"), {"ground": "outside", "reason": "不是本地发生的事"})
    assert [step(each) for each in (accepted, merged, diverted, rejected)] == [
        "filed",
        "merged",
        "diverted",
        "rejected",
    ]


def test_who_comes_too_late_is_told_what_happened_and_keeps_the_words(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    matter = report(cast)
    dispatch.take(matter, by=actor("worker"), now=timezone.now())
    late = client_as("clerk").post(at(matter, "rejection"), {"ground": "other", "reason": "写了很久的理由"})
    assert late.status_code == 409
    assert "写了很久的理由" in late.content.decode()
    assert "网格员接手办理" in late.content.decode()
    assert step(matter) == "handling"


def test_who_sees_the_matter_but_holds_no_post_for_it_gets_a_sentence(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    assert client_as("worker").post(at(matter, "closure"), {"outcome": "solved"}).status_code == 403
    assert step(matter) == "reported"


def test_the_requester_is_masked_until_a_reason_is_given_and_shown_once(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk = report(cast), client_as("clerk")
    page = clerk.get(at(matter)).content.decode()
    assert PHONE not in page
    assert "199****1234" in page
    assert clerk.post(at(matter, "reveal"), {"reason": "看"}).status_code == 422
    shown = clerk.post(at(matter, "reveal"), {"reason": "回电核实地点"}).content.decode()
    assert PHONE in shown
    assert "王小明" in shown
    entry = AuditEntry.objects.get(kind="reveal", object_id=matter.pk)
    assert RevealReason.objects.get(entry=entry).words == "回电核实地点"
    assert PHONE not in clerk.get(at(matter)).content.decode()


def test_a_photo_is_served_through_the_matters_own_door(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    matter = report(cast)
    client_as("worker").post(at(matter, "note"), {"text": "现场", "photos": photo()})
    sha = Attachment.objects.get(dossier=matter.pk).sha256
    for tail in ("", "thumb/"):
        served = client_as("clerk").get(at(matter, f"photos/{sha}") + tail)
        assert served.status_code == 200
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert served.headers["Content-Disposition"].startswith("inline")
    assert client_as("other_clerk").get(at(matter, f"photos/{sha}")).status_code == 404
    for wrong in ("0" * 64, "x", "%00"):
        assert client_as("clerk").get(at(matter, f"photos/{wrong}")).status_code == (400 if "%00" in wrong else 404)


def test_a_zip_named_jpg_is_refused_beside_its_field_and_the_words_stay(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    fake = io.BytesIO(b"PK\x03\x04" + b"\0" * 200)
    fake.name = "a.jpg"
    refused = client_as("worker").post(at(matter, "settlement"), {"result": "已经扫干净", "photos": fake})
    assert refused.status_code == 422
    assert "已经扫干净" in refused.content.decode()


def test_photos_stay_when_a_form_comes_back(cast: Cast, client_as: ClientAs) -> None:
    matter, worker = report(cast), client_as("worker")
    back = worker.post(at(matter, "settlement"), {"result": "", "photos": photo()})
    assert back.status_code == 422
    assert "已留着 1 张照片" in back.content.decode()
    [offer] = [each for each in back.context["offers"] if each.door.act == "settle"]
    worker.post(at(matter, "settlement"), {"result": "已劝导", "kept": offer.form["kept"].value(), "anyway": "1"})
    assert Attachment.objects.filter(dossier=matter.pk).count() == 1
    assert step(matter) == "closed"


def test_odd_words_are_cleaned_and_too_many_are_refused(cast: Cast, client_as: ClientAs) -> None:
    matter, worker = report(cast), client_as("worker")
    assert worker.post(at(matter, "note"), {"text": "织𬕂镇\0路口"}).status_code == 302
    assert Event.objects.get(dossier=matter.pk, kind="matter.noted").words.text == "织𬕂镇路口"
    assert worker.post(at(matter, "note"), {"text": "长" * 50_000}).status_code == 422


def test_a_number_in_small_letters_leads_to_its_one_address(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    moved = client_as("clerk").get(f"/matters/{matter.dossier.number.lower()}/")
    assert (moved.status_code, moved.headers["Location"]) == (301, at(matter))
    assert client_as("clerk").get("/matters/AAAAAAAAAA/").status_code == 404


def test_after_an_act_the_next_matter_of_the_same_list_is_offered(cast: Cast, client_as: ClientAs) -> None:
    first, second = report(cast, "a"), report(cast, "b")
    clerk = client_as("clerk")
    clerk.get("/desk/")
    page = clerk.post(at(first, "acceptance") + "?step=waiting&handler=nobody", {"urgency": "normal"}, follow=True)
    assert page.context["following"].startswith((at(second), at(first)))
    assert "handler=nobody" in page.context["following"]


def test_only_the_right_column_is_sent_when_the_list_stays(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk = report(cast), client_as("clerk")
    clerk.get("/desk/")
    listed = at(matter) + "?step=waiting"
    assert "work-list" in clerk.get(listed).content.decode()
    swapped = clerk.get(listed, headers={"HX-Request": "true"}).content.decode()
    assert "work-list" not in swapped
    assert 'class="side' not in swapped, "what stands around the content stays too"
    assert "<h1>" in swapped
    restored = clerk.get(listed, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "work-list" in restored


def test_a_matter_opened_from_a_notice_or_a_letter_stands_by_itself(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk = report(cast), client_as("clerk")
    clerk.get("/desk/")
    page = clerk.get(at(matter)).content.decode()
    assert "work-list" not in page
    assert "threefold" not in page
    after = clerk.post(at(matter, "note"), {"text": "已电话联系"})
    assert "work-list" in clerk.get(after["Location"]).content.decode(), "after an act the list offers the next one"


def test_in_the_field_the_forms_of_the_main_buttons_are_there_from_the_start(
    cast: Cast, client_as: ClientAs, actor: Actors
) -> None:
    matter = report(cast)
    dispatch.take(matter, by=actor("worker"), now=timezone.now())
    worker = client_as("worker")
    worker.get("/field/")
    assert 'id="act-reply"' in worker.get(at(matter)).content.decode()
    worker.get("/desk/")
    assert 'id="act-reply"' not in worker.get(at(matter)).content.decode()
    assert 'id="act-reply"' in worker.get(at(matter) + "?act=reply").content.decode()


def test_a_similar_matter_is_chosen_already_when_somebody_points_at_it(cast: Cast, client_as: ClientAs) -> None:
    first, second, third = (report(cast, ref) for ref in "abc")
    clerk = client_as("clerk")
    assert f"into={first.dossier.number}" in clerk.get(at(third)).content.decode()
    form = clerk.get(at(third) + f"?act=merger&into={first.dossier.number}").context["dialogs"][0].form
    assert form.initial["into"] == first.dossier.number
    other = clerk.get(at(third) + "?act=merger&into=nonsense").context["dialogs"][0].form
    assert other.initial["into"] in {first.dossier.number, second.dossier.number}


def test_the_printed_record_keeps_the_requester_masked(cast: Cast, client_as: ClientAs) -> None:
    matter = report(cast)
    page = client_as("clerk").get(at(matter, "print")).content.decode()
    assert "199****1234" in page
    assert PHONE not in page


def test_how_a_date_was_counted_is_shown_day_by_day(cast: Cast, client_as: ClientAs) -> None:
    page = client_as("clerk").get(at(report(cast))).content.decode()
    assert "5 个工作日" in page
    assert "开始当天不算" in page
    assert "惯常值，请按本地规定修改" in page


def test_rework_goes_back_with_its_reason(cast: Cast, client_as: ClientAs, actor: Actors) -> None:
    matter = report(cast)
    dispatch.take(matter, by=actor("worker"), now=timezone.now())
    handling.reply(matter, text="办好了", outcome=Outcome.SOLVED, by=actor("worker"), now=timezone.now())
    client_as("clerk").post(at(matter, "rework"), {"reason": "现场还在放"})
    assert step(matter) == "handling"


def test_the_shipped_categories_have_a_name_in_each_language(cast: Cast, client_as: ClientAs) -> None:
    clerk = client_as("clerk")
    noise = Category.objects.get(code="env-noise")
    assert noise.name in clerk.get("/matters/new/").content.decode()
    clerk.get("/language/?to=en")
    page = clerk.get("/matters/new/").content.decode()
    assert "Noise" in page
    assert noise.name not in page
    assert not Category.objects.filter(scheme__code="local", name_en="").exists()


def test_a_form_that_is_not_at_hand_stands_open_on_an_address_of_its_own(cast: Cast, client_as: ClientAs) -> None:
    matter, clerk = report(cast), client_as("clerk")
    page = clerk.get(at(matter)).content.decode()
    assert 'href="?step=waiting&amp;act=rejection"' in page
    assert 'id="act-rejection"' not in page
    assert '<dialog id="act-rejection" aria-labelledby="act-rejection-title" open>' in (
        clerk.get(at(matter) + "?step=waiting&act=rejection").content.decode()
    )
    fetched = clerk.get(at(matter) + "?step=waiting&act=rejection", headers={"HX-Request": "true"}).content.decode()
    assert fetched.count("<dialog") == 1
    assert "<html" not in fetched
    assert clerk.get(at(matter) + "?act=nonsense").status_code == 200


def test_no_page_of_a_matter_costs_more_than_fifteen_queries(
    cast: Cast, client_as: ClientAs, actor: Actors, django_assert_max_num_queries: Any
) -> None:
    matter, now = report(cast), timezone.now()
    seen = [client_as(who) for who in ("clerk", "secretary", "dispatcher", "worker")]

    def look() -> None:
        for client in seen:
            client.get(at(matter))
            with django_assert_max_num_queries(15):
                assert client.get(at(matter) + "?step=open").status_code == 200

    look()
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=now)
    look()
    parts.call_in(matter, unit=cast.units["market"], request="一起去看看", by=actor("clerk"), now=now)
    pressing.urge(matter, words="请尽快", by=actor("clerk"), now=now)
    look()
    dispatch.begin(matter, by=actor("handler"), now=now)
    pausing.pause(
        matter, reason=Pause.Reason.WEATHER, words="台风", until=now + timedelta(days=2), by=actor("clerk"), now=now
    )
    look()
    handling.reply(matter, text="修好了", outcome=Outcome.SOLVED, by=actor("handler"), now=now)
    look()
    closing.close(matter, outcome=Outcome.SOLVED, despite="市场所不用去了", by=actor("clerk"), now=now)
    look()
