"""Catalogues in a browser: load a standard, find one of its 515 by two letters, let the duty list say who takes it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.test_from_doorstep_to_rating import report

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
Axe = Callable[[Page], None]


def pick(page: Page, typed: str, wanted: str) -> None:
    """Type into the picker of the open dialog until it offers what is wanted first, then Enter."""
    box = page.locator("dialog[open] .pick input")
    box.fill("")
    box.press_sequentially(typed)
    expect(page.locator("dialog[open] .pick li[aria-selected=true] b")).to_have_text(wanted)
    box.press("Enter")
    expect(box).not_to_have_attribute("aria-expanded", "true")


def test_two_letters_find_the_category_and_the_duty_list_names_the_unit(
    open_browser: Open, axe: Axe, size: str
) -> None:
    county = open_browser("organiser")
    county.goto("/catalogue/load/")
    axe(county)
    county.get_by_text("广东省 12345 热线诉求分类").click()
    county.wait_for_load_state()
    axe(county)
    if county.get_by_role("button", name="载入").count():  # the second size finds it loaded
        county.get_by_role("button", name="载入").click()
        expect(county.get_by_text("已载入。")).to_be_visible()
        axe(county)
    county.goto("/catalogue/schemes/db44t2479/")
    axe(county)

    street = open_browser("dispatcher")
    street.goto("/catalogue/duties/")
    street.locator("main").get_by_text("青螺街道").click()
    street.locator(".actions").get_by_role("link", name="写一条").click()
    axe(street)
    pick(street, "tqkk", "拖欠、克扣工资")
    street.locator("dialog[open] select[name=unit]").select_option(label="市场监管所")
    street.locator("dialog[open]").get_by_role("button", name="写入职责清单").click()
    expect(street.get_by_text("已写入职责清单。")).to_be_visible()
    axe(street)

    number, _code = report(open_browser(), f"奶茶店老板两个月没有发钱（{size}）")
    clerk = open_browser("clerk")
    clerk.goto(f"/matters/{number}/")
    clerk.locator(".actions").get_by_role("link", name="分派").click()
    pick(clerk, "工资", "拖欠、克扣工资")
    expect(clerk.locator("dialog[open]").get_by_text("由市场监管所主办")).to_be_visible()
    axe(clerk)
    expect(clerk.locator("dialog[open] label:has(input[name=to]:checked)")).to_contain_text("市场监管所")
    clerk.locator("dialog[open] .acts button").click()
    expect(clerk.locator("main").get_by_text("市场监管所").first).to_be_visible()


def test_a_list_is_drafted_and_approved_and_a_dispatch_against_it_is_stopped(
    open_browser: Open, axe: Axe, size: str
) -> None:
    county = open_browser("organiser")
    county.goto("/catalogue/lists/")
    axe(county)
    county.locator("select[name=node]").select_option(label="青螺街道")
    county.get_by_role("button", name="起草").click()
    county.wait_for_load_state()
    axe(county)
    county.locator(".actions").get_by_role("link", name="登记批准").click()
    county.locator("dialog[open]").get_by_label("批准机关").fill("海陵区准入会议")
    since = date.today() - timedelta(days=30 if size == "phone" else 10)  # noqa: DTZ011 - any day that has passed
    county.locator("dialog[open] input[name=valid_from]").fill(since.isoformat())
    axe(county)
    county.locator("dialog[open]").get_by_role("button", name="登记批准").click()
    expect(county.get_by_text("已登记批准")).to_be_visible()
    axe(county)

    public = open_browser()
    public.goto("/items/?at=999902006001001")
    expect(public.get_by_text("海陵区准入会议")).to_be_visible()
    axe(public)

    number, _code = report(open_browser(), f"门口的路塌了一块（{size}）")
    street = open_browser("dispatcher")
    street.goto(f"/matters/{number}/")
    street.locator(".actions").get_by_role("link", name="分派").click()
    pick(street, "dlps", "道路破损")
    street.locator("dialog[open] label").filter(has_text="周小满").click()
    street.locator("dialog[open] .acts button").click()
    expect(street.locator("dialog[open] .error").first).to_contain_text("不能由社区主办")
    axe(street)

    county.locator("main").get_by_role("link", name="废止").click()
    county.locator("dialog[open]").get_by_role("button", name="废止").click()
    expect(county.get_by_text("已废止。")).to_be_visible()
