"""一张图: the tree beside the map; what everybody sees, and what only those see whose posts reach there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from lastmeter.accounts.actors import Actor
from lastmeter.grid import tree
from lastmeter.grid.coverage import gaps
from lastmeter.grid.models import Level, Node, Post, Role, Tenure
from lastmeter.grid.onemap import standing
from tests.cast import FOUNDED, Cast

ClientAs = Callable[[str], Client]
TOWN, COMMUNITY, GRID = "999902006", "999902006001", "999902006001001"


def page(client: Client, address: str = "/map/", status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_everybody_walks_down_the_tree_and_sees_whom_to_call(cast: Cast) -> None:
    text = page(Client(), f"/map/?at={COMMUNITY}")
    for words in ("望海社区", f"?at={TOWN}", f'href="?at={GRID}"', "第二网格", "简思远", "19900000001"):
        assert words in text, words
    assert '<path class="area"' in text, "without scripts the drawing stands there"
    assert "data-layer" not in text, "layers are for staff"
    assert "没有缺口" not in text


def test_the_map_opens_at_the_largest_place_of_ones_posts_and_for_residents_at_their_own(
    cast: Cast, client_as: ClientAs
) -> None:
    assert f'data-code="{COMMUNITY}"' in page(client_as("clerk"))
    assert f'data-code="{TOWN}"' in page(client_as("dispatcher"))
    resident = Client()
    resident.get(f"/places/?pick={cast.nodes['grid'].pk}")
    assert f'data-code="{GRID}"' in page(resident)
    assert "石桥社区" in page(Client()), "the tree begins where it branches"


def test_a_vacant_post_is_in_the_list_and_in_the_panel_with_the_act_that_fills_it(
    cast: Cast, client_as: ClientAs
) -> None:
    post = Post.objects.create(role=Role.GRID_HEAD, node=cast.nodes["grid"])
    assert "空缺 1" in page(client_as("clerk"), f"/map/?at={COMMUNITY}")
    text = page(client_as("clerk"), f"/map/?at={GRID}&show=posts")
    assert f'href="/posts/{post.pk}/"' in text
    assert "安排人" in text
    assert '<path class="area vacant"' in text
    assert "安排人" not in page(client_as("other_clerk"), f"/map/?at={GRID}&show=posts")
    assert "空缺" not in page(client_as("other_clerk"), f"/map/?at={COMMUNITY}").split('id="place"')[1]


def test_a_term_that_ends_soon_is_said_before_it_ends(cast: Cast, client_as: ClientAs) -> None:
    grid, today = cast.nodes["grid"], timezone.localdate()
    Tenure.objects.filter(post__node=grid).update(until=today + timedelta(days=5))
    assert standing.of_nodes([grid.pk], today)[grid.pk].state == "expiring"
    assert "将到期 1" in page(client_as("clerk"), f"/map/?at={COMMUNITY}")
    assert "续任或换人" in page(client_as("clerk"), f"/map/?at={GRID}")


def test_gaps_are_counted_with_what_lies_below_and_each_comes_with_its_cure(cast: Cast, client_as: ClientAs) -> None:
    today = timezone.localdate()
    places = [cast.nodes[name].path for name in ("town", "community", "grid", "other_community", "last_grid")]
    actor = Actor.of(cast.users["dispatcher"])
    counted = gaps.counted(actor, places, today)
    for path in places:
        every = gaps.parts(actor, today, size=50, under=[path])
        assert counted[path] == sum(part.count for part in every)
    assert counted[cast.nodes["last_grid"].path] > 0, "nobody works there"
    text = page(client_as("dispatcher"), "/map/?at=999902006002002&show=gaps")
    assert '<circle class="gap"' in text
    assert 'href="/map/gaps/?at=999902006002002"' in text, "without scripts a link, with them the panel asks for it"
    text = page(client_as("dispatcher"), "/map/gaps/?at=999902006002002")
    assert f"/posts/new/?node={cast.nodes['last_grid'].pk}&amp;role=" in text
    page(client_as("clerk"), "/map/gaps/?at=999902006002002", 404)


def test_layers_of_the_address_stay_while_walking_and_strange_ones_are_left_out(
    cast: Cast, client_as: ClientAs
) -> None:
    text = page(client_as("clerk"), f"/map/?at={COMMUNITY}&show=posts&show=moon")
    assert f'href="?at={GRID}&amp;show=posts"' in text
    assert "amp;show=moon" not in text
    assert "amp;show=posts" not in page(Client(), f"/map/?at={COMMUNITY}&show=posts")


def test_places_are_found_by_name_initials_and_code(cast: Cast) -> None:
    for words in ("石桥", "sqsq", "999902006002"):
        text = page(Client(), f"/map/?q={words}")
        assert 'href="?at=999902006002"' in text, words
    assert "没有叫“月球”的地点" in page(Client(), "/map/?q=月球")


def test_an_ended_place_leads_on_and_an_unknown_one_does_not_exist(cast: Cast) -> None:
    Node.objects.filter(pk=cast.nodes["second_grid"].pk).update(valid_to=timezone.localdate())
    answer = Client().get("/map/?at=999902006001002")
    assert answer.status_code == 302
    page(Client(), "/map/?at=nowhere", 404)


def test_a_place_with_many_children_asks_no_more_than_one_with_few(
    cast: Cast, client_as: ClientAs, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    client = client_as("dispatcher")
    page(client, f"/map/?at={GRID}")
    seeds = [tree.Seed(cast.nodes["grid"], Level.MICRO, f"望海里{number}巷") for number in range(60)]
    tree.plant_all(seeds, today=FOUNDED)
    with django_assert_max_num_queries(46):
        page(client, f"/map/?at={GRID}")


def test_a_place_is_picked_on_the_map_too(cast: Cast) -> None:
    client = Client()
    text = page(client, f"/places/?in={cast.nodes['community'].pk}&next=/report/")
    assert '<path class="area"' in text
    assert 'data-picks="?next=%2Freport%2F&amp;code="' in text
    answer = client.get(f"/places/?code={GRID}&next=/report/")
    assert answer["Location"] == f"/report/?place={cast.nodes['grid'].pk}"
    page(client, "/places/?code=nowhere", 404)


def test_a_place_without_an_outline_is_shown_on_the_map_of_the_one_above(cast: Cast) -> None:
    text = page(Client(), f"/map/?at={cast.nodes['building'].key}")
    assert "湖畔小区 6 栋" in text
    assert "data-box" in text
    assert "莫阿婆" in text
