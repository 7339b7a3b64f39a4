"""Every step of every shipped lecture on two projectors: it is large, fills the wall, and nothing runs off, without a
network.

The steps are jumped to. The gate shows one lecture, with most kinds of step in the least time; the others, a minute or
two each, are `thorough`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.lecture.controls import Answer, Curve, Slider
from rnn_compare.lecture.lecture_file import Lecture, Step, find
from rnn_compare.lecture.questions import Question
from rnn_compare.paths import SHIPPED_LECTURES
from tests.kit.phones import PlainPhone, present
from tests.kit.servers import Server
from tests.kit.visits import STILL

GATED = "memory"
SIZES = ((1280, 720), (1024, 768))
LEAST_TEXT, LEAST_LABEL, LEAST_USED = 24, 20, 0.75
"""Pixels of text and of labels in pictures, and the share of the wall with something on it."""
MEASURES = (Path(__file__).parent / "wall_measures.js").read_text(encoding="utf-8")
PHONES = 12
LOOKS = 20
"""At a view that is wrong, a second apart: a busy machine draws some of it later."""
REVIEW = "The first hour drags, the jokes are older than the actors. And then it turns, and it is wonderful. " * 8


def answer(question: Question, place: int) -> Answer:
    """What the phone at that place answers."""
    if isinstance(question.control, Curve):
        return tuple(min(0.5 + 0.02 * place + 0.03 * epoch, 1.0) for epoch in range(question.epochs))
    if isinstance(question.control, Slider):
        return 0.5 * place
    return place % len(question.choices)


LAST = {
    "baselines": ".shares li:not(.network)",
    "inside": ".rc-cells section:not(.rc-other) canvas",
    "train": ".progress li",
    "reveal": ".plot > svg",
    "networks": ".rc-parameters",
}
"""What a step draws last, by its kind."""


def wait_until_drawn(page: Page, step: Step) -> None:
    """Waits for what a step draws last."""
    if step.kind.name in ("findings", "memory", "lengths"):
        page.locator(".plot > svg").first.wait_for()
    elif last := LAST.get(step.kind.name):
        page.locator(last).last.wait_for()


def views(page: Page, url: str, lecture: Lecture) -> Iterator[str]:
    """Gives a lecture, and yields the name of each view that the wall then shows."""
    phones = [PlainPhone(urlsplit(url).netloc) for _ in range(PHONES)]
    for index, step in enumerate(lecture.steps):
        present(url, "go", lecture.name, index)
        if not index:
            page.goto(f"{url}/wall")
        name = f"{index + 1:02} {step.kind.name}"
        expect(page.locator("#number span")).to_have_text(f"{index + 1} / {len(lecture.steps)}")
        wait_until_drawn(page, step)
        yield name
        if step.question:
            for place, phone in enumerate(phones):
                assert phone.answer(answer(step.question, place), step.question.id)[0] == 200
            expect(page.get_by_text(f"{PHONES} of {PHONES} have answered")).to_be_visible()
            present(url, "close_vote")
            expect(page.get_by_text("The vote is closed.")).to_be_visible()
            if not any(earlier.question for earlier in lecture.steps[:index]):  # all closed votes look alike
                yield f"{name} closed"
            present(url, "show_task" if step.kind.phones_train else "show_answers")
            page.locator(".votes, .plot > svg, .rc-class-row i").first.wait_for()
            yield f"{name} shown"
        for question in lecture.revealed_questions(index)[1:] if step.kind.reveals else ():
            present(url, "advance")
            expect(page.locator("#question")).to_have_text(question.text)
            yield f"{name} {question.id}"
        if step.kind.name == "review":
            assert phones[0].send("review", {"text": REVIEW})[0] == 200
            [sent] = present(url, "reviews")
            present(url, "show_review", sent["id"], [])
            page.locator(".rc-verdict").first.wait_for()
            yield f"{name} shown"


def faults(page: Page, name: str) -> dict[str, Any]:
    """Returns what is wrong with a view, by the size of the wall."""
    by_size: dict[str, Any] = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for _ in range(LOOKS):
            page.evaluate(STILL)
            wrong = measured(page)
            if not wrong:
                break
            page.wait_for_timeout(1000)
        else:
            by_size[f"{name}, {width} × {height}"] = wrong
    return by_size


def measured(page: Page) -> list[str]:
    """Returns what is wrong with a view as it is drawn just now."""
    measures = page.evaluate(MEASURES)
    wrong: list[str] = measures["faults"] + [
        f"{measures[kind][1]} has {measures[kind][0]} px"
        for kind, least in (("text", LEAST_TEXT), ("label", LEAST_LABEL))
        if measures[kind][0] < least
    ]
    return wrong if measures["used"] >= LEAST_USED else [*wrong, f"{measures['used']:.0%} are used"]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == GATED else pytest.mark.thorough)
        for name in sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml"))
    ],
)
def test_each_step_fills_the_wall_in_large_type_and_nothing_runs_off(podium: Server, page: Page, name: str) -> None:
    requests, faulty = list[str](), dict[str, Any]()
    page.on("request", lambda request: requests.append(request.url))
    for view in views(page, podium.url, find(name)):
        faulty |= faults(page, f"{name} {view}")
    assert not faulty, json.dumps(faulty, indent=1, ensure_ascii=False)
    assert {urlsplit(url).netloc for url in requests} - {""} == {urlsplit(podium.url).netloc}, "nobody else is asked"
