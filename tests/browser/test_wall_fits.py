"""Every step of the shipped lectures on small projectors: nothing runs off the wall, nor onto its corner or number."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.lecture.controls import CURVE, POINTS, Answer
from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.lecture.questions import Question
from rnn_compare.server.services import FIRST_START_VARIABLE
from tests.browser.conftest import Server, serving
from tests.phones import PlainPhone

SIZES = ((1280, 720), (1024, 768))
PICTURES = Path(__file__).parents[2] / "screens" / "wall"
FAULTS = (Path(__file__).parent / "wall_faults.js").read_text(encoding="utf-8")
PHONES = 12
REVIEW = "The first hour drags, the jokes are older than the actors. And then it turns, and it is wonderful. " * 8
STILL = """async () => {
    const places = () => JSON.stringify(
        [...document.querySelectorAll("[data-testid=stMain] *")].map((node) => node.getBoundingClientRect())
    );
    for (let before, now = places(), same = 0; same < 3; before = now) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        now = places();
        same = now === before ? same + 1 : 0;
    }
}"""


@pytest.fixture
def hall(prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A fresh install, which takes in its recordings at its first start."""
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setenv(FIRST_START_VARIABLE, "1")
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "0.0.0.0")  # a wall with the code for phones is the fullest
    with serving(cache) as running:
        yield running


def answer(question: Question, place: int) -> Answer:
    """What the phone at that place answers."""
    if question.kind.control is CURVE:
        return tuple(min(0.5 + 0.02 * place + 0.03 * epoch, 1.0) for epoch in range(question.epochs))
    if question.kind.control is POINTS:
        return 0.5 * place
    return place % len(question.choices)


class Walk:
    """A lecture that is given from its recording to a class that answers, looked at in both sizes.

    Args:
        page: The wall.
        url: The server's.
        lecture: What is given.
        pictures: Where pictures are left; None for no pictures, and of the narrow wall no more than the votes, the
            reveals and the end.
    """

    def __init__(self, page: Page, url: str, lecture: Lecture, pictures: Path | None = None) -> None:
        self.page, self.lecture, self.pictures = page, lecture, pictures
        self.phones = [PlainPhone(urlsplit(url).netloc) for _ in range(PHONES)]
        self.looks = 0
        self.faults: dict[str, Any] = {}
        if pictures:
            pictures.mkdir(parents=True, exist_ok=True)
        page.goto(f"{url}/present")
        page.locator(f".st-key-replay_{lecture.name} button").first.click()
        page.locator(".rc-keys").first.wait_for(state="attached")  # then keys are heard
        for index, step in enumerate(lecture.steps):
            if index:
                page.keyboard.press("PageDown")
            expect(page.locator(".rc-wall-foot")).to_have_text(f"{index + 1} / {len(lecture.steps)}")
            if pictures or step.kind.name in ("predict", "train", "reveal", "home"):
                self.give(index, step)

    def give(self, index: int, step: Step) -> None:
        """Waits for what a step has to show, and looks at it."""
        name = f"{index + 1} {step.kind.name}"
        if step.kind.name == "train":
            expect(self.page.get_by_text("Finished.")).to_be_visible()
        elif step.kind.name == "baselines":
            expect(self.page.locator(".rc-against li:not(.rc-network)")).not_to_have_count(0)
            expect(self.page.get_by_text("Fitting baselines")).to_have_count(0)
        self.look(name)
        if step.question:
            for place, phone in enumerate(self.phones):
                assert phone.answer(answer(step.question, place), step.question.id)[0] == 200
            expect(self.page.get_by_text(f"{PHONES} of {PHONES} have answered")).to_be_visible()
            for phase in ("closed", "shown"):
                self.press()
                self.look(f"{name} {phase}")
        elif step.kind.name == "reveal":
            for question in self.lecture.revealed_questions(index)[1:]:
                self.press()
                self.look(f"{name} {question.id}")
        elif step.kind.name == "review":
            assert self.phones[0].send("review", {"text": REVIEW})[0] == 200
            self.page.get_by_role("button", name="Choose a review").click()
            self.page.get_by_role("button", name="Show", exact=True).click()
            expect(self.page.locator(".rc-verdict").first).to_be_visible()
            expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)
            self.look(f"{name} shown")

    def press(self) -> None:
        """Goes on within a step."""
        before = self.page.locator(".stMain").inner_text()
        self.page.keyboard.press("PageDown")
        self.page.wait_for_function("before => document.querySelector('.stMain').innerText !== before", arg=before)

    def look(self, name: str) -> None:
        """Notes what lies where it should not."""
        self.looks += 1
        for width, height in SIZES if self.pictures else SIZES[1:]:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.evaluate(STILL)
            if self.pictures:
                self.page.screenshot(path=self.pictures / f"{self.looks:02} {name} {width}.png")
            if faults := self.page.evaluate(FAULTS):
                self.faults[f"{name}, {width} × {height}"] = faults


@pytest.mark.lecture
@pytest.mark.parametrize("name", ["book", "attention", "gates", "memory"])
def test_nothing_of_a_lecture_runs_off_the_wall(hall: Server, page: Page, name: str) -> None:
    """Its pictures are left in ``screens/wall``."""
    assert Walk(page, hall.url, find(name, step_kinds()), PICTURES / name).faults == {}


def test_votes_and_outcomes_of_the_book_fit_on_the_wall(hall: Server, page: Page) -> None:
    assert Walk(page, hall.url, find("book", step_kinds())).faults == {}
