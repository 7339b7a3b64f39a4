"""A shipped lecture, given by one key to its end before thirty phones that vote and write, where no worker lives."""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Page, expect

from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.browser.lecture.test_wall_fits import GATED, answer, wait_until_drawn
from tests.browser.test_accessibility import broken_rules
from tests.faults.conftest import PROJECT
from tests.kit.phones import Follower, PlainPhone, present
from tests.kit.servers import Server, serving
from tests.kit.waiting import until

pytestmark = pytest.mark.lecture  # minutes; `tests/lecture/test_tapes.py` gives each without phones
PHONES = 30
READERS = sum(baseline.reads_text for baseline in all_baselines().values())
"""Baselines with a bar: those that look at the words at all."""
VOTE_SECONDS = 1.0
"""Period over which phones answer."""
WRITTEN = {"memory": "With these weights, noticed", "lengths": "At the greatest length"}
"""What a step says once it has its answers."""
REVIEW = "The first hour drags, the jokes are older than the actors. And then it turns, and it is wonderful."
ALONE = ("unshare", "--user", "--map-root-user", "--net")
"""Runs a program on a machine that has no network: not even itself, until ``GIVE_IT`` has brought that up."""
GIVE_IT = """
import fcntl, socket, struct, sys
import pytest
SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)  # an address for documentation
except TimeoutError:
    raise SystemExit("There is a network.") from None
except OSError:
    raise SystemExit(pytest.main(["-m", "lecture", sys.argv[1]])) from None
raise SystemExit("There is a network.")
"""


@pytest.fixture
def hall(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A first start, on a machine where whatever would work is killed."""
    monkeypatch.setenv(FIRST_START_VARIABLE, "1")
    with serving(cache, script="benchmarks/presented.py") as running:
        threading.Thread(target=kill_whatever_it_starts, args=(running.process,), daemon=True).start()
        yield running


def kill_whatever_it_starts(server: psutil.Process) -> None:
    """Kills each worker of a server, and what starts workers, as long as the server lives."""
    with contextlib.suppress(psutil.NoSuchProcess):
        while True:
            for process in server.children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.2)


class HallPhone(Follower):
    """Answers each question of a lecture once a round, and sends one review.

    Attributes:
        titles: Of the steps that it was shown.
    """

    def __init__(self, host: str, place: int, lecture: Lecture) -> None:
        self._place = place
        self._questions = {step.question.id: step.question for step in lecture.steps if step.question}
        self._done: set[tuple[object, ...]] = set()
        self.titles: set[str] = set()
        super().__init__(host, "join")
        self.repeat(self._send, random.uniform(0, VOTE_SECONDS))

    def hear(self, kind: str, message: Any) -> None:
        super().hear(kind, message)
        if kind == "state":
            self.titles.add(message["title"])

    def _send(self) -> None:
        state = self.heard.get("state", {})
        if state.get("reviews") and () not in self._done:
            self._tell("review", {"text": REVIEW})
        if state.get("phase") == "open" and (task := (state["question"]["id"], state["round"])) not in self._done:
            value = answer(self._questions[task[0]], self._place)
            self._tell("answer", {"question": task[0], "round": task[1], "answer": value}, *task)

    def _tell(self, what: str, message: object, *task: object) -> None:
        """Sends something; what is refused for now is sent again."""
        if self.line.send(what, message)[0] == 200:
            self._done.add(task)


def look(page: Page, url: str, step: Step) -> None:
    wait_until_drawn(page, step)
    if step.kind.trains:
        expect(page.get_by_text("Finished. The curves are still hidden.")).to_be_visible()
    if step.kind.name == "baselines":
        expect(page.locator(".shares li:not(.network)")).to_have_count(READERS)
    if step.kind.name == "review":
        expect(page.locator("#parts .count")).to_have_text(f"{PHONES} waiting")
        message = {"client": "notes", "number": 1, "press": "show_review", "value": present(url, "reviews")[0]["id"]}
        assert PlainPhone(urlsplit(url).netloc).send("/stage/press", message)[0] == 200
        expect(page.locator(".rc-verdict").first).to_be_visible()
    if step.kind.name in WRITTEN:
        expect(page.get_by_text(WRITTEN[step.kind.name])).to_be_visible()


@pytest.mark.parametrize("name", sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml")))
def test_it_reaches_its_end_with_all_answers_and_nothing_that_waits_for_a_worker(
    hall: Server, cache: Path, page: Page, name: str
) -> None:
    lecture = find(name)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"{hall.url}/present")
    page.locator(f".st-key-replay_{name}").get_by_role("button").click()
    phones = [HallPhone(hall.host, place, lecture) for place in range(PHONES)]
    page.wait_for_url("**/wall")
    for index, step in enumerate(lecture.steps):
        expect(page.locator("#number span")).to_have_text(f"{index + 1} / {len(lecture.steps)}")
        look(page, hall.url, step)
        if step.asks:
            expect(page.get_by_text(f"{PHONES} of {PHONES} have answered")).to_be_visible()
        assert page.locator("#line").inner_text() == "", step.title
        page.emulate_media(color_scheme="light" if index % 2 else "dark")
        assert broken_rules(page) == [], step.title
        while index + 1 < len(lecture.steps) and present(hall.url, "state")["step"] == index:
            with page.expect_response("**/stage/press"):  # it is carried out by then
                page.keyboard.press("PageDown")
    until(lambda: all(lecture.steps[-1].title in phone.titles for phone in phones))
    for phone in phones:
        phone.end()
        assert phone.problems == []
    answered = [len(present(hall.url, "answers", step.question.id, 1)) for step in lecture.steps if step.question]
    assert answered == [PHONES] * len(answered)
    assert {urlsplit(url).hostname for url in requests} - {None} == {"127.0.0.1"}  # None: what lies in the page itself
    [log] = cache.parent.glob("server-*.log")
    assert "Traceback" not in log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="it is done with Linux' own means")
def test_it_needs_no_network() -> None:
    if subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("this system lets nobody make a network of his own")
    its_test = test_it_reaches_its_end_with_all_answers_and_nothing_that_waits_for_a_worker.__name__
    command = [*ALONE, sys.executable, "-c", GIVE_IT, f"{__file__}::{its_test}[{GATED}]"]
    process = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout[-3000:] + process.stderr[-3000:]
