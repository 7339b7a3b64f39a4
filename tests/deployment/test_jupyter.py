"""In Jupyter, by `jupyter-server-proxy`: a real Jupyter server, as a hub would start it, in a real browser."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from rnn_compare.paths import CACHE_VARIABLE
from tests.kit.servers import PROJECT, free_port, started

from .conftest import NAME, adapted, documented, record_a_run

TOKEN = "of-the-tests"
HUB = "/user/lecturer/"


@pytest.fixture(scope="module")
def jupyter(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a user's Jupyter server, which knows the program by the documented file."""
    folder, port = tmp_path_factory.mktemp("jupyter"), free_port()
    record_a_run(folder / "cache", prepared_cache)
    configuration = folder / "jupyter_server_config.py"
    program = f'"{sys.executable}", "-m", "rnn_compare"'
    configuration.write_text(adapted(documented("python"), {'"/opt/rnn/bin/rnn-compare"': program}))
    with started(
        jupyter_server(sys.executable, "jupyter_server", port, "--config", str(configuration)),
        folder / "jupyter.log",
        f"http://127.0.0.1:{port}{HUB}api",
        own_environment(folder) | {"PYTHONPATH": str(PROJECT)},
        folder,
    ):
        yield f"http://{NAME}:{port}{HUB}"


def test_board_charts_and_their_news_are_found_in_jupyter(jupyter: str, page: Page) -> None:
    failed: list[str] = []
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    page.goto(f"{jupyter}rnn-compare/?token={TOKEN}")
    page.locator(".rc-card", has_text="finished").wait_for()
    page.locator(".js-plotly-plot .xtick text").first.wait_for()
    page.wait_for_function(
        "performance.getEntriesByType('resource').some(({name}) => name.includes('/rnn-compare/rnn-compare/live'))"
    )
    page.get_by_role("link", name="Try a review").first.click()
    page.get_by_role("button", name="Ask the networks").wait_for()
    assert page.url.partition("?")[0] == f"{jupyter}rnn-compare/try"
    assert failed == []


@pytest.mark.places  # a second browser page for one sentence; the gate opens the page and its charts in Jupyter above
def test_whoever_invites_a_class_is_told_that_jupyter_keeps_it_out(jupyter: str, page: Page) -> None:
    page.goto(f"{jupyter}rnn-compare/?token={TOKEN}")
    page.get_by_role("button", name="Share").click()
    page.get_by_role("button", name="Invite the class").click()
    page.get_by_text("This page is behind Jupyter's sign-in").wait_for()
    assert page.locator(".rc-invite").inner_text() == f"{jupyter}rnn-compare/"


def own_environment(folder: Path) -> dict[str, str]:
    """Returns this process' variables, with places of the test's own for all that is written."""
    written = {name: str(folder / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    return {**os.environ, **written, CACHE_VARIABLE: str(folder / "cache"), "RNN_COMPARE_WORKERS": "1"}


def jupyter_server(python: str, module: str, port: int, *options: str) -> list[str]:
    own = {"port": port, "base_url": HUB, "allow_remote_access": True, "open_browser": False, "allow_root": True}
    return [
        *(python, "-m", module, f"--IdentityProvider.token={TOKEN}", *options),
        *(f"--ServerApp.{name}={value}" for name, value in own.items()),
    ]
