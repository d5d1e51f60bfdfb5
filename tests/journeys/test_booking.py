"""订场地 and 活动 in a browser: a room in four taps and one word, given back; the next in line moves up; the door."""

import hmac
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.test_whistle import Thumb

pytestmark = pytest.mark.journey
Open = Callable[..., Page]
Axe = Callable[[Page], None]


def test_a_resident_books_a_room_in_four_taps_and_gives_it_back(open_browser: Open, axe: Axe, size: str) -> None:
    page, thumb = open_browser("resident"), Thumb()
    page.goto("/venues/?all")
    axe(page)
    thumb.tap(page.get_by_role("link", name="望海党群服务中心"))
    axe(page)
    thumb.tap(page.get_by_role("link", name="阅览室"))
    axe(page)
    thumb.tap(page.locator(".slots a").last)
    axe(page)
    page.get_by_label("用来做什么").fill(f"读书会（{size}）")
    thumb.tap(page.get_by_role("button", name="订", exact=True))
    expect(page.get_by_text("订好了。用不上请提前取消，让给别人。")).to_be_visible()
    axe(page)
    assert thumb.taps == 4
    page.goto("/")
    axe(page)
    page.get_by_role("link", name=f"读书会（{size}）").click()
    page.get_by_role("button", name="取消预约").click()
    expect(page.get_by_text("已取消，房间让给别人。")).to_be_visible()


def test_a_room_is_booked_with_the_keyboard_alone(open_browser: Open, size: str) -> None:
    page = open_browser("resident")
    page.goto("/venues/?all")
    for name in ("望海党群服务中心", "阅览室"):
        page.get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.locator(".slots a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/booking/**")
    tab_to(page, "purpose")
    page.keyboard.type(f"下棋（{size}）")
    page.keyboard.press("Enter")
    expect(page.get_by_text("订好了。用不上请提前取消，让给别人。")).to_be_visible()
    page.get_by_role("button", name="取消预约").click()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field of that name has the focus."""
    for _step in range(40):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name}")


def test_who_cancels_an_activity_makes_room_for_the_next_in_line(open_browser: Open, axe: Axe, size: str) -> None:
    desk, title = open_browser("clerk"), f"亲子烘焙（{size}）"
    hold(desk, title, 3 if size == "phone" else 4)
    first, second = open_browser("resident"), open_browser("worker")
    for person, button, said in ((first, "我要报名", "报上了。"), (second, "满了，替我排队", "已替您排队；")):
        thumb = Thumb()
        person.goto("/activities/?all")
        axe(person)
        thumb.tap(person.get_by_role("link", name=title))
        axe(person)
        thumb.tap(person.get_by_role("button", name=button))
        expect(person.get_by_text(said)).to_be_visible()
        axe(person)
        assert thumb.taps == 2
    first.get_by_role("button", name="来不了，取消").click()
    expect(first.get_by_text("已取消，名额让给下一位。")).to_be_visible()
    second.reload()
    expect(second.get_by_text("有名额了，请确认")).to_be_visible()
    second.get_by_role("button", name="我去").click()
    expect(second.get_by_text("说好了，到时候见。")).to_be_visible()
    second.get_by_role("button", name="来不了，取消").click()


def hold(desk: Page, title: str, days: int) -> None:
    """The desk holds something with a single seat, that many days from now."""
    desk.goto("/activities/new/")
    desk.get_by_label("活动名称").fill(title)
    desk.locator("select[name=node]").select_option(label="望海社区")
    desk.get_by_label("具体地点").fill("二楼")
    desk.locator("[name=day]").fill(f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}")
    desk.locator("[name=opens]").fill("15:00")
    desk.locator("[name=closes]").fill("16:00")
    desk.locator("[name=capacity]").fill("1")
    desk.get_by_role("button", name="公布").click()
    expect(desk.get_by_text("已公布，居民现在就能报名。")).to_be_visible()


def test_the_door_checks_codes_without_a_network_and_hands_them_in_later(open_browser: Open, size: str) -> None:
    desk = open_browser("clerk")
    desk.goto("/activities/desk/")
    desk.get_by_role("link", name=f"开着门的（{size}）").click()
    code, said = desk.locator("#code"), desk.locator("#said")
    code.fill("LM.1.1.1.0000000000000000")
    code.press("Enter")
    expect(said).to_have_text("不是这次活动的入场码")
    guest = code_of(desk)
    desk.context.set_offline(True)
    code.fill(guest)
    code.press("Enter")
    expect(said).to_contain_text("没有网，记下了")
    desk.context.set_offline(False)
    expect(said).to_have_text("1 位，欢迎。")
    code.fill(guest)
    code.press("Enter")
    expect(said).to_have_text("这个码已经扫过")


def code_of(desk: Page) -> str:
    """The code of the first of the list, as the phone of that person shows it."""
    door = desk.locator("#door")
    key, occasion = door.get_attribute("data-key") or "", int(door.get_attribute("data-occasion") or 0)
    said = f"LM.{occasion}.{desk.locator('[name=signup]').first.get_attribute('value')}.1"
    return f"{said}.{hmac.digest(bytes.fromhex(key), said.encode(), 'sha256').hex()[:16]}"
