"""The cache folder cannot be written to, goes while the server runs, or holds garbage: pages say so, and recover."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.paths import CACHE_VARIABLE
from tests.faults.conftest import SpoiltDisk
from tests.kit.chromium import PATIENCE
from tests.kit.servers import PAGE, free_port, started

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
            problem = page.get_by_text(f"set {CACHE_VARIABLE} to another folder").first
            expect(problem).to_be_visible(timeout=PATIENCE)
            expect(problem).to_contain_text(f"{tmp_path / 'cache'}")
        mend()
        (tmp_path / "cache").mkdir(exist_ok=True)
        (tmp_path / "cache" / "lecture.db").write_text("This is no database. " * 100)
        expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled(timeout=PATIENCE)
        expect(problem).to_be_hidden()
        assert (tmp_path / "cache" / "runs.db").is_file()
        warning = page.get_by_text("kept as lecture.db.unreadable-")
        for name in PAGES:
            page.goto(f"{url}/{name}")
            expect(warning).to_be_visible(timeout=PATIENCE)
        page.locator(".st-key-begin_book").get_by_role("button", name="Begin").click()
        page.wait_for_url("**/wall")
        expect(page.locator("#number")).to_be_visible()
        expect(warning).to_have_count(0)  # a class need not read it, and the presenter finds it in the notes
        page.goto(f"{url}/notes")
        expect(warning).to_be_visible()
        page.wait_for_load_state("networkidle")  # the server ends, and what is not fetched yet would fail
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    ("how", "mend"),
    [
        ("full", "rm {disk}/filler"),
        pytest.param("read-only", "mount -o remount,rw {disk}", marks=pytest.mark.thorough),
    ],
)
def test_pages_on_a_full_disk_show_runs_that_answer_and_the_warning_goes_once_there_is_room(
    spoilt_disk: SpoiltDisk, how: str, mend: str, tmp_path: Path, page: Page
) -> None:
    port, mended = free_port(), tmp_path / "mended"
    url = f"http://127.0.0.1:{port}"
    later = (
        f"for _ in {{1..6000}}; do [ -e {mended} ] && {mend.format(disk=tmp_path / 'disk')} && break; sleep 0.1; done"
    )
    script = f"({later}) & exec {shlex.join(PAGE)} --server.port={port}"
    environment = {**os.environ, "RNN_COMPARE_WORKERS": "1"}
    with started(spoilt_disk(how, script), tmp_path / "server.log", f"{url}/_stcore/health", environment):
        page.goto(url)
        warning = page.get_by_text("cannot be opened for writing")
        expect(warning.first).to_be_visible()
        expect(page.get_by_text("LSTM(32) is better than SimpleRNN(32)").first).to_be_visible()
        page.goto(f"{url}/try")
        page.get_by_role("textbox").first.fill("A wonderful film.")
        page.get_by_role("button", name="Ask").click()
        expect(page.get_by_text("positive").first).to_be_visible()
        mended.touch()
        expect(warning).to_have_count(0)
        page.wait_for_load_state("networkidle")
