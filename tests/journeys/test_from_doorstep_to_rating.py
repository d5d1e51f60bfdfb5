"""The main job in a browser, on a phone and at a desk: report → screen → dispatch → handle → close → rate."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
Axe = Callable[[Page], None]
GRID = "999902006001001"


def report(page: Page, text: str, axe: Axe | None = None) -> tuple[str, str]:
    """Report from the plate's page; returns number and tracking code. One field typed."""
    page.goto(f"/g/{GRID}/")
    page.get_by_role("link", name="有事您说").first.click()
    if axe:
        axe(page)
    page.get_by_label("什么事").fill(text)
    submit = page.get_by_role("button", name="上报", exact=True)
    submit.click()
    page.wait_for_load_state()
    while re.sub(r"https?://[^/]+", "", page.url).split("?")[0] == "/report/":
        submit.click()  # danger words or similar matters were shown once
        page.wait_for_load_state()
    if axe:
        axe(page)
    number, code = page.locator(".codes .big").all_inner_texts()
    return number.replace("-", ""), code


def do(page: Page, words: str, fill: dict[str, str] | None = None) -> None:
    """Press an act's button; in its dialog fill what is asked and send."""
    acts, name = page.locator(".actions, .others"), re.compile(f"^{words}")
    pressed = acts.get_by_role("button", name=name).or_(acts.get_by_role("link", name=name)).first
    asks = pressed.evaluate("element => element.tagName") == "A"
    pressed.click()
    if asks:  # its form stands on the page, or is fetched now
        dialog = page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        for label, value in (fill or {}).items():
            dialog.get_by_label(label).fill(value)
        dialog.get_by_role("button", name=re.compile(f"^{words}")).click()
    page.wait_for_load_state()


def test_a_report_is_screened_dispatched_handled_closed_and_rated(open_browser: Open, axe: Axe, size: str) -> None:
    resident = open_browser()
    number, code = report(resident, f"楼下夜市凌晨放音响（{size}）", axe)

    clerk = open_browser("clerk")
    clerk.goto("/queue/")
    axe(clerk)
    clerk.get_by_text(f"楼下夜市凌晨放音响（{size}）").first.click()
    clerk.wait_for_url(re.compile(number))
    axe(clerk)
    do(clerk, "只受理")
    clerk.goto(f"/matters/{number}/")
    do(clerk, "分派")

    handler = open_browser("handler")
    handler.goto(f"/matters/{number}/")
    do(handler, "签收")
    handler.goto(f"/matters/{number}/")
    do(handler, "开始办理")
    handler.goto(f"/matters/{number}/")
    do(handler, "答复", {"答复": "已责令店家 22 点后停用音响。"})

    clerk.goto(f"/matters/{number}/")
    do(clerk, "办结")
    clerk.goto(f"/matters/{number}/")
    axe(clerk)

    # On another phone, with number and code.
    other = open_browser()
    other.goto("/m/")
    axe(other)
    other.get_by_label("编号").fill(number.lower())
    other.get_by_label("查询码").fill(code.lower())
    other.get_by_role("button", name="查看").click()
    expect(other.get_by_text("已责令店家 22 点后停用音响。").first).to_be_visible()
    axe(other)
    other.get_by_label("满意", exact=True).check()
    other.get_by_label("解决了", exact=True).check()
    other.get_by_role("button", name="提交评价").click()
    expect(other.get_by_text("谢谢您的评价。")).to_be_visible()
    axe(other)


def test_it_all_works_without_javascript(open_browser: Open) -> None:
    resident = open_browser(javascript=False)
    number, _code = report(resident, "楼道灯不亮，三楼")
    resident.get_by_role("link", name="看进度").click()
    expect(resident.get_by_text("楼道灯不亮，三楼").first).to_be_visible()
    assert number in resident.url


def test_who_is_mine_is_one_scan_away_without_signing_in(open_browser: Open, axe: Axe) -> None:
    page = open_browser()
    page.goto(f"/g/{GRID}/")
    expect(page.get_by_text("周小满").first).to_be_visible()
    assert page.locator("a[href^='tel:']").count() > 0
    axe(page)


def test_a_draft_survives_a_reload_and_is_gone_after_sending(open_browser: Open) -> None:
    page = open_browser()
    page.goto(f"/report/?g={GRID}")
    page.get_by_label("什么事").fill("写到一半手机没电了")
    page.reload()
    expect(page.get_by_label("什么事")).to_have_value("写到一半手机没电了")
    report(page, "写完整了：井盖松动")
    page.goto("/report/")
    expect(page.get_by_label("什么事")).to_have_value("")


@pytest.mark.parametrize("large", [0, 4])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_public_pages_hold_in_large_print_and_english(
    open_browser: Open, axe: Axe, large: int, language: str, size: str
) -> None:
    page = open_browser()
    page.goto(f"/language/?to={language}&next=/")
    if large:
        page.goto(f"/large-print/?level={large}&next=/")
    for path in ("/", f"/g/{GRID}/", "/report/", "/m/", "/places/", "/about/", "/privacy/", "/sign-in/"):
        page.goto(path)
        axe(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} scrolls sideways by {wide}px in {language}, size {size}"


def test_a_worker_settles_on_the_spot_in_three_taps(open_browser: Open, axe: Axe, size: str) -> None:
    page = open_browser("worker")
    page.goto("/today/")
    axe(page)
    taps = 0

    def tap(name: str) -> None:
        nonlocal taps
        taps += 1
        page.get_by_text(name, exact=True).first.click()
        page.wait_for_load_state()

    tap("就地办结")
    axe(page)
    tap("垃圾清运")
    tap("就地办结")
    expect(page.get_by_text(re.compile("已就地办结，编号"))).to_be_visible()
    assert taps == 3


def test_a_worker_sends_up_with_one_field(open_browser: Open) -> None:
    page = open_browser("worker")
    page.goto("/found/")
    page.get_by_text("消防隐患", exact=True).click()
    page.get_by_label("说一句").fill("三楼飞线充电，劝了不听")
    page.get_by_role("button", name="上报社区").click()
    expect(page.get_by_text(re.compile("已报社区，编号"))).to_be_visible()


def test_a_clerk_dispatches_by_keyboard_alone_in_six_keys(open_browser: Open, size: str) -> None:
    if size == "phone":
        return  # a desk has the keyboard
    number, _code = report(open_browser(), "东门路口交通灯常红，早晚堵成一片")
    clerk = open_browser("clerk")
    clerk.goto("/queue/?q=" + "交通灯常红")
    keys = 0
    for key in ("j", "Enter"):
        clerk.keyboard.press(key)
        keys += 1
    clerk.wait_for_url(re.compile(number))
    clerk.wait_for_load_state()
    expect(clerk.locator(".actions").get_by_text("分派")).to_be_visible()
    clerk.keyboard.press("d")
    expect(clerk.locator("dialog[open]")).to_be_visible()
    clerk.keyboard.press("Enter")
    keys += 2
    expect(clerk.get_by_text("已分派").first).to_be_visible()
    assert keys <= 6


def test_on_a_phone_the_list_gives_way_to_the_matter_that_was_opened(open_browser: Open, size: str) -> None:
    number, _code = report(open_browser(), f"{size}西门垃圾桶倒了没人扶")
    clerk = open_browser("clerk")
    clerk.goto("/queue/?q=" + "垃圾桶倒了")
    clerk.locator(f".work-list a.cell[href*='{number}']").click()
    clerk.wait_for_url(re.compile(number))
    expect(clerk.get_by_role("heading", level=1).first).to_be_in_viewport()
    expect(clerk.locator(".work-list")).to_be_visible(visible=size != "phone")
    clerk.go_back()
    expect(clerk.locator(".work-list")).to_be_visible()
