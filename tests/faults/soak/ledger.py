"""What the program has promised: every vote and review that it said it keeps, every epoch that it has shown."""

import contextlib
import hashlib
import json
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.fold import ClassRecord, fold
from rnn_compare.lecture.classroom.journal import Journal
from rnn_compare.lecture.controls import Answer
from rnn_compare.runs.events import EpochEnd, Status
from rnn_compare.runs.record import Run
from rnn_compare.runs.store import RunStore
from tests.faults.conftest import curve, figures, like

Vote = tuple[int, str, int, str]
"""Lecture, question, round and device."""


def device_of(cookie: str) -> str:
    return hashlib.sha256(f"class {cookie.partition('=')[2]}".encode()).hexdigest()[:24]


@dataclass
class Ledger:
    """Written by phones and by whoever looks on; any thread may call.

    Attributes:
        lecture: Counts lectures, from 1.
        acknowledged: The votes that were answered with 2xx.
        perhaps: Votes whose answer never came and that were not sent again: each may be there or not.
        reviews: The reviews that were answered with 2xx, by lecture and device.
        epochs: Those that the record has shown, by run and number.
        problems: What must never be, in sentences.
    """

    lecture: int = 0
    acknowledged: dict[Vote, Answer] = field(default_factory=dict)
    perhaps: dict[Vote, Answer] = field(default_factory=dict)
    reviews: dict[tuple[int, str], str] = field(default_factory=dict)
    epochs: dict[tuple[str, int], EpochEnd] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _curves: dict[str, dict[int, list[float]]] = field(default_factory=dict)

    def problem(self, sentence: str) -> None:
        with self._lock:
            if sentence not in self.problems:
                self.problems.append(sentence)

    def votes_of(self, lecture: int) -> dict[Vote, Answer]:
        with self._lock:
            return {vote: answer for vote, answer in self.acknowledged.items() if vote[0] == lecture}

    def last_round(self, lecture: int) -> tuple[list[Answer], int]:
        """Returns the votes that are kept of a lecture's last round, and how many are in doubt."""
        votes = self.votes_of(lecture)
        with self._lock:
            in_doubt = [vote for vote in self.perhaps if vote[0] == lecture]
        last = max((round_ for _, _, round_, _ in (*votes, *in_doubt)), default=1)
        return [answer for vote, answer in votes.items() if vote[2] == last], len(in_doubt)

    def tries(self, vote: Vote, answer: Answer) -> None:
        with self._lock:
            self.perhaps[vote] = answer

    def told(self, vote: Vote, answer: Answer, is_kept: bool, is_sure: bool) -> None:
        with self._lock:
            if is_kept:
                self.acknowledged[vote] = answer
            if is_sure:
                self.perhaps.pop(vote, None)

    def sees(self, runs: Iterable[Run]) -> None:
        """Notes the epochs that the record shows now, and whether one that it has shown is gone or another."""
        shown = {(epoch.run, epoch.epoch): epoch for run in runs for epoch in run.epochs}
        for key, epoch in self.epochs.items():
            if key not in shown:
                self.problem(f"Epoch {key[1]} of {key[0]} was shown and is gone.")
            elif figures(shown[key]) != like(figures(epoch)):
                self.problem(f"Epoch {key[1]} of {key[0]} has other figures than it had.")
        self.epochs |= shown

    def check_runs(self, runs: Sequence[Run], expected: int) -> None:
        """Checks the runs of one lecture once all have ended."""
        if len(runs) != expected:
            self.problem(f"{len(runs)} runs were begun, not {expected}: {[run.id for run in runs]}.")
        for run in runs:
            if run.status is not Status.FINISHED:
                self.problem(f"{run.id} is {run.status}: {run.reason}")
            if (numbers := [epoch.epoch for epoch in run.epochs]) != list(range(1, run.experiment.epochs + 1)):
                self.problem(f"{run.id} has the epochs {numbers}.")
            its = curve(run)
            first = self._curves.setdefault(run.experiment.setting, its)
            if any(its[number] != like(first[number]) for number in its.keys() & first.keys()):
                self.problem(f"{run.id}, continued {run.continued}, has another curve than the first of its setting.")

    def check_class(self, cache: Path) -> None:
        """Checks, before a lecture ends, what the disk holds of what its phones have sent."""
        record = recorded(cache)[-1]
        votes = {
            (self.lecture, question, round_, device): answered.answer
            for (question, round_), by_device in record.votes.answers.items()
            for device, answered in by_device.items()
        }
        for vote, answer in self.votes_of(self.lecture).items():
            if votes.get(vote) not in (answer, self.perhaps.get(vote, answer)):
                self.problem(f"The vote {vote} was kept as {answer} and is {votes.get(vote)}.")
        for vote, answer in votes.items():
            if vote not in self.acknowledged and self.perhaps.get(vote) != answer:
                self.problem(f"Nobody cast the vote {vote}: {answer}.")
        texts = [review.text for _, review in record.reviews.sent.values()]
        sent = {key: text for key, text in self.reviews.items() if key[0] == self.lecture}
        for (_, device), text in sent.items():
            if texts.count(text) != 1:
                self.problem(f"The review of {device} is there {texts.count(text)} times.")

    def check_after_the_end(self, cache: Path, shown: str) -> None:
        """Checks that what counts is there when the lecture has ended: the answers, and the review that was shown."""
        records = recorded(cache)
        rows = sum(len(answers) for record in records for answers in record.votes.answers.values())
        reviews = [review.text for _, review in records[-1].reviews.sent.values()]
        if not len(self.acknowledged) <= rows <= len(self.acknowledged.keys() | self.perhaps.keys()):
            self.problem(f"{rows} answers are in the export, and {len(self.acknowledged)} were kept.")
        if shown and shown not in reviews:
            self.problem(f"The review {shown!r} was shown, and the record has {reviews}.")


def recorded(cache: Path) -> list[ClassRecord]:
    """Returns what the disk holds of each lecture; of none before the first."""
    with contextlib.closing(Journal(cache / "lecture.db")) as journal:
        return [fold(journal.read(number), ClassRecord(number)) for number in range(journal.last() + 1)]


LOOK_SECONDS = 0.5
NEWS = "rnn-compare/live?show=&charts=accuracy"


class Curtain:
    """Tells from the disk whether a lecture has come to its reveal."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def is_down(self) -> bool:
        """Tells whether a lecture is on that has revealed nothing; False where that cannot be read just now."""
        if not (self._cache / "lecture.db").exists():
            return False
        with contextlib.suppress(UserError):
            record = recorded(self._cache)[-1]
            phases = {record.state.phase, *(step.phase for step in record.steps.values())}
            return bool(record.state.lecture) and "revealed" not in phases
        return False


class Watch:
    """Looks at the record as every page does, and at the news as every browser does."""

    def __init__(self, url: str, store: RunStore, ledger: Ledger, curtain: Curtain) -> None:
        self._url, self._store, self._ledger, self._curtain = url, store, ledger, curtain
        self._trained: set[str] = set()

    @contextlib.contextmanager
    def looking(self) -> Iterator[None]:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOK_SECONDS):
                with contextlib.suppress(UserError, OSError):  # the disk is full, or the server is away
                    self._look()

        with ThreadPoolExecutor(1) as threads:
            looks = threads.submit(look)
            try:
                yield
            finally:
                ended.set()
        looks.result()

    def _look(self) -> None:
        runs = self._store.runs()
        self._ledger.sees(runs)
        if not self._curtain.is_down():  # what there is by now was shown, or is from before the lecture
            self._trained = {run.id for run in runs}
        with urllib.request.urlopen(f"{self._url}/{NEWS}", timeout=10) as answer:
            networks = {group["id"] for group in json.load(answer)["groups"]}
        if (glimpsed := networks - self._trained) and self._curtain.is_down():
            self._ledger.problem(f"Every browser was told of {sorted(glimpsed)} before the reveal.")
