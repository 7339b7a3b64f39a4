import contextlib
import re
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, expect

from rnn_compare.cli.main import main
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import FIRST_WORD, GATES
from rnn_compare.report.written_files import IN_THE_PLAYGROUND
from rnn_compare.runs.store import RunStore
from tests.chromium import PATIENCE
from tests.epochs import finished_run

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


@pytest.fixture(scope="module")
def folder(prepared_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with reviews and a run of one's own, and a folder ``site`` with the page, made on it by the command."""
    folder = tmp_path_factory.mktemp("playground")
    shutil.copytree(
        prepared_cache / "reviews", folder / "reviews", copy_function=lambda *paths: Path(paths[1]).symlink_to(paths[0])
    )
    (folder / "site").mkdir()
    with contextlib.closing(RunStore(folder / "runs.db")) as store:
        finished_run(store, 0.7, epochs=1)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(folder))
        assert main(["playground", "--html", str(folder / "site" / "index.html")]) == 0
    return folder


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder / "site"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_each_comparison_has_an_address_where_its_networks_read(browser: Browser, folder: Path, address: str) -> None:
    assert (folder / "site" / "index.html").stat().st_size < 9e6
    page, requests = browser.new_page(viewport={"width": 390, "height": 844}), list[str]()
    page.set_default_timeout(PATIENCE)
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: requests.append(str(error)))
    page.goto(address)
    page.locator("#inside .rc-verdict-chart svg").wait_for()
    links = page.get_by_role("navigation", name="Comparisons").get_by_role("link")
    assert links.all_inner_texts() == [preset.name for preset in IN_THE_PLAYGROUND]
    expect(page.get_by_role("link", name=IN_THE_PLAYGROUND[0].name)).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Train", exact=True).wait_for()
    expect(page.locator("p.verdict").first).to_contain_text("LSTM(32) is better than SimpleRNN(32) by ")
    page.get_by_role("link", name=GATES.name).click()
    expect(page.locator("#predictions h3")).to_have_text([f"{cell}(32)" for cell in GATES.cells])
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))") == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name=FIRST_WORD.name, exact=True).click()
    page.get_by_role("button", name="Sample: blue").click()
    page.locator(".rc-verdict", has_text="blue").first.wait_for()
    page.get_by_text(re.compile(r"1,980 of the first-word-200 texts came along, the last 202 words")).wait_for()
    page.get_by_role("link", name="Curves").click()  # an anchor in the page, which changes its address too
    page.get_by_role("button", name="Sample: red").click()
    page.go_back()
    page.go_back()
    page.locator("#predictions h3", has_text="MGU").wait_for()
    page.close()
    assert {url.partition("#")[0] for url in requests if not url.startswith("blob:")} == {address}


def test_the_page_is_made_of_the_shipped_runs_and_leaves_the_record_as_it_is(folder: Path) -> None:
    with contextlib.closing(RunStore(folder / "runs.db")) as store:
        assert [run.origin for run in store.runs()] == ["page"]
    assert not (folder / "runs").exists()
    networks = re.findall(r'"title": "([^"]+)"', (folder / "site" / "index.html").read_text(encoding="utf-8"))
    assert {experiment.label for preset in IN_THE_PLAYGROUND for experiment in preset.experiments()} <= {*networks}
