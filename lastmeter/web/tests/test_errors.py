"""What a person sees when something goes wrong."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory

from lastmeter.web import errors


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_what_to_do_next(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这一页" in answer.content.decode()


def test_the_500_page_asks_no_database(rf: RequestFactory) -> None:  # no django_db mark: a query would raise
    answer = errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    assert "已经得到编号的事项都在" in answer.content.decode()


def test_even_a_broken_500_page_says_a_sentence(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> str:
        raise RuntimeError("no templates today")

    monkeypatch.setattr(errors, "render_to_string", broken)
    assert "不会丢失" in errors.server_error(rf.get("/")).content.decode()


def test_a_form_left_too_long_keeps_its_draft_and_says_so(rf: RequestFactory) -> None:
    request: HttpRequest = rf.post("/")
    assert "草稿" in errors.csrf_failed(request).content.decode()
