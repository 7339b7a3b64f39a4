"""The cache folder cannot be written to, goes while the server runs, or holds garbage: pages say so, and recover."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.paths import CACHE_VARIABLE
from tests.chromium import PATIENCE
from tests.processes import PAGE, free_port, started

PAGES = ("", "present")
Spoil = Callable[[Path], Callable[[], object]]


def file_in_its_place(cache: Path) -> Callable[[], object]:
    cache.write_text("a file")
    return cache.unlink


def immutable(cache: Path) -> Callable[[], object]:
    cache.mkdir()
    if shutil.which("chattr") is None or subprocess.run(["chattr", "+i", cache], check=False).returncode:
        pytest.skip("nobody may make a folder immutable here")
    return lambda: subprocess.check_call(["chattr", "-i", cache])


@pytest.fixture
def mend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], object]]:
    """Makes a cache folder that cannot be used, and yields what mends it."""
    spoil: Spoil = request.param
    mends = [spoil(tmp_path / "cache")]
    yield lambda: mends.pop()()
    for left in mends:
        left()


@pytest.mark.parametrize(
    "mend", [file_in_its_place, pytest.param(immutable, marks=pytest.mark.thorough)], indirect=True
)
def test_a_cache_that_cannot_be_written_to_and_then_a_record_of_lectures_that_is_none_are_named_on_every_page(
    mend: Callable[[], object], tmp_path: Path, page: Page
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, CACHE_VARIABLE: str(tmp_path / "cache"), "RNN_COMPARE_WORKERS": "1"}
    log = tmp_path / "server.log"
    with started([*PAGE, f"--server.port={port}"], log, f"{url}/_stcore/health", environment):
        for name in reversed(PAGES):  # app.py reports it before it draws any page
            page.goto(f"{url}/{name}")
            problem = page.get_by_text(f"The cache folder {tmp_path / 'cache'} is not writable")
            expect(problem).to_be_visible(timeout=PATIENCE)
            expect(page.get_by_text(f"set {CACHE_VARIABLE} to another folder")).to_be_visible()
        mend()
        (tmp_path / "cache").mkdir(exist_ok=True)
        (tmp_path / "cache" / "lecture.db").write_text("This is no database. " * 100)
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=PATIENCE)
        expect(problem).to_be_hidden()
        assert (tmp_path / "cache" / "runs.db").is_file()
        for name in PAGES:
            page.goto(f"{url}/{name}")
            expect(page.get_by_text("kept as lecture.db.unreadable-")).to_be_visible(timeout=PATIENCE)
            page.wait_for_load_state("networkidle")  # the server ends, and what is not fetched yet would fail
    assert "Traceback" not in log.read_text()
