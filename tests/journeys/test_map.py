"""The map in a browser: opened by a button, walked by keyboard; where it cannot be drawn, the drawing stays."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.journey
GRID = "999902006001001"
WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


def opened(browser: Browser, site: str, flags: list[str]) -> Iterator[Page]:
    """The page of a grid in a Chromium of its own, with the map's button pressed; nothing may violate the policy."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    own = browser.browser_type.launch(executable_path=executable, args=["--no-sandbox", *flags])
    page = own.new_page(viewport={"width": 360, "height": 740}, locale="zh-CN")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}/g/{GRID}/")
    page.get_by_role("button", name="打开地图").click()
    yield page
    assert [each for each in said if "Content Security Policy" in each] == []
    own.close()


@pytest.fixture
def drawn(browser: Browser, site: str) -> Iterator[Page]:
    yield from opened(browser, site, WEBGL)


@pytest.fixture
def undrawn(browser: Browser, site: str) -> Iterator[Page]:
    yield from opened(browser, site, ["--disable-3d-apis"])


def test_the_map_takes_the_place_of_the_drawing_and_enter_names_what_lies_in_the_middle(
    drawn: Page, axe: Callable[[Page], None]
) -> None:
    expect(drawn.locator("x-map .still")).to_be_hidden()
    canvas = drawn.locator("x-map canvas")
    expect(canvas).to_be_focused()
    expect(canvas).to_have_attribute(
        "aria-label", "第一网格的范围。地图：方向键移动，加减键缩放，回车说出正中是哪里。下面的名单里有同样的地方。"
    )
    drawn.keyboard.press("Enter")
    named = drawn.locator("x-map [role=status] a")
    expect(named).to_have_text("第一网格")
    axe(drawn)
    named.click()
    expect(drawn).to_have_url(f"{drawn.url.split('/g/')[0]}/g/{GRID}/")


def test_a_device_that_cannot_draw_the_map_keeps_the_drawing_and_says_so(undrawn: Page) -> None:
    expect(undrawn.locator("x-map [role=status]")).to_contain_text("这台设备打不开地图")
    expect(undrawn.locator("x-map svg.outline")).to_be_visible()
    expect(undrawn.locator("x-map .moving")).to_be_hidden()
