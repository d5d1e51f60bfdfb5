"""The demonstration as `bin/run` opens it: one click to be somebody, and each lands on a home with work on it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import ROOT, SIZES, wait_for

pytestmark = pytest.mark.journey
BUILD = """
import django; django.setup()
from django.core.management import call_command
from django.utils import timezone
from lastmeter.project.demo import building
building.build(timezone.now(), matters=120)
call_command("collectstatic", interactive=False, verbosity=0)
"""


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demonstration with a third of its world."""
    var = tmp_path_factory.mktemp("demo")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LASTMETER_")},
        "LASTMETER_VAR": str(var),
        "LASTMETER_BIND": bind,
        "LASTMETER_SITE_URL": f"http://{bind}",
        "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings",
    }
    subprocess.run([sys.executable, "-c", BUILD], env=environment, cwd=ROOT, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "lastmeter.project.cli", "serve", "--workers", "1"],
        env=environment | {"LASTMETER_DEMO": "1"},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://{bind}/livez", server)
        yield f"http://{bind}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_one_click_is_enough_to_be_any_of_them(
    browser: Browser, demonstration: str, size: str, axe: Callable[[Page], None]
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(base_url=demonstration, viewport={"width": width, "height": height}, locale="zh-CN")
    page = context.new_page()
    for person, home in (
        ("resident", "/"),
        ("worker", "/field/"),
        ("building_head", "/field/"),
        ("clerk", "/desk/"),
        ("dispatcher", "/desk/"),
        ("handler", "/desk/"),
        ("organiser", "/desk/"),
    ):
        page.goto("/demo/")
        axe(page)
        page.locator(f"form:has(input[value={person}]) button:not([name])").click()
        page.wait_for_url(f"**{home}")
        axe(page)
        for link in page.request.get("/demo/").text().split('<a href="')[1:]:
            assert page.request.get(link.split('"')[0].replace("&amp;", "&")).status in (200, 404)
    context.close()


def test_a_code_is_shown_on_the_screen_there_and_proves_the_phone(browser: Browser, demonstration: str) -> None:
    context = browser.new_context(base_url=demonstration, locale="zh-CN")
    page = context.new_page()
    page.goto("/report/?g=441702006008003")
    page.get_by_label("什么事").fill("三楼楼道灯一直不亮")
    page.get_by_label("手机").fill("19900009123")
    for _ in range(2):
        if "/phone/" not in page.url:
            page.get_by_role("button", name="上报", exact=True).click()
            page.wait_for_load_state()
    page.get_by_role("button", name="发送验证码").click()
    page.wait_for_load_state()
    code = page.locator("main b.num").inner_text()
    page.get_by_label("短信里的 6 位数字").fill(code)
    page.get_by_role("button", name="验证", exact=True).click()
    page.wait_for_url("**/report/*/")
    context.close()
