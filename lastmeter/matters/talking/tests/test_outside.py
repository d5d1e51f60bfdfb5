"""A firm without an account: asked by mail, answers by a signed link that ends, sees only what it needs."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import AuditEntry
from lastmeter.dossiers.models import Attachment, Event
from lastmeter.matters import closing, dispatch, handling, jobs
from lastmeter.matters.models import Matter, Outcome, OutsideAnswer, OutsideLink
from lastmeter.matters.policy import NotAllowed
from lastmeter.matters.steps import Overtaken
from lastmeter.matters.talking import outside
from lastmeter.matters.talking.tests.test_templates import PHONE, filed, with_phone
from lastmeter.matters.tests.test_desk import photo
from lastmeter.notices.models import Delivery, Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]
Actors = Callable[[str], Actor]
NOW = timezone.now()


@pytest.fixture(autouse=True)
def mail(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example"


def invited(matter: Matter, by: Actor, *, days: float = 7, with_photos: bool = False) -> OutsideLink:
    until = timezone.now() + timedelta(days=days)
    return outside.invite(
        matter, firm="海湾物业", email="wuye@example.com", request="请说明楼道灯何时修。", until=until,
        with_photos=with_photos, by=by, now=NOW,
    )  # fmt: skip


def door(link: OutsideLink) -> str:
    return f"/outside/{outside.token(link)}/"


def ref(page: str) -> str:
    found = re.search(r'name="client_ref" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_firm_is_asked_by_mail_from_the_matters_page(cast: Cast, client_as: ClientAs) -> None:
    matter = with_phone(cast)
    there = f"/matters/{matter.dossier.number}/outside/"
    given = {"firm": "海湾物业", "email": "wuye@example.com", "request": "何时修灯？", "days": 3}
    assert client_as("clerk").post(there, given | {"email": "不是邮箱"}).status_code == 422
    client_as("clerk").post(there, given)
    mail = Delivery.objects.get(channel="email")
    assert mail.address == "wuye@example.com"
    link = OutsideLink.objects.get()
    assert outside.address(link) in mail.words
    assert PHONE not in mail.words
    page = client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert "等对方答复" in page
    assert client_as("worker").post(there, given).status_code == 403
    assert "停用链接" not in client_as("worker").get(f"/matters/{matter.dossier.number}/").content.decode()


def test_the_firm_answers_several_times_with_photos_and_without_javascript(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = with_phone(cast)
    link, firm = invited(matter, actor("clerk")), Client()
    for text in ("配件周三到。", "今天已修好。"):
        page = firm.get(door(link))
        given = {"client_ref": ref(page.content.decode()), "text": text, "photos": photo()}
        done = firm.post(door(link), given, follow=True).content.decode()
        assert text in done
    said = Event.objects.filter(dossier=matter.pk, kind="matter.outside_answered").order_by("pk")
    assert [each.words.text for each in said] == ["海湾物业：配件周三到。", "海湾物业：今天已修好。"]
    assert not any(each.public for each in said)
    assert Attachment.objects.filter(dossier=matter.pk).count() == 1, "the same photo stays one"
    assert Notice.objects.filter(user=cast.users["clerk"], kind="matter.outside_answered").exists()
    assert "已答复" in client_as("clerk").get(f"/matters/{matter.dossier.number}/").content.decode()
    assert list(
        AuditEntry.objects.filter(kind__startswith="outside.").order_by("pk").values_list("kind", flat=True)
    ) == [
        "outside.invited",
        "outside.opened",
        "outside.answered",
        "outside.answered",
    ]


def test_the_same_answer_twice_is_one(cast: Cast, actor: Actors) -> None:
    link, firm = invited(with_phone(cast), actor("clerk")), Client()
    given = {"client_ref": "same", "text": "修好了。"}
    for _ in range(3):
        assert firm.post(door(link), given).status_code == 302
    assert OutsideAnswer.objects.count() == 1


def test_the_firm_sees_the_matter_masked_and_nothing_else(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast, place="6 栋，电话 19900005555")
    handling.note(matter, text="内部备注：此人常来", by=actor("clerk"), now=NOW)
    page = Client().get(door(invited(matter, actor("clerk")))).content.decode()
    for secret in (PHONE, "王小明", "19900007777", "19900005555", "内部备注", "林知夏"):
        assert secret not in page
    assert "6 栋楼道灯不亮" in page
    assert "请说明楼道灯何时修。" in page


def test_photos_are_shown_only_where_the_desk_lets_them(cast: Cast, actor: Actors) -> None:
    matter = filed(cast)
    Attachment.objects.create(
        dossier=matter.dossier, sha256="ab" * 32, path="none.jpg", media_type="image/jpeg", size=1, added_at=NOW
    )
    closed, shown = invited(matter, actor("clerk")), invited(matter, actor("clerk"), with_photos=True)
    assert "ab" * 32 not in Client().get(door(closed)).content.decode()
    assert Client().get(f"{door(closed)}photos/{'ab' * 32}/").status_code == 404
    assert "ab" * 32 in Client().get(door(shown)).content.decode()
    assert Client().get(f"{door(shown)}photos/{'ab' * 32}/").status_code == 410, "the file is gone, the door was open"


@pytest.mark.parametrize("change", ["shorter", "one_letter", "other_key", "empty", "longer"])
def test_a_forged_link_opens_nothing_and_says_so(cast: Cast, actor: Actors, change: str) -> None:
    link = invited(with_phone(cast), actor("clerk"))
    whole = outside.token(link)
    forged = {
        "shorter": whole[:-3],
        "one_letter": whole[:5] + ("A" if whole[5] != "A" else "B") + whole[6:],
        "other_key": signing.dumps([link.pk, int(link.until.timestamp())], salt=outside.SALT, key="other"),
        "empty": "x",
        "longer": signing.dumps([link.pk, int(link.until.timestamp()) + 86400], salt=outside.SALT),
    }[change]
    answer = Client().get(f"/outside/{forged}/")
    assert answer.status_code == 404
    assert "不完整，或者被改动过" in answer.content.decode()


def test_a_link_that_ended_says_when_and_takes_nothing(cast: Cast, actor: Actors) -> None:
    link = invited(with_phone(cast), actor("clerk"), days=-0.01)
    for answer in (Client().get(door(link)), Client().post(door(link), {"client_ref": "a", "text": "晚了"})):
        assert answer.status_code == 410
        assert "到期" in answer.content.decode()
    assert not OutsideAnswer.objects.exists()


def test_a_withdrawn_link_is_closed_at_once_with_the_old_page_still_open(
    cast: Cast, actor: Actors, client_as: ClientAs
) -> None:
    matter = with_phone(cast)
    link, firm = invited(matter, actor("clerk")), Client()
    page = firm.get(door(link)).content.decode()
    there = f"/matters/{matter.dossier.number}/outside/ending/"
    assert client_as("organiser").post(there, {"link": link.pk}).status_code == 403
    client_as("clerk").post(there, {"link": link.pk})
    late = firm.post(door(link), {"client_ref": ref(page), "text": "晚了"})
    assert late.status_code == 410
    assert "停用" in late.content.decode()
    with pytest.raises(Overtaken):
        outside.revoke(link, by=actor("clerk"), now=NOW)


def test_an_ended_matter_takes_no_more_answers(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    link = invited(matter, actor("clerk"))
    dispatch.dispatch(matter, unit=cast.units["urban"], by=actor("clerk"), now=NOW)
    dispatch.begin(matter, by=actor("handler"), now=NOW)
    handling.reply(matter, text="好", outcome=Outcome.SOLVED, by=actor("handler"), now=NOW)
    closing.close(matter, outcome=Outcome.SOLVED, by=actor("clerk"), now=NOW)
    assert "已经办结" in Client().get(door(link)).content.decode()


def test_tokens_cannot_be_tried_nor_answers_poured_in_without_end(cast: Cast, actor: Actors) -> None:
    link, firm = invited(with_phone(cast), actor("clerk")), Client()
    codes = [firm.post(door(link), {"client_ref": f"r{n}", "text": "又一次"}).status_code for n in range(21)]
    assert codes[-1] == 429
    assert OutsideAnswer.objects.count() == 20
    tried = [Client().get("/outside/wrong/").status_code for _ in range(61)]
    assert (tried[0], tried[-1]) == (404, 429)


def test_a_form_that_comes_back_keeps_words_and_photos(cast: Cast, actor: Actors) -> None:
    link, firm = invited(with_phone(cast), actor("clerk")), Client()
    wrong = firm.post(door(link), {"client_ref": "a", "text": "", "photos": photo()})
    assert wrong.status_code == 422
    held = wrong.context["form"].data["kept"]
    firm.post(door(link), {"client_ref": "a", "text": "修好了", "kept": held})
    assert Attachment.objects.count() == 1


def test_who_may_not_ask_and_too_many_links_are_refused(cast: Cast, actor: Actors) -> None:
    matter = with_phone(cast)
    with pytest.raises(NotAllowed):
        invited(matter, actor("worker"))
    for _ in range(5):
        invited(matter, actor("clerk"))
    with pytest.raises(Overtaken):
        invited(matter, actor("clerk"))


def test_the_firms_address_is_forgotten_ninety_days_after_the_link(cast: Cast, actor: Actors) -> None:
    link = invited(with_phone(cast), actor("clerk"))
    assert jobs.purge(NOW + timedelta(days=60)) == 0
    assert jobs.purge(NOW + timedelta(days=100)) == 1
    assert OutsideLink.objects.get(pk=link.pk).email is None
