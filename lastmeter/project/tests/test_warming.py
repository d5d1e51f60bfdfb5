"""What a web process does before its first request."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lastmeter.grid import locate
from lastmeter.project import warming
from tests.cast import Cast, middle


def test_a_warm_process_has_todays_polygons_in_hand(cast: Cast) -> None:
    warming.warm()
    with CaptureQueriesContext(connection) as queries:
        assert locate.current().locate(*middle(0, 0)) == cast.nodes["grid"].pk
    assert len(queries) <= 1, "at most the one row that says whether the tree has changed"


def test_a_place_is_found_while_the_raster_is_still_being_drawn(cast: Cast) -> None:
    locate.Built.made_from = None
    lon, lat = middle(0, 0)
    answer = Client().post(reverse("places-here"), {"lon": lon, "lat": lat})
    assert answer.status_code == 302
    assert answer["Location"] == "/g/999902006001001/"
