"""The pages of the web package through the front door."""

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.test.html import parse_html

from lastmeter.web import cookies, middleware
from lastmeter.web.shells import SHELLS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("size", [0, 1, 4])
def test_the_styleguide_shows_every_component(client: Client, shell: str, language: str, size: int) -> None:
    page = client.get(f"/styleguide/?shell={shell}&to={language}&print={size}").content.decode()
    parse_html(page)
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in page
    assert (f'data-large-print="{size}"' in page) is bool(size)
    for mark in (
        "chip bad",
        "x-photo",
        "x-place",
        'class="tl"',
        "<dialog",
        'class="steps"',
        "picker",
        "rating",
        "alert bad",
    ):
        assert mark in page
    assert "style=" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("path", ["/", "/field/", "/desk/", "/about/", "/privacy/", "/large-print/", "/no-such-page/"])
def test_every_page_carries_the_promises(client: Client, path: str) -> None:
    page = client.get(path, headers={"accept-language": "zh-CN"}).content.decode()
    for words in ("投诉建议", "English", "长辈版", "/about/", "跳到正文"):
        assert words in page
    assert page.count("<h1>") == 1


def test_the_last_home_visited_is_the_frame_of_the_next_page(client: Client) -> None:
    client.get("/desk/")
    assert "desk.css" in client.get("/about/").content.decode()
    client.get("/")
    assert "resident.css" in client.get("/about/").content.decode()


def test_a_resident_gets_no_session_for_looking_around(client: Client) -> None:
    assert settings.SESSION_COOKIE_NAME not in client.get("/").cookies


def test_large_print_is_remembered_and_returns_to_the_page(client: Client) -> None:
    answer = client.get("/large-print/?level=3&next=/about/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/about/")
    assert 'data-large-print="3"' in client.get("/about/").content.decode()
    client.get("/large-print/?level=0&next=/")
    assert "data-large-print" not in client.get("/about/").content.decode()


@pytest.mark.parametrize("level", ["", "9", "-1", "x", "３"])
def test_a_size_that_does_not_exist_shows_the_choice(client: Client, level: str) -> None:
    answer = client.get("/large-print/", {"level": level})
    assert answer.status_code == 200
    assert cookies.LARGE_PRINT not in answer.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "\\\\example.org", "/\\example.org"]
)
def test_a_switch_never_leads_off_the_site(client: Client, elsewhere: str) -> None:
    assert client.get("/language/", {"to": "en", "next": elsewhere}).headers["Location"] == "/"


def test_the_language_is_the_cookie_then_the_browser_then_chinese(client: Client) -> None:
    assert 'lang="zh-Hans"' in client.get("/about/", headers={"accept-language": "fr"}).content.decode()
    assert 'lang="en"' in client.get("/about/", headers={"accept-language": "en-GB"}).content.decode()
    client.get("/language/?to=zh-hans")
    assert 'lang="zh-Hans"' in client.get("/about/", headers={"accept-language": "en-GB"}).content.decode()


@override_settings(OWNER="", OWNER_CONTACT="12345", FILING_NUMBER="")
def test_about_says_which_setting_is_missing(client: Client) -> None:
    page = client.get("/about/", headers={"accept-language": "zh"}).content.decode()
    assert page.count("未填写") == 2
    assert "LASTMETER_FILING_NUMBER" in page
    assert "LASTMETER_OWNER" in page
    assert "LASTMETER_OWNER_CONTACT" not in page


def test_the_policy_opens_for_the_host_of_the_base_map_and_for_nothing_else() -> None:
    policy = middleware.content_security_policy("https://t0.tiles.example:8443/vec/{z}/{x}/{y}?tk=secret")
    assert "connect-src 'self' https://t0.tiles.example:8443;" in policy
    assert "img-src 'self' data: blob: https://t0.tiles.example:8443;" in policy
    assert "secret" not in policy
    assert "example" not in middleware.content_security_policy("")


def test_nothing_foreign_runs_and_pages_are_not_kept(client: Client) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "private, no-store"
    assert "geolocation=(self)" in headers["Permissions-Policy"]


def test_alive_without_a_database_and_ready_with_one(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"
    assert client.get("/readyz").content == b"ok\n"
