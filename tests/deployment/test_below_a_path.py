"""A reverse proxy that forwards one path only, over https: a real nginx before a real server, in a real browser."""

import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.kit.servers import fetch, free_port

from .conftest import NAME, behind_nginx

PASS = "a pass of the tests"


@pytest.fixture(scope="module", params=["kept", pytest.param("taken away", marks=pytest.mark.thorough)])
def course(
    request: pytest.FixtureRequest, prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a page behind a proxy that hands the path on, or takes it away."""
    folder, port = tmp_path_factory.mktemp("below_a_path"), free_port()
    (folder / "secrets.toml").write_text(f'[presenter]\npassword = "{PASS}"')
    secrets = f"--secrets.files={folder / 'secrets.toml'}"
    with behind_nginx(folder, prepared_cache, port, secrets, keeps_the_path=request.param == "kept"):
        yield f"https://{NAME}:{port}/course/"


def test_pages_charts_and_their_news_are_found_below_the_path(course: str, page: Page) -> None:
    requests, failed = heard_of(page)
    page.goto(f"{course}try")
    page.get_by_role("button", name="Ask the networks").wait_for()
    page.get_by_text("Compare", exact=True).first.click()
    page.locator(".rc-card", has_text="finished").wait_for()
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    page.locator(".rc-parameters .rc-card").first.wait_for()
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(({name}) => name.includes('/rnn-compare/live'))"
    )
    assert page.url.partition("?")[0] == course
    own = [url for url in requests if "rnn-compare" in url]
    assert own
    assert all(url.startswith(f"{course}rnn-compare/") for url in own)
    assert page.evaluate("getComputedStyle(document.querySelector('.rc-charts')).display") == "grid", "by board.css"
    assert [url for url in failed if "/rnn-compare/" in url] == []


def test_a_class_is_invited_to_the_address_below_the_path(course: str, page: Page) -> None:
    page.goto(course)
    assert page.get_by_role("link", name="join it").evaluate("link => link.href") == f"{course}join"
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Invite the class").click()
    page.locator(".rc-invite", has_text=f"{course}join").wait_for()
    page.get_by_role("dialog").get_by_text("Try a review").click()
    page.locator(".rc-invite", has_text=f"{course}try").wait_for()


def test_a_phone_is_told_and_heard_below_the_path(course: str, page: Page) -> None:
    requests, failed = heard_of(page)
    page.goto(f"{course}join")
    choice = page.get_by_role("button", name="LSTM")
    choice.click()  # an event has come through: no proxy holds it back
    page.get_by_text("Sent: LSTM").wait_for()
    page.reload()
    page.get_by_text("Sent: LSTM").wait_for()
    assert choice.get_attribute("aria-pressed") == "true"
    assert all(url.startswith(f"{course}join") for url in requests if not url.startswith("data:"))
    assert failed == []


def test_a_cookie_and_what_is_fetched_early_stay_below_the_path(course: str, request: pytest.FixtureRequest) -> None:
    local = course.replace(NAME, "127.0.0.1")
    headers, _ = fetch(f"{local}_stcore/health")
    [cookie] = [value for name, value in headers.items() if value.startswith("rnn_compare_visitor=")]
    # A server that does not know of the path cannot name it.
    assert f"Path={'/course' if request.node.callspec.params['course'] == 'kept' else '/'};" in cookie
    assert "Secure" in cookie
    _, body = fetch(local, Host=urllib.parse.urlsplit(course).netloc)
    links = re.findall(r'<link rel="(?:module)?preload"[^>]* href="([^"]+)"', body.decode())
    assert any("plotly" in link for link in links)
    assert any("Slider" in link for link in links)
    for link in links:
        assert not link.startswith("/")
        fetch(f"{local}{link}")


def test_the_presenter_stays_signed_in_and_sends_texts_of_more_bytes_than_nginx_takes_of_itself(
    course: str, page: Page, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    rows = [f'"{"good " * 200}{number}",{"praise" if number % 2 else "blame"}' for number in range(1500)]
    (tmp_path / "texts.csv").write_text("\n".join(["text,label", *rows]))
    assert (tmp_path / "texts.csv").stat().st_size > 1_500_000, "of itself it takes a million"
    page.goto(course)
    page.get_by_role("button", name="Presenter").click()
    page.get_by_label("Pass", exact=True).fill(PASS)
    with page.expect_response(lambda answer: "rnn_compare_presenter=" in answer.all_headers().get("set-cookie", "")):
        page.get_by_label("Pass", exact=True).press("Enter")
    [cookie] = [cookie for cookie in page.context.cookies() if cookie["name"] == "rnn_compare_presenter"]
    path = "/course" if request.node.callspec.params["course"] == "kept" else "/"
    assert (cookie["path"], cookie["secure"], cookie["httpOnly"]) == (path, True, True)
    page.goto(f"{course}reviews")
    page.get_by_text("Your own texts").first.click()  # for the presenter alone
    page.locator("input[type=file]").set_input_files(tmp_path / "texts.csv")
    # All have come in; the worker that reads them would have to import TensorFlow first.
    page.get_by_text("Reading texts.csv").or_(page.get_by_text("1,500")).first.wait_for()


def heard_of(page: Page) -> tuple[list[str], list[str]]:
    """Returns lists that grow: of the addresses that a page asks for, and of those that answer with an error."""
    requests, failed = list[str](), list[str]()
    page.on("request", lambda request: requests.append(request.url))
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    return requests, failed
