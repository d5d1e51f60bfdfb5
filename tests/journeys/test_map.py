"""The map in a browser: opened by a button, walked by keyboard; where it cannot be drawn, the drawing stays."""

import re
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cast import PASSWORD
from tests.journeys.conftest import SIZES

pytestmark = pytest.mark.journey
GRID = "999902006001001"
WEBGL = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


def painting(browser: Browser, site: str, size: str, flags: list[str]) -> Iterator[Page]:
    """A page in a Chromium of its own; nothing in it may violate the policy."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    own = browser.browser_type.launch(executable_path=executable, args=["--no-sandbox", *flags])
    width, height = SIZES[size]
    context = own.new_context(
        base_url=site, viewport={"width": width, "height": height}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(f"Content Security Policy or worse: {error}"))
    yield page
    assert [each for each in said if "Content Security Policy" in each] == []
    own.close()


def opened(page: Page) -> Page:
    """The page of a grid with the map's button pressed."""
    page.goto(f"/g/{GRID}/")
    page.get_by_role("button", name="打开地图").click()
    return page


@pytest.fixture
def canvas_page(browser: Browser, site: str, size: str) -> Iterator[Page]:
    yield from painting(browser, site, size, WEBGL)


@pytest.fixture
def drawn(browser: Browser, site: str) -> Iterator[Page]:
    for page in painting(browser, site, "phone", WEBGL):
        yield opened(page)


@pytest.fixture
def undrawn(browser: Browser, site: str) -> Iterator[Page]:
    for page in painting(browser, site, "phone", ["--disable-3d-apis"]):
        yield opened(page)


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.fill("[name=identifier]", username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in/" not in url)


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


def test_one_map_is_walked_by_list_and_by_tap_and_its_address_keeps_place_and_layers(
    canvas_page: Page, axe: Callable[[Page], None]
) -> None:
    page = canvas_page
    sign_in(page, "dispatcher")
    page.goto("/map/?at=999902006001")
    expect(page.locator("x-map.opened canvas")).to_be_visible()
    page.get_by_label("岗位", exact=True).check()
    expect(page).to_have_url(re.compile("show=posts"))
    page.get_by_label("覆盖缺口", exact=True).check()
    expect(page).to_have_url(re.compile("show=posts&show=gaps"))
    axe(page)
    page.locator(".tree").get_by_role("link", name="第二网格").click()
    expect(page).to_have_url(re.compile("at=999902006001002&show=posts&show=gaps"))
    expect(page.locator(".panel h2").first).to_have_text("第二网格")
    page.locator("x-map canvas").focus()
    page.keyboard.press("Enter")  # what lies in the middle: the place the map has gone to
    expect(page.locator(".panel h2").first).to_have_text("第二网格")
    page.go_back()
    expect(page.locator(".panel h2").first).to_have_text("望海社区")
    expect(page.locator("x-map")).to_have_attribute("data-code", "999902006001")
    page.reload()
    expect(page.get_by_label("岗位", exact=True)).to_be_checked()
    expect(page.locator(".panel h2").first).to_have_text("望海社区")


SPOT = """() => {
  const map = document.querySelector("x-border").map, box = map.getCanvas().getBoundingClientRect();
  const [west, south, east, north] = document.querySelector("x-border").dataset.box.split(",").map(Number);
  const spot = map.project([(west + east) / 2, (south + north) / 2]);
  return [spot.x + box.x, spot.y + box.y];
}"""


def test_a_border_is_dragged_nudged_by_keys_undone_and_proposed(canvas_page: Page, axe: Callable[[Page], None]) -> None:
    page = canvas_page
    sign_in(page, "clerk")
    page.goto(f"/map/?at={GRID}")
    page.get_by_role("link", name="调整边界").click()
    expect(page.locator("x-border.opened canvas")).to_be_visible()
    expect(page.locator("x-border").get_by_role("button", name="打开地图")).to_be_hidden()
    axe(page)
    x, y = page.evaluate(SPOT)  # the middle of the border, where no point is: one is added and taken along
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=3)
    page.mouse.up()
    row = page.locator("tr", has_text="第一网格").locator("td").last
    expect(row).not_to_have_text("–")
    dragged = row.inner_text()
    page.locator("x-border canvas").focus()
    page.keyboard.press("Shift+ArrowDown")
    expect(row).not_to_have_text(dragged)
    page.get_by_role("button", name="撤销").click()
    expect(row).to_have_text(dragged)
    page.locator("x-border canvas").focus()
    page.keyboard.press("n")
    expect(page.locator("#border-status")).to_contain_text("第 1 个点，共 1 个")
    page.get_by_label("理由和依据").fill("沿新修的路")
    page.get_by_role("button", name="看看会动到什么").click()
    page.wait_for_url("**/grid/changes/*/")
    expect(page.locator("main")).to_contain_text("新的边界")
    expect(page.locator("tr", has_text="第一网格")).to_contain_text("→")
    page.go_back()
    expect(page.locator("tr", has_text="第一网格").locator("td").last).to_have_text(dragged)  # nothing is lost
    page.go_forward()
    page.get_by_role("button", name="撤回").click()
    page.wait_for_load_state()
