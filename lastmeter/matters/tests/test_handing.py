"""A post's open matters go to the successor; matters nobody carries on are listed and recalled; acts name the post."""

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.accounts.models import User
from lastmeter.dossiers.models import Event
from lastmeter.grid.models import Handover, Post, Role, Tenure
from lastmeter.grid.tests.test_posts import tenure_of
from lastmeter.matters import dispatch, intake, story
from lastmeter.matters.models import Matter, Source
from lastmeter.notices.models import Notice
from tests.cast import Cast

ClientAs = Callable[[str], Client]


def body(client: Client, there: str = "/coverage/") -> str:
    return client.get(there).content.decode()


def a_matter(cast: Cast, username: str, by: Actor, ref: str = "h") -> Matter:
    report = intake.Report(text="6 栋楼道灯不亮", source=Source.WEB, client_ref=ref, node_id=cast.nodes["grid"].pk)
    now = timezone.now()
    [taken] = intake.take_in([report], by=Actor.visitor("b"), client="b", now=now)
    assert isinstance(taken, intake.Taken)
    matter = Matter.objects.select_related("dossier").get(pk=taken.dossier_id)
    dispatch.dispatch(matter, user=cast.users[username], by=by, now=now)
    return matter


def test_handing_over_lists_the_open_work_before_and_after_and_moves_it(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    matter = a_matter(cast, "worker", actor("clerk"))
    tenure = tenure_of(cast, "worker")
    there = f"/posts/{tenure.post_id}/handover/"
    client = client_as("clerk")
    assert "6 栋楼道灯不亮" in client.get(there).content.decode()
    successor = cast.users["resident"]
    answer = client.post(there, {"name": successor.name, "phone": successor.phone}, follow=True)
    assert "6 栋楼道灯不亮" in answer.content.decode()
    matter.refresh_from_db()
    assert matter.handler == successor
    assert Event.objects.filter(dossier=matter.dossier, kind="matter.handed_over").count() == 1
    assert Notice.objects.filter(user=successor, kind="matter.handed_over").exists()
    assert Notice.objects.filter(user=successor, kind="post.handed_over").exists()
    assert not User.objects.get(username="worker").is_active
    new = client_as("resident")
    assert new.get(f"/matters/{matter.dossier.number}/").status_code == 200
    assert new.get(f"/posts/handovers/{Handover.objects.get().pk}/").status_code == 200
    assert client_as("other_clerk").get(f"/posts/handovers/{Handover.objects.get().pk}/").status_code == 404


def test_work_of_another_post_of_the_same_person_stays(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    matter = a_matter(cast, "worker", actor("clerk"))
    second = Post.objects.create(role=Role.GRID_WORKER, node=cast.nodes["second_grid"])
    Tenure.objects.create(post=second, user=cast.users["worker"], since=timezone.localdate())
    successor = cast.users["resident"]
    client_as("clerk").post(f"/posts/{second.pk}/handover/", {"name": successor.name, "phone": successor.phone})
    matter.refresh_from_db()
    assert matter.handler == cast.users["worker"]
    assert User.objects.get(username="worker").is_active


def test_a_matter_of_somebody_without_any_post_has_no_owner(
    cast: Cast, client_as: ClientAs, actor: Callable[[str], Actor]
) -> None:
    matter = a_matter(cast, "worker", actor("clerk"))
    there = f"/matters/{matter.dossier.number}/"
    client = client_as("clerk")
    assert there not in body(client)
    Tenure.objects.filter(user=cast.users["worker"]).update(until=timezone.localdate())
    assert there in body(client)
    assert client.post(f"{there}recall/", {"reason": "经办人已离任"}).status_code == 302
    assert there not in body(client)


def test_the_timeline_says_for_which_post_somebody_acted(cast: Cast) -> None:
    own = Post.objects.get(tenures__user=cast.users["clerk"], node=cast.nodes["community"])
    matter = a_matter(cast, "worker", Actor.of(cast.users["clerk"], as_post=own.pk))
    event = Event.objects.get(dossier=matter.dossier, kind="matter.dispatched")
    assert event.by_post_id == own.pk
    assert "社区工作人员 林知夏" in [line.who for line in story.for_staff(matter.pk)]
