"""A mistake in a setting stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from lastmeter.project import environment


@pytest.mark.parametrize("address", ["http://x/{z}/{x}/{y}", "https://x/{z}/{x}", "tiles"])
def test_a_base_map_that_is_no_template_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("LASTMETER_BASEMAP", address)
    with pytest.raises(ImproperlyConfigured, match="LASTMETER_BASEMAP"):
        environment.tiles("LASTMETER_BASEMAP")


def test_without_a_base_map_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LASTMETER_BASEMAP", raising=False)
    assert environment.tiles("LASTMETER_BASEMAP") == ""
