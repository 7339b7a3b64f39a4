"""A shipped lecture, given by one key to its end before thirty phones that vote and write, where no worker lives."""

import asyncio
import contextlib
import json
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

from benchmarks.phone import Phone
from rnn_compare.baselines.classifier import all_baselines
from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.paths import SHIPPED_LECTURES
from rnn_compare.services.services import FIRST_START_VARIABLE
from tests.browser.lecture.test_wall_fits import GATED, answer, wait_until_drawn
from tests.browser.test_accessibility import broken_rules
from tests.faults.conftest import PROJECT
from tests.kit.phones import PlainPhone, present
from tests.kit.servers import Server, serving
from tests.kit.waiting import until

pytestmark = pytest.mark.lecture  # minutes; `tests/app/test_lecture_without_workers.py` gives each without phones
PHONES = 30
JOIN_SECONDS, VOTE_SECONDS = 2.0, 1.0
"""Periods over which phones join, and over which they answer."""
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


class Class:
    """Phones in a thread of their own; each answers each question of a lecture once a round, and sends one review."""

    def __init__(self, url: str, lecture: Lecture) -> None:
        self._asked = {step.question.id: step.question for step in lecture.steps if step.question}
        self._ended = False
        self.titles: list[set[str]] = [set() for _ in range(PHONES)]
        self._problems: list[BaseException] = []
        self._thread = threading.Thread(target=self._run, args=(url,))
        self._thread.start()

    def end(self) -> None:
        self._ended = True
        self._thread.join()
        if self._problems:
            raise self._problems[0]

    def _run(self, url: str) -> None:
        try:
            asyncio.run(self._attend(url))
        except BaseException as problem:  # noqa: BLE001  # pytest hears of it in its own thread
            self._problems.append(problem)

    async def _attend(self, url: str) -> None:
        await asyncio.gather(*(self._sit(Phone(url), place) for place in range(PHONES)))

    async def _sit(self, phone: Phone, place: int) -> None:
        await asyncio.sleep(random.uniform(0, JOIN_SECONDS))
        await phone.join()
        done: set[tuple[Any, ...]] = set()
        messages: list[Any] = []

        def has_something_to_do(state: bytes) -> bool:
            messages[:] = [json.loads(state.partition(b"data: ")[2])]
            self.titles[place].add(messages[0]["title"])
            return self._ended or bool(_tasks(messages[0]) - done)

        while not self._ended:
            try:
                await phone.wait_for_state(has_something_to_do)
            except TimeoutError:  # nobody asked anything
                continue
            for task in _tasks(messages[0]) - done:
                done.add(task)
                await asyncio.sleep(random.uniform(0, VOTE_SECONDS))
                await self._do(phone, place, *task)
        await phone.leave()

    async def _do(self, phone: Phone, place: int, question: str, number: int) -> None:
        if not question:
            await phone.send("review", {"text": REVIEW})
            return
        value = answer(self._asked[question], place)
        await phone.send("answer", {"question": question, "round": number, "answer": value})


def _tasks(message: Any) -> set[tuple[str, int]]:
    """Returns what phones are asked: a question in a round, or, without its name, a review."""
    tasks = {("", 0)} if message["reviews"] else set()
    return tasks | ({(message["question"]["id"], message["round"])} if message["phase"] == "open" else set())


def look(page: Page, url: str, step: Step) -> None:
    wait_until_drawn(page, step)
    if step.kind.trains:
        expect(page.get_by_text("Finished. The curves are still hidden.")).to_be_visible()
    if step.kind.name == "baselines":
        expect(page.locator(".shares li:not(.network)")).to_have_count(len(all_baselines()))
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
    phones = Class(hall.url, lecture)
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
    until(lambda: all(lecture.steps[-1].title in titles for titles in phones.titles))
    phones.end()
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
