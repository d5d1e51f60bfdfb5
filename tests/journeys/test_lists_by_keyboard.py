"""The work list without a mouse: to the list, through it, several picked, and what a bulk act would do."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.test_from_doorstep_to_rating import Open, report

pytestmark = pytest.mark.journey


def test_several_matters_are_urged_by_keyboard_alone(open_browser: Open, size: str) -> None:
    if size == "phone":
        return  # a desk has the keyboard
    for at in ("东", "西"):
        report(open_browser(), f"{at}塘堤边护栏断了两截，孩子放学走那里")
    clerk = open_browser("clerk")
    clerk.goto("/queue/table/?q=护栏断了")
    for key in ("j", "x", "j", "x"):
        clerk.keyboard.press(key)
    expect(clerk.locator("input[name=pick]:checked")).to_have_count(2)
    clerk.keyboard.press("a")
    expect(clerk.locator("select[name=act]")).to_be_focused()
    clerk.keyboard.press("Tab")
    clerk.keyboard.press("b")
    clerk.wait_for_url(re.compile("/bulk/"))
    expect(clerk.locator(".stats")).to_contain_text("2")
    expect(clerk.get_by_role("heading", level=1)).to_contain_text("批量")


def test_the_first_link_leads_to_the_list(open_browser: Open, size: str) -> None:
    if size == "phone":
        return
    report(open_browser(), "南门水表井没有盖，晚上看不见")
    clerk = open_browser("clerk")
    clerk.goto("/queue/?q=水表井")
    clerk.keyboard.press("Tab")
    expect(clerk.locator(":focus")).to_have_text("跳到清单")
    clerk.keyboard.press("Enter")
    for _ in range(30):
        clerk.keyboard.press("Tab")
        if clerk.locator(".aside a.cell:focus").count():
            break
    else:
        raise AssertionError("the rows of the list are not reached from it")
    clerk.keyboard.press("Enter")
    expect(clerk.get_by_role("heading", level=1).first).to_contain_text("水表井")
