"""The cache folder cannot be written to, goes while the server runs, or holds garbage: pages say so, and recover."""

import contextlib
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.paths import CACHE_VARIABLE
from tests.faults.conftest import SpoiltDisk
from tests.kit.chromium import PATIENCE
from tests.kit.servers import PAGE, free_port, started

PAGES = ("", "present")


@contextlib.contextmanager
def dashboard(folder: Path, page: Page, before: Callable[[str], list[str]] = shlex.split) -> Iterator[str]:
    """Runs a server whose cache is named by the environment, and yields its address.

    Args:
        folder: Takes its log.
        page: Leaves it before it ends: a script that is not fetched by then would be an error.
        before: Makes a command of the shell's line that starts it.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = before(f"{shlex.join(PAGE)} --server.port={port}")
    environment = {**os.environ, "RNN_COMPARE_WORKERS": "1"}
    with started(command, folder / "server.log", f"{url}/_stcore/health", environment):
        yield url
        page.goto("about:blank")
    assert "Traceback" not in (folder / "server.log").read_text()


def test_a_cache_that_cannot_be_written_to_and_then_a_record_of_lectures_that_is_none_are_named_on_every_page(
    tmp_path: Path, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file in its place")
    monkeypatch.setenv(CACHE_VARIABLE, str(cache))
    with dashboard(tmp_path, page) as url:
        for name in reversed(PAGES):  # app.py reports it before it draws any page
            page.goto(f"{url}/{name}")
            problem = page.get_by_text(f"set {CACHE_VARIABLE} to another folder").first
            expect(problem).to_be_visible(timeout=PATIENCE)
            expect(problem).to_contain_text(str(cache))
        cache.unlink()
        cache.mkdir()
        (cache / "lecture.db").write_text("This is no database. " * 100)
        expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_enabled(timeout=PATIENCE)
        expect(problem).to_be_hidden()
        assert (cache / "runs.db").is_file()
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


COMMANDS = """
from rnn_compare.cli.foreground import recorded
from rnn_compare.cli.main import main
from rnn_compare.presets import BOOK
first, second = [run.id for run in recorded() if run.experiment in BOOK.experiments()]
for command in (["runs"], ["compare", first, second], ["predict", first, "good"], ["train", "--epochs", "1"]):
    print("exit code", main(command), flush=True)
"""


@pytest.mark.parametrize(
    ("how", "mend", "why"),
    [
        ("full", "rm {disk}/filler", "The disk is full. Free some space"),
        pytest.param(
            *("read-only", "mount -o remount,rw {disk}", "Make the file and its folder writable"),
            marks=pytest.mark.thorough,
        ),
    ],
)
def test_commands_and_pages_on_a_full_disk_show_runs_that_answer_and_the_warning_goes_once_there_is_room(
    spoilt_disk: SpoiltDisk, how: str, mend: str, why: str, tmp_path: Path, page: Page
) -> None:
    mended = tmp_path / "mended"
    do = mend.format(disk=tmp_path / "disk")
    commands = shlex.join([sys.executable, "-c", COMMANDS])
    later = f"(for _ in {{1..6000}}; do [ -e {mended} ] && {do} && break; sleep 0.1; done) &"
    with dashboard(tmp_path, page, lambda server: spoilt_disk(how, f"{commands}; {later} exec {server}")) as url:
        printed = (tmp_path / "server.log").read_text()
        assert re.findall(r"^exit code (\d)$", printed, re.MULTILINE) == ["0", "0", "0", "2"], printed
        assert "LSTM(32) is ahead of SimpleRNN(32) by" in printed
        assert "1 word known" in printed
        assert why in printed
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
