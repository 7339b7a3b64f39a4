"""A reverse proxy that forwards one path only: a real nginx before a real server, seen in a real browser."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.runs.events import Ended, Started, Status
from rnn_compare.runs.owner import Owner
from rnn_compare.runs.store import RunStore
from tests.epochs import epoch_end

PROJECT = Path(__file__).resolve().parents[2]
REQUIRE_VARIABLE = "RNN_COMPARE_REQUIRE_NGINX"
NAME = "rnn.localhost"
"""Browsers look names that end so up nowhere: they are this machine. The server takes it for a name like any other."""
CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location /course/ {{
            proxy_pass http://127.0.0.1:{server}{forwarded};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection "upgrade";
        }}
    }}
}}
"""


@pytest.fixture(scope="module", params=["kept", "taken away"])
def course(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a page with one finished run, behind a proxy that hands the path on, or takes it away."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        sentence = "No nginx was found. Install it (Debian: nginx-light)."
        if os.environ.get(REQUIRE_VARIABLE):
            pytest.fail(sentence)
        pytest.skip(sentence)
    folder = tmp_path_factory.mktemp("below_a_path")
    kept = request.param == "kept"
    port, server = _free_port(), _free_port()
    _record_a_run(folder / "cache")
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, port=port, server=server, forwarded="/course/" if kept else "/")
    )
    streamlit = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={server}"]
    options = ["--server.headless=true", f"--server.allowedHosts={NAME}", *["--server.baseUrlPath=course"] * kept]
    environment = {**os.environ, CACHE_VARIABLE: str(folder / "cache"), "RNN_COMPARE_WORKERS": "1"}
    log = folder / "server.log"
    with contextlib.ExitStack() as ended:
        stream = ended.enter_context(log.open("w"))
        for command, variables in (([*streamlit, *options], environment), ([nginx, "-c", str(configuration)], None)):
            process = subprocess.Popen(command, cwd=PROJECT, env=variables, stdout=stream, stderr=subprocess.STDOUT)
            ended.callback(process.wait, 30)
            ended.callback(process.terminate)
        address = f"http://{NAME}:{port}/course/"
        _wait_until_up(f"http://127.0.0.1:{port}/course/_stcore/health", log)
        yield address


def test_board_charts_and_their_news_are_found_below_the_path(course: str, page: Page) -> None:
    asked = _requests(page)
    page.goto(course)
    page.locator(".rc-card", has_text="finished").wait_for()
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    page.locator("[data-testid=stElementContainer] .js-plotly-plot .bars").first.wait_for()
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(({name}) => name.includes('/rnn-compare/live'))"
    )
    own = [url for url in asked if "rnn-compare" in url]
    assert own
    assert all(url.startswith(f"{course}rnn-compare/") for url in own)
    assert page.evaluate("getComputedStyle(document.querySelector('.rc-charts')).display") == "grid", (
        "board.css is here"
    )
    assert [url for url in asked.failed if "/rnn-compare/" in url] == []


def test_a_second_page_is_found_below_the_path_too(course: str, page: Page) -> None:
    asked = _requests(page)
    page.goto(f"{course}try")
    page.get_by_role("button", name="Ask the networks").wait_for()
    page.get_by_text("Compare", exact=True).first.click()
    page.locator(".rc-card", has_text="finished").wait_for()
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    assert page.url.partition("?")[0] == course
    assert all(url.startswith(f"{course}rnn-compare/") for url in asked if "rnn-compare" in url)


def test_a_class_is_invited_to_the_address_below_the_path(course: str, page: Page) -> None:
    page.goto(course)
    page.get_by_role("button", name="Invite the class").click()
    page.locator(".rc-invite", has_text=course).wait_for()
    assert page.locator(".rc-invite").inner_text() == course
    page.get_by_role("dialog").get_by_text("Try a review").click()
    page.locator(".rc-invite", has_text=f"{course}try").wait_for()


def test_the_visitors_cookie_and_what_is_fetched_early_stay_below_the_path(
    course: str, request: pytest.FixtureRequest
) -> None:
    local = course.replace(NAME, "127.0.0.1")
    with urllib.request.urlopen(f"{local}_stcore/health") as answer:
        cookie = next(each for each in answer.headers.get_all("Set-Cookie") if each.startswith("rnn_compare_visitor="))
    # A server that does not know of the path cannot name it.
    assert f"Path={'/course' if request.node.callspec.params['course'] == 'kept' else '/'};" in cookie
    with urllib.request.urlopen(urllib.request.Request(local, headers={"Host": course.split("/")[2]})) as answer:
        links = [link.partition(">")[0].strip("<") for link in answer.headers.get_all("Link")]
    assert links
    for link in links:
        assert not link.startswith("/")
        with urllib.request.urlopen(f"{local}{link}") as answer:
            assert answer.status == 200


class _Requests(list[str]):
    """The addresses that a page asks for, and those of them that were not there."""

    def __init__(self) -> None:
        super().__init__()
        self.failed: list[str] = []


def _requests(page: Page) -> _Requests:
    asked = _Requests()
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: asked.failed.append(response.url) if response.status >= 400 else None)
    return asked


def _record_a_run(cache: Path) -> None:
    cache.mkdir()
    store = RunStore(cache / "runs.db")
    [run] = store.create([Experiment(epochs=2)], Owner.current(), "page")
    store.record([Started(run, 322_113, "", {}, 1.0)])
    store.record([epoch_end(run, epoch, 0.6, 0.6, 0.7, 0.6, 2.0) for epoch in (1, 2)])
    store.record([Ended(run, Status.FINISHED, None, 9.0)])
    store.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(url: str, log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):  # not listening yet, or nginx finds nobody behind it (an HTTPError is one)
            urllib.request.urlopen(url, timeout=2).close()
            return
        time.sleep(0.1)
    pytest.fail(f"The server did not come up:\n{log.read_text()}")
