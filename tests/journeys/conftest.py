"""A server of our own, a Chromium, and two sizes of screen."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.cast import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "var" / "journeys"
SIZES = {"phone": (360, 740), "desk": (1366, 768)}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running installation with the cast's town in it."""
    var = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("LASTMETER_")},
        "LASTMETER_VAR": str(var),
        "LASTMETER_BIND": f"127.0.0.1:{port}",
        "LASTMETER_SITE_URL": address,
        "LASTMETER_OWNER": "螺洲市网格中心",
        "LASTMETER_OWNER_CONTACT": "0662-0000000",
        "DJANGO_SETTINGS_MODULE": "lastmeter.project.settings",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-m", "tests.journeys.seed"], env=environment, cwd=ROOT, check=True)
    log = (var / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "lastmeter.project.cli", "serve", "--workers", "1"],
        env=environment,
        cwd=ROOT,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(f"{address}/livez", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
        log.close()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server answers; a server that has died is not waited for."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2)  # noqa: S310 - our own server
            return
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None:
                raise RuntimeError("the server stopped while starting") from None
            time.sleep(0.1)  # between two looks at a starting process, not in a test
    raise RuntimeError("the server does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """Each journey is made on a phone and at a desk."""
    name: str = request.param
    return name


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether a journey failed, for the pictures of its last pages."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture
def open_browser(
    browser: Browser, site: str, size: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """A new person's browser, signed in when a name of the cast is given. A failed journey leaves its last pages."""
    contexts = []

    def opened(username: str = "", *, javascript: bool = True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=site,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=size == "phone",
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(8000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error on {page.url}: {error}"))
        if username:
            page.goto("/sign-in/")
            page.fill("[name=identifier]", username)
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    yield opened
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False):
            PICTURES.mkdir(parents=True, exist_ok=True)
            context.pages[0].screenshot(path=PICTURES / f"{request.node.name}-{number}.png", full_page=True)
        context.close()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails with what axe-core finds on the page."""
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page) -> None:
        page.evaluate(source)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
        problems = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
        assert not problems, f"{page.url}\n" + "\n".join(problems)

    return check
