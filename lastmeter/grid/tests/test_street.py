"""The shipped divisions and the invented street."""

from datetime import date

import pytest
import shapely
from django.utils import timezone

from lastmeter.accounts.models import User
from lastmeter.grid import divisions, locate, street, tree
from lastmeter.grid.models import Level, Node, PartyOrganisation, Post, Shape

TODAY = timezone.localdate()


@pytest.fixture
def chengdong(db: None) -> street.Street:
    divisions.load_yangjiang(today=date(2024, 1, 1))
    return street.load_street(today=TODAY)


def test_yangjiang_has_its_real_divisions_and_loading_twice_changes_nothing(db: None) -> None:
    city = divisions.load_yangjiang(today=TODAY)
    assert divisions.load_yangjiang(today=TODAY) == city
    below = Node.objects.below(city.path)
    assert [below.filter(level=level).count() for level in (3, 4, 5)] == [4, 63, 878]
    lake = tree.resolve_code("441702006008")
    assert lake is not None
    assert lake.name == "鸳鸯湖社区"


def test_the_street_has_48_grids_in_its_real_communities_with_somebody_in_every_post(chengdong: street.Street) -> None:
    below = Node.objects.below(chengdong.town.path)
    assert below.filter(level=Level.GRID).count() == 48
    assert not below.filter(level__gte=Level.GRID, invented=False).exists()
    assert not Post.objects.filter(node__in=below, tenures=None).exists()
    assert PartyOrganisation.objects.filter(node__in=below).count() == below.count()
    assert below.filter(level=Level.GRID, households__range=(150, 500)).count() == 48


def test_every_invented_phone_is_in_the_fictional_range(chengdong: street.Street) -> None:
    phones = {user.phone for user in User.objects.all() if user.phone} | set(
        Post.objects.filter(node__in=Node.objects.below(chengdong.town.path)).values_list("public_phone", flat=True)
    )
    assert all("19900000000" <= phone <= "19900009999" for phone in phones)


def test_the_grids_cover_the_street_without_gap_or_overlap(chengdong: street.Street) -> None:
    shapes = Shape.objects.filter(node__path__startswith=chengdong.town.path)
    micros = [shapely.from_wkb(bytes(each.wkb)) for each in shapes.filter(node__level=Level.MICRO)]
    town = shapely.from_wkb(bytes(shapes.get(node=chengdong.town).wkb))
    assert all(shapely.is_valid(micros))
    assert sum(each.area for each in micros) == pytest.approx(town.area, rel=1e-9)
    assert locate.current().problems == []


def test_the_plate_of_a_grid_and_a_point_inside_it_lead_to_the_same_place(chengdong: street.Street) -> None:
    shape = shapely.from_wkb(bytes(Shape.objects.get(node=chengdong.grid).wkb))
    point = shape.representative_point()
    found = locate.current().locate(point.x, point.y)
    assert found is not None
    assert Node.objects.get(pk=found).path.startswith(chengdong.plate.node.path)
