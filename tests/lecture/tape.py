"""Tapes of the shipped lectures: what a presenter and a class do, and what comes out for wall, notes and phones.

A tape (``tapes/NAME.json``) is a list of events. Each has

- ``do``: the name of a press or of a method of ``Stage``, and ``with``: its arguments, if it takes any;
- ``refused``: why it was refused, in a sentence, if it was;
- ``wall``, ``notes``, ``phones``, ``phone``: what that audience is sent after the event, part by part. Only parts that
  differ from those after the event before are there; a part that is gone is null. ``phones`` is the message to all,
  ``phone`` that to the phone ``PHONES[0]`` alone, ``counts`` the numbers to wall and notes.

Facts and texts are recorded, no markup and nothing that changes from one run to the next (``facts``).

``python -m pytest tests/lecture/test_tapes.py`` plays the events and compares. After a change that is meant, record
what comes out anew, and read the difference: ``RECORD_TAPES=1 python -m pytest tests/lecture/test_tapes.py``. Events
are never written: to have other ones recorded, edit or add them in the file.
"""

import base64
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any, cast

import numpy as np

from rnn_compare.browser.numbers import STEPS
from rnn_compare.class_networks.networks import ClassNetwork, recorded
from rnn_compare.class_networks.task import OF_A_CLASS, Deal
from rnn_compare.errors import UserError
from rnn_compare.formatting import percent
from rnn_compare.lecture import phone_message, presses
from rnn_compare.lecture.classroom.class_state import SentReview
from rnn_compare.lecture.stage import Stage as Given
from rnn_compare.presets import PHONES as TRAINED
from rnn_compare.server.lecture import presenter, stream
from tests.kit.classes import some_correct

TAPES = Path(__file__).with_name("tapes")
PHONES = ("Ada", "Ben", "Cleo", "Dora", "Emil")
LONGEST_LINE = 140

Parts = dict[str, Any]
"""What an audience gets: JSON values by the name of the part."""
Event = dict[str, Any]


class Stage:
    """A lecture that is played from recordings, with a method for what is no press or takes other values than one."""

    def __init__(self, stage: Given, pages: ExitStack) -> None:
        self.stage, self.classroom, self._pages = stage, stage.classroom(), pages
        self._reviews: dict[str, str] = {}
        self._results: dict[Deal, tuple[tuple[int, ...], str]] = {}
        self._wall_trains = False

    @property
    def names(self) -> dict[str, str]:
        """Lasting names for random ids, and for the titles of classes, which have their time."""
        classes = self.classroom.classes()
        return self._reviews | {result.title: f"class of lecture {result.lecture}" for result in classes}

    def begin(self, lecture: str, replayed: int = 0) -> None:
        """Begins a lecture from recordings, perhaps with the networks of an earlier lecture's class, by its number."""
        presses.begin(self.stage, lecture, from_recording=True, replayed=replayed)

    def do(self, name: str, *arguments: object) -> None:
        """Does what this class has a method for, or presses what the presenter's pages have a press for."""
        if method := getattr(self, name, None):
            method(*arguments)
        else:
            presses.press(self.stage, name, *arguments)

    def show_review(self, phone: str) -> None:
        """Puts a phone's review on the wall, with the networks' predictions for phones."""
        presses.press(self.stage, "show_review", self._review_of(phone).id)

    def drop_review(self, phone: str) -> None:
        """Deletes a phone's review."""
        presses.press(self.stage, "drop_review", self._review_of(phone).id)

    def withdraw_networks(self) -> None:
        """Withdraws the networks after the lecture, on the page where lectures begin."""
        self.classroom.offer_networks(False)

    def join(self, *phones: str) -> None:
        """Has phones open their page and stay there."""
        for phone in phones:
            self.classroom.join(phone)
            self._pages.enter_context(self.classroom.pages.opened(phone))

    def vote(self, answers: Mapping[str, tuple[object, int | None]]) -> None:
        """Answers the current question, for each phone with an answer and how sure it is."""
        state = self.classroom.state()
        for phone, (answer, confidence) in answers.items():
            self.classroom.answer(phone, state.question and state.question.id, state.round, answer, confidence)

    def take_rows(self, rows: Mapping[str, int]) -> None:
        for phone, row in rows.items():
            self.classroom.take_row(phone, row)

    def send_review(self, phone: str, text: str) -> None:
        self._reviews[self.classroom.send_review(phone, text).id] = f"{phone}'s review"

    def send_networks(self, results: Mapping[str, int | Sequence[int]]) -> None:
        """Sends what phones have trained: the result of the recording's network of this number, or invented counts."""
        for phone, result in results.items():
            deal = self.classroom.contribution(phone).deal
            assert deal is not None
            if isinstance(result, int):
                network = _of_recording(deal[0], result)
                self._results[deal] = network.right, network.correct
                self.classroom.send_network(phone, *deal, list(network.right), network.correct)
            else:
                self.classroom.send_network(phone, *deal, list(result), some_correct(result))

    def train_again(self) -> None:
        """From now on the wall trains phones' networks again: recorded results come out the same, invented ones not."""
        self._wall_trains = True

    def shown(self) -> stream.Events:
        """Returns what wall, notes and phones are sent now."""
        training = self.stage.class_training
        training.follow(wall_is_open=True)
        while self._wall_trains and (wanted := training.wanted):
            for cell, seed in wanted:
                network = _of_recording(cell, 0)
                right, correct = self._results.get((cell, seed), (network.right, network.correct))
                result = {"cell": cell, "seed": seed, "right": [*right], "correct": correct}
                presses.press(self.stage, "trained", result)
            training.follow(wall_is_open=True)
        audiences: set[stream.Audience] = {"wall", "notes", "phones"}
        return stream.build(self.stage, self.classroom, self.classroom.state(), audiences, is_quick=False)[0]

    def _review_of(self, phone: str) -> SentReview:
        sent = self.classroom.contribution(phone).review
        assert sent is not None
        return sent


def _of_recording(cell: str, number: int) -> ClassNetwork:
    return [network for network in recorded(TRAINED.name).values() if network.cell == cell][number]


def play(events: Sequence[Event], stage: Stage) -> Iterator[Event]:
    """Yields each event with what comes out after it, as a tape has it."""
    before: dict[str, Parts] = {name: {} for name in AUDIENCES}
    for event in events:
        played: Event = {name: event[name] for name in ("do", "with") if name in event}
        try:
            stage.do(event["do"], *event.get("with", []))
        except UserError as error:
            played["refused"] = flat(str(error))
        shown = stage.shown()
        for name, audience in AUDIENCES.items():
            text = json.dumps(facts(audience(stage, shown)), ensure_ascii=False)
            for volatile, lasting in stage.names.items():
                text = text.replace(volatile, lasting)
            parts = json.loads(text)
            if changed := _changes(before[name], parts):
                played[name] = changed
            before[name] = parts
        yield played


def _changes(before: Parts, after: Parts) -> Parts:
    gone = dict.fromkeys(name for name in before if name not in after)
    return {name: part for name, part in after.items() if name not in before or before[name] != part} | gone


def counts(stage: Stage, _: stream.Events) -> Parts:
    """Returns the numbers that wall and notes get."""
    return stream.counts(stage.classroom)


def wall(_: Stage, shown: stream.Events) -> Parts:
    """Returns what the wall gets."""
    if not shown.scene:
        return {}
    sent = _sent(shown, "wall")
    question, outcome = sent["question"] or {"text": "", "control": {}}, sent["outcome"]
    choices = [] if "grid" in question["control"] else [label for _, label, _ in question["control"].get("answers", [])]
    codes = presenter.codes(shown.scene, "http://localhost:8501/wall")
    shows = {
        "title": sent["title"],
        "text": _text(sent["text"]),
        "place": f"{sent['step'] + 1} / {sent['steps']}",
        "join": codes["join"]["address"],
        "home": codes["home"] and codes["home"]["address"],
        "parts": [_content(part) for part in sent["parts"]],
        "question": question["text"],
        "choices": choices,
        "discussion": sent["discussion"],
        "score": sent["score"],
        "sure_and_wrong": sent["surprised"],
        "explanation": outcome and outcome["said"],
        "buttons": _labels(sent),
        "train": [_lasting(**deal) for deal in sent["train"]],
        "problem": sent["problem"],
    }
    return _filled(shows | _votes(sent))


def notes(_: Stage, shown: stream.Events) -> Parts:
    """Returns what the presenter's screen gets."""
    if not shown.scene:
        return {}
    sent = _sent(shown, "notes")
    names = ("title", "next", "phase", "round", "sentences", "lines", "takesReviews", "warnings")
    shows = {name: sent[name] for name in names} | {
        "notes": _text(sent["notes"]),
        "question": sent["question"] and sent["question"]["text"],
        "reviews": [[review["text"], review["shown"]] for review in sent["reviews"]],
        "buttons": _labels(sent),
    }
    return _filled(shows | _votes(sent))


def phones(_: Stage, shown: stream.Events) -> Parts:
    """Returns what all phones get."""
    sent = _sent(shown, "phones")
    del sent["lecture"]  # when it began
    return sent


def phone(stage: Stage, shown: stream.Events) -> Parts:
    """Returns what the first phone alone gets."""
    own = phone_message.for_one(shown.state, stage.classroom.contribution(PHONES[0]), shown.outcome)
    if own["deal"]:
        own["deal"] = _lasting(*own["deal"])
    return own


AUDIENCES = {"counts": counts, "wall": wall, "notes": notes, "phones": phones, "phone": phone}


def _lasting(cell: str, seed: int) -> Deal:
    """Returns a deal of any lecture."""
    return cell, seed % OF_A_CLASS


def _sent(shown: stream.Events, audience: stream.Audience) -> Parts:
    return cast("Parts", json.loads(shown.by_audience[audience].partition(b"data: ")[2]))


def _filled(parts: Parts) -> Parts:
    return {name: part for name, part in parts.items() if part}


def _labels(sent: Parts) -> list[str]:
    """Returns the labels of the presses, and of what they offer to choose from."""
    return [entry["label"] for press in sent["presses"] for entry in (press, *press.get("choices", []))]


def _votes(sent: Parts) -> Parts:
    """Returns the bars of the votes, or the median and the middle half of the last drawings."""
    tallies, outcome = sent["tallies"], sent["outcome"]
    if not tallies:
        return {}
    first, last = tallies[0], tallies[-1]
    if last["band"]:
        return {"band": [last["answered"], *([100 * share for share in line] for line in last["band"])]}
    names = sent["legend"] or [""] * len(tallies)
    answered = [f"{name}: {votes['answered']} answers" for name, votes in zip(names, tallies, strict=True)]
    is_marked = outcome is not None and outcome["answer"] is not None
    marked = bisect_right(first["edges"], outcome["answer"]) - 1 if is_marked else None
    bars = [
        [label, *(str(votes["counts"][place]) for votes in tallies), *["the outcome"] * (place == marked)]
        for place, label in enumerate(first["labels"])
    ]
    return {"legend": " ".join(answered).removeprefix(": "), "bars": bars, "colors": sent["colors"]}


def _content(part: Parts) -> Parts:
    """Returns a part of a step's content by its kind, without looks."""
    match part:
        case {"kind": "drawing", "html": html}:
            dots = re.findall(r'<i class="(rc-dot[^"]*)" style', html)
            kinds = {kind: sum(f"rc-{kind}" in names for names in dots) for kind in ("dot", "own", "faded")}
            return _filled({"drawing": _text(html), "dots": dots and kinds})
        case {"kind": "progress", "rows": rows}:
            return {"progress": [[row["name"], row["text"]] for row in rows], "status": part["status"]}
        case {"kind": "bars", "rows": rows}:
            return {"bars": [[name, percent(share)] for name, share, _ in rows], "note": part["note"]}
        case {"kind": "curves", "groups": groups}:
            band = {name: line(part["band"][name]) for name in ("low", "middle", "high")} if "band" in part else {}
            cards = [[group["label"], group["best"], group["best_note"]] for group in groups if group["status"]]
            return _filled({"curves": curves(part["charts"], groups), "cards": cards, "band": band})
        case {"kind": "figures", "figures": figures}:
            return {"figures": [[figure.get("title", ""), figure["words"]] for figure in figures]}
        case {"kind": "verdicts", "cards": cards}:
            looks = ("color", "from", "to", "positive")
            return {"review": part["text"], "verdicts": [[card[n] for n in card if n not in looks] for card in cards]}
    return {name: value for name, value in part.items() if name != "for"}


def _text(html: str) -> str:
    """Returns the text of HTML, with a space after each element that is no part of a sentence."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"(</(?!i>|em>|strong>|code>)\w+>)", r"\1 ", html)))


def facts(message: Any) -> Any:
    """Returns a message's facts: numbers unpacked and rounded, texts on one line."""
    if isinstance(message, str):
        return flat(message)
    if isinstance(message, float):
        return float(f"{message:.4g}")
    if isinstance(message, list | tuple):
        return [facts(part) for part in message]
    if not isinstance(message, dict):
        return message
    if "groups" in message:
        return curves(message.get("charts") or [message["chart"]], message["groups"])
    if "words" in message and "runs" in message:
        return reading(message)
    return {name: facts(part) for name, part in message.items()}


def curves(charts: Sequence[Mapping[str, Any]], groups: Sequence[Mapping[str, Any]]) -> Parts:
    """Returns the curves of a message: numbers in the chart's unit, by network and figure."""
    factors = {chart[kind]: chart["factor"] for chart in charts for kind in ("training", "validation") if chart[kind]}
    return {
        group["label"]: {name: line(values, factors[name]) for name, values in group["figures"].items()}
        for group in groups
    }


def line(values: str, factor: float = 100) -> str:
    """Returns packed numbers as text."""
    numbers = np.frombuffer(base64.b64decode(values), "<i2") * (factor / STEPS)
    return " ".join(f"{number:.3g}" for number in numbers)


def reading(message: Mapping[str, Any]) -> Parts:
    """Returns what networks make of a review: its words, and each network's log-odds after the last, roughly."""
    networks = [[run["title"], run.get("cell", ""), round(run["logits"][-1], 1)] for run in message["runs"]]
    return {
        "words": " ".join(message["words"]),
        **{name: message[name] for name in ("cut", "author")},
        "networks": networks,
    }


def flat(text: str) -> str:
    """Returns a text with single spaces, also for line ends and spaces that do not break."""
    return " ".join(text.split())


def load(lecture: str) -> list[Event]:
    """Returns a lecture's tape."""
    events: list[Event] = json.loads((TAPES / f"{lecture}.json").read_text(encoding="utf-8"))
    return events


def save(lecture: str, events: Sequence[Event]) -> None:
    """Writes a lecture's tape."""
    (TAPES / f"{lecture}.json").write_text(f"{_laid_out(list(events))}\n", encoding="utf-8")


def _laid_out(value: Any, indent: str = "") -> str:
    """Returns JSON with a line for all that has room on one."""
    text = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or len(indent + text) <= LONGEST_LINE:
        return text
    deeper = f"{indent} "
    if isinstance(value, list):
        parts = [_laid_out(part, deeper) for part in value]
    else:
        parts = [f"{json.dumps(name)}: {_laid_out(part, deeper)}" for name, part in value.items()]
    ends = "[]" if isinstance(value, list) else "{}"
    return f"{ends[0]}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{ends[1]}"
