"""吹哨报到 in a browser: three units in seven taps and one sentence; on the phone a cadre is in and out with two."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.test_from_doorstep_to_rating import report

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
Axe = Callable[[Page], None]


class Thumb:
    """Taps, and how many there were."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, what: Locator) -> None:
        what.click()
        self.taps += 1


def test_a_street_whistles_up_units_and_their_people_are_in_and_out_with_two_taps(
    open_browser: Open, axe: Axe, size: str
) -> None:
    number, _code = report(open_browser(), f"夜市油烟熏到三楼，说了几次没有用（{size}）")
    blower, thumb = open_browser("secretary"), Thumb()
    blower.goto(f"/matters/{number}/")
    thumb.tap(blower.get_by_role("link", name="吹哨", exact=True).first)
    dialog = blower.locator("#act-whistle")
    expect(dialog.get_by_text("已经做过什么")).to_be_visible()
    axe(blower)
    thumb.tap(dialog.get_by_text("上门劝说过"))
    for unit in ("城管执法队", "市场监管所"):
        thumb.tap(dialog.get_by_text(unit))
    dialog.get_by_label("请他们来做什么").fill("一起到现场看油烟净化器")
    thumb.tap(dialog.get_by_role("button", name="吹哨"))
    expect(blower.get_by_text("已吹哨。")).to_be_visible()
    assert thumb.taps + 1 <= 7, "a third unit is one tap more"

    street = open_browser("dispatcher")
    street.goto("/whistles/")
    axe(street)
    street.locator(".whistles a.t, .whistles a", has_text=f"（{size}）").first.click()
    axe(street)
    street.wait_for_load_state()
    street.locator(".actions").get_by_role("link", name="分哨", exact=True).click()
    axe(street)
    street.locator("dialog[open]").get_by_role("button", name="分哨").click()
    expect(street.get_by_text("已分哨")).to_be_visible()

    cadre, thumb = open_browser("handler"), Thumb()
    cadre.goto("/field/")
    axe(cadre)
    mine = cadre.locator(".whistles > *", has_text=f"（{size}）")
    thumb.tap(mine.get_by_role("button", name="到场签到"))
    expect(cadre.get_by_text("已到场签到。")).to_be_visible()
    mine = cadre.locator(".whistles > *", has_text=f"（{size}）")
    thumb.tap(mine.get_by_role("button", name="离场签退"))
    expect(cadre.get_by_text("已离场签退。")).to_be_visible()
    assert thumb.taps == 2
    for address in ("/whistles/ledger/", "/volunteering/"):
        cadre.goto(address)
        axe(cadre)
