"""Painting a proposal of grids: with a grid as the brush a tap on a cell beside it gives the cell away, and back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey
Open = Callable[..., Page]


def proposal(page: Page) -> Page:
    page.goto("/grid/proposals/")
    page.get_by_role("link", name="石桥社区").first.click()
    page.wait_for_url("**/grid/proposals/*/")
    return page


def homes(page: Page, grid: str) -> str:
    """The households that the brush of that grid says it has."""
    return page.locator(".brushes label", has_text=grid).locator(".small").inner_text()


def test_a_cell_is_painted_refused_where_it_is_apart_and_given_back(
    open_browser: Open, axe: Callable[[Page], None]
) -> None:
    page = proposal(open_browser("dispatcher"))
    axe(page)
    status = page.locator("x-paint [role=status]")
    expect(page.locator("a[data-can]")).to_have_count(0)
    page.locator(".brushes label", has_text="第三网格").click()
    expect(page.locator("a[data-can]")).to_have_count(2)
    assert homes(page, "第三网格") == "100 户"
    page.locator("svg.proposal a", has=page.locator("title", has_text="石桥13巷")).click()
    expect(status).to_contain_text("不相邻")
    page.locator("a[data-can]").first.click()
    expect(status).to_contain_text("划给“第三网格”")
    expect(page.locator(".brushes label", has_text="第三网格").locator("input")).to_be_checked()
    assert homes(page, "第三网格") == "125 户"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out sideways"
    axe(page)
    page.get_by_role("button", name="撤销这一步").click()
    expect(page.get_by_role("button", name="撤销这一步")).to_have_count(0)
    assert homes(page, "第三网格") == "100 户"


def test_the_brush_is_taken_and_a_cell_given_by_the_keyboard_alone(open_browser: Open) -> None:
    page = proposal(open_browser("dispatcher"))
    page.locator(".brushes [type=radio]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".brushes [type=radio]").nth(1)).to_be_checked()
    page.locator("a[data-can]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("x-paint [role=status]")).to_contain_text("划给")
    page.get_by_role("button", name="撤销这一步").click()
    expect(page.get_by_role("button", name="撤销这一步")).to_have_count(0)


def test_without_scripts_a_cell_is_a_link_to_the_grids_beside_it(open_browser: Open) -> None:
    page = proposal(open_browser("dispatcher", javascript=False))
    expect(page.locator(".brushes")).to_be_hidden()
    page.locator("svg.proposal a", has=page.locator("title", has_text="石桥10巷")).click()
    page.get_by_role("button", name="划给").click()
    expect(page.locator("x-paint [role=status]")).to_contain_text("已把“石桥10巷”划给“第三网格”")
    page.get_by_role("button", name="撤销这一步").click()
    expect(page.get_by_role("button", name="撤销这一步")).to_have_count(0)
