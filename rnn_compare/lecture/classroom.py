"""The class of a lecture: its current step, the phones' answers and reviews, and the runs that are still hidden."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_networks import ClassNetwork, ClassNetworks, Status
from rnn_compare.lecture.class_state import NOT_OPEN, Contribution, Counts, Phase, SentReview, State
from rnn_compare.lecture.class_task import Deal, class_task
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.confidence import checked_confidence
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.neighbours import Sign, checked_row, signs
from rnn_compare.lecture.peer_instruction import answers_csv
from rnn_compare.lecture.questions import Question, checked
from rnn_compare.lecture.review_inbox import ReviewInbox, checked_review

MOST_DEVICES = 2000
"""Devices that may join a lecture, so that a script with ever new cookies cannot fill the disk."""
FULL = f"{MOST_DEVICES:,} devices have joined: the class is full."
NO_LECTURE = "No lecture is running."


class Classroom:
    """The class of one server. Thread-safe.

    Each change is on the disk before its method returns, so a restarted server continues where it was. Methods that
    write hold a lock meanwhile. Methods that only read never wait, so the event loop may call them: what they read is
    replaced as a whole or entry by entry. ``warnings`` are sentences for the page; ``networks``
    are those that the class has trained.

    Raises:
        UserError: If the record cannot be used; so does every method that writes.
    """

    def __init__(self, path: Path) -> None:
        self._record = ClassroomRecord(path)
        self.warnings = self._record.warnings
        self._lock = threading.Lock()
        self._count_lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._open_pages: Counter[str] = Counter()
        self._state, self._lecture = State(), 0
        self._picture: tuple[int, int, str] = (0, 0, "")
        if last := self._record.last():
            self._lecture, state, ended = last
            self._state = state.ended() if ended else replace(state, neighbours=0)
        self._rows: dict[str, int] = {}  # like the signs, in memory alone
        self._signs: dict[str, Sign] = {}
        self._devices = self._record.devices(self._lecture)
        self._answers = self._record.answers(self._lecture)
        self._confidence = self._record.confidence(self._lecture)
        self._reviews = ReviewInbox(self._record, self._lecture)
        self.networks = ClassNetworks(self._record, self._lecture, self._state.task)

    def close(self) -> None:
        """Closes the record."""
        self._record.close()

    @property
    def is_replaced(self) -> bool:
        """Whether the record's file was removed or replaced since it was opened."""
        return self._record.is_replaced

    def state(self) -> State:
        """Returns the state of the lecture."""
        return self._state

    def began(self) -> float:
        """Returns when the lecture began, in seconds since 1970."""
        return self._record.began(self._lecture)

    def number(self) -> int:
        """Returns the number of the lecture, of the last one after its end; 0 before the first."""
        return self._lecture

    def counts(self) -> Counts:
        """Returns how many devices take part."""
        return Counts(len(self._devices), len(self._open_pages), len(self._current_answers()))

    def rounds(self, question: str) -> list[dict[str, Answer]]:
        """Returns the answers to a question by device, for each round with answers."""
        with self._lock:
            return [dict(self._answers[key]) for key in sorted(self._answers) if key[0] == question]

    def confidence(self, question: str) -> dict[str, int]:
        """Returns by device how sure the last round's answers to a question are, as an index into ``CONFIDENCE``."""
        with self._lock:
            last = max((key for key in self._answers if key[0] == question), default=("", 0))
            return dict(self._confidence.get(last, {}))

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls a quick function after each change, in the thread of the change, until the returned one is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def export_csv(self) -> str:
        """Returns all answers and networks of all lectures as CSV; devices are running numbers."""
        return answers_csv(self._record.rows(), self._record.all_networks())

    def begin(self, lecture: str, recorded: bool = False, settings: Collection[str] = (), task: str = "") -> None:
        """Begins a lecture and ends the current one.

        Args:
            lecture: The lecture's name.
            recorded: Whether recorded runs replace the trainings.
            settings: Settings (``curve_setting``) that the lecture trains; their runs are hidden until the reveal.
            task: The preset whose networks the class's phones train; empty without one.
        """
        with self._change():
            self._end()
            version = self._state.version + 1
            hidden = frozenset(settings)
            state = State(lecture=lecture, recorded=recorded, hidden_settings=hidden, task=task, version=version)
            self._lecture, self._state = self._record.begin(state), state
            self._devices, self._answers, self._confidence = {}, {}, {}
            self._reviews = ReviewInbox(self._record, self._lecture)
            self.networks = ClassNetworks(self._record, self._lecture, task)
            for device in tuple(self._open_pages):
                with contextlib.suppress(UserError):  # a full class
                    self._add(device)

    def show_step(self, index: int, title: str, text: str, question: Question | None = None) -> None:
        """Goes to a step; an earlier question keeps its phase and round."""
        with self._change():
            phase, round_, runs = self._record.step(self._lecture, _key(question, index)) or ("idle", 1, ())
            # An outcome keeps its runs; everything else is about the newest ones.
            runs = runs if phase == "revealed" and runs else self._state.runs
            wall = {} if index == self._state.step else _NO_REVIEW
            wall |= {"title": title, "text": text, "neighbours": 0}
            self._set(step=index, question=question, phase=phase, round=round_, runs=runs, **wall)

    def runs_at(self, index: int) -> tuple[str, ...]:
        """Returns the runs of a step without a question when it was last shown."""
        with self._lock:
            step = self._record.step(self._lecture, _key(None, index))
            return step[2] if step else ()

    def show_runs(self, run_ids: Collection[str]) -> None:
        """Makes these runs, which are not hidden, the runs of the following steps."""
        with self._change():
            self._set(runs=tuple(run_ids))

    def hide(self, run_ids: Collection[str]) -> None:
        """Makes these runs the runs of the following steps, and hides them from everyone until the reveal."""
        with self._change():
            self._set(runs=tuple(run_ids), hidden=self._state.hidden | frozenset(run_ids))

    def open_vote(self) -> None:
        """Lets the class answer the current question; raises ``UserError`` without one or after its reveal."""
        self._open_round(0)

    def close_vote(self) -> None:
        """Accepts no more answers."""
        self._advance("open", "closed", neighbours=0)

    def show_answers(self) -> None:
        """Shows the answers of a closed vote to the class."""
        self._advance("closed", "shown")

    def ask_rows(self, are_asked: bool) -> None:
        """Has phones ask, once, for the row of seats, or no longer."""
        with self._change():
            self._set(rows_asked=are_asked)

    def take_row(self, device: str, row: object) -> None:
        """Remembers a device's row of seats until the lecture ends; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.rows_asked:
                raise UserError("Phones do not ask for rows now.")
            number = checked_row(row)
            self._add(device)
            self._rows[device] = number

    def pair_neighbours(self) -> None:
        """Has phones that answered and are here show whom to discuss with; raises ``UserError`` if they are too few."""
        with self._change():
            answers = {device: answer for device, answer in self._current_answers().items() if self.pages_of(device)}
            if len(answers) < 2:
                raise UserError("Fewer than two phones that answered are here, so nobody can be paired.")
            self._signs = signs(answers, self._rows)
            self._set(neighbours=self._state.neighbours + 1)

    def vote_again(self) -> None:
        """Opens another round, beside the earlier ones; raises ``UserError`` without a question or after its reveal."""
        self._open_round(1)

    def reveal(self, settings: Collection[str] = ()) -> None:
        """Closes the vote and shows the step's hidden runs, and all others of these settings."""
        with self._change():
            hidden = self._state.hidden - frozenset(self._state.runs)
            settings_left = self._state.hidden_settings - frozenset(settings)
            self._set(phase="revealed", hidden=hidden, hidden_settings=settings_left, neighbours=0)

    def end(self) -> None:
        """Ends the lecture: shows what is hidden, and deletes reviews that were not shown."""
        with self._change():
            self._end()

    def open_reviews(self, are_open: bool) -> None:
        """Opens or closes the sending of reviews by phones."""
        with self._change():
            self._set(reviews_open=are_open)

    def offer_networks(self, are_offered: bool) -> None:
        """Offers the page that reads to phones, or withdraws it; after a lecture it can only be withdrawn."""
        with self._change():
            self._set(networks_offered=are_offered, after_the_end=not are_offered)

    def show_picture(self, step: int, picture: str) -> None:
        """Gives phones a step's picture, as JSON. It is not recorded: the wall gives it whenever it draws the step."""
        now = self._lecture, step, picture
        if now != self._picture:
            self._picture = now
            self._notify()

    def picture(self) -> str:
        """Returns the current step's picture as JSON; empty if the wall has given none."""
        lecture, step, picture = self._picture
        return picture if self._state.lecture and (lecture, step) == (self._lecture, self._state.step) else ""

    def reviews(self) -> list[SentReview]:
        """Returns the reviews that were sent, oldest first."""
        return self._reviews.all()

    def show_review(self, review: str | None, verdicts: Sequence[str] = ()) -> None:
        """Shows a review with the networks' verdicts on the wall, or clears it; raises ``UserError`` if it is gone."""
        with self._change():
            if review is None:
                self._set(**_NO_REVIEW)
            else:
                text = self._reviews.mark_shown(review).text
                self._set(wall_review=text, wall_verdicts=tuple(verdicts), wall_review_id=review)

    def drop_review(self, review: str) -> None:
        """Deletes a review."""
        with self._change():
            self._reviews.drop(review)
            self._set(**(_NO_REVIEW if self._state.wall_review_id == review else {}))  # notifies the sender

    def has(self, device: str) -> bool:
        """Returns whether a device takes part; before a lecture all do."""
        return not self._state.lecture or device in self._devices

    def join(self, device: str) -> None:
        """Lets a device take part in the lecture; raises ``UserError`` if the class is full."""
        with self._change():
            self._add(device)

    @contextlib.contextmanager
    def connected(self, device: str) -> Iterator[None]:
        """Counts a device's page as open meanwhile."""
        self._count(device, 1)
        try:
            yield
        finally:
            self._count(device, -1)

    def pages_of(self, device: str) -> int:
        """Returns how many pages a device has open."""
        return self._open_pages[device]

    def answer(
        self, device: str, question_id: object, round_: object, value: object, confidence: object = None
    ) -> Answer:
        """Stores and returns a device's answer, in place of its earlier one; raises ``UserError`` if it is refused."""
        with self._change():
            state = self._state
            if state.question is None or question_id != state.question.id:
                raise UserError("This question is not open.")
            if state.phase != "open":
                raise UserError(NOT_OPEN[state.phase])
            if isinstance(round_, bool) or round_ != state.round:
                raise UserError("The class is voting again: this answer is for another round.")
            answer, level = checked(state.question, value), checked_confidence(state.question, confidence)
            self._add(device)
            key = (state.question.id, state.round)
            self._record.save_answer(self._lecture, *key, device, answer, level)
            self._answers.setdefault(key, {})[device] = answer
            levels = {name: known for name, known in self._confidence.get(key, {}).items() if name != device}
            self._confidence[key] = levels if level is None else levels | {device: level}
        return answer

    def send_review(self, device: str, text: object) -> SentReview:
        """Stores and returns a device's review, in place of its waiting one; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.reviews_open:
                raise UserError("Reviews are closed.")
            plain = checked_review(text)
            self._add(device)
            return self._reviews.add(device, plain)

    def show_task(self) -> None:
        """Shows the class its networks, and the outcome of the step's question; what is hidden stays so."""
        with self._change():
            self._set(phase="revealed", task_shown=True)

    def start_task(self) -> None:
        """Has the class's phones train, unless they do."""
        with self._change():
            if not self._state.task_since:
                self._set(task_since=time.time())

    def send_network(self, device: str, cell: object, seed: object, right: object) -> None:
        """Stores a device's network; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.task_since:
                raise UserError("Phones are not training now.")
            self._add(device)
            task = class_task(self._state.task)
            dealt = task.deal(self._devices[device])
            self.networks.add_sent(device, task, dealt, (cell, seed, right))

    def phones_training(self) -> Counter[str]:
        """Returns for each cell the number of devices that are here and have not sent their network."""
        task = class_task(self._state.task)
        here = [device for device in tuple(self._open_pages) if self.networks.lacks(device)]
        return Counter(task.deal(self._devices[device])[0] for device in here if device in self._devices)

    def add_networks(self, networks: Iterable[ClassNetwork]) -> None:
        """Stores networks of the server's, or recorded ones."""
        with self._change():
            for network in networks:
                self.networks.add_own(network)

    def mark_network(self, deal: Deal, status: Status) -> None:
        """Stores whether the server could repeat a phone's network."""
        with self._change():
            self.networks.mark(deal, status)

    def contribution(self, device: str) -> Contribution:
        """Returns a device's own answer with its confidence, its review and its network."""
        number = self._devices.get(device)
        deal = class_task(self._state.task).deal(number) if number and self._state.task else None
        answer, review = self._current_answers().get(device), self._reviews.newest_of(device)
        question = self._state.question
        confidence = self._confidence.get((question.id, self._state.round), {}).get(device) if question else None
        sent, row = not self.networks.lacks(device), self._rows.get(device)
        sign = self._signs.get(device) if self._state.neighbours else None
        return Contribution(answer, review, deal, sent, confidence, row, sign)

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._lock:
            yield
        self._notify()

    def _count(self, device: str, change: int) -> None:
        with self._count_lock:  # never held while the disk is written
            self._open_pages[device] += change
            if not self._open_pages[device]:
                del self._open_pages[device]
        self._notify()

    def _notify(self) -> None:
        for callback in tuple(self._listeners):
            callback()

    def _set(self, *, after_the_end: bool = False, **changes: Any) -> None:
        if not (self._state.lecture or after_the_end):
            raise UserError(NO_LECTURE)
        state = replace(self._state, **changes, version=self._state.version + 1)
        self._record.save_state(self._lecture, state, _key(state.question, state.step))
        self._state = state

    def _end(self) -> None:
        if self._state.lecture:
            state = replace(self._state.ended(), version=self._state.version + 1)
            self._record.end(self._lecture, state)
            self._state, self._reviews = state, ReviewInbox(self._record, self._lecture)
            self._rows, self._signs = {}, {}

    def _add(self, device: str) -> None:
        if self._state.lecture and device not in self._devices:
            if len(self._devices) >= MOST_DEVICES:
                raise UserError(FULL)
            self._record.add_device(self._lecture, device, len(self._devices) + 1)
            self._devices[device] = len(self._devices) + 1

    def _open_round(self, later: int) -> None:
        with self._change():
            if self._state.question is None:
                raise UserError("This step has no question. Go to one that does to open the vote.")
            if self._state.phase == "revealed":
                raise UserError(NOT_OPEN["revealed"])
            self._set(phase="open", round=self._state.round + later)

    def _advance(self, phase: Phase, following: Phase, **changes: Any) -> None:
        with self._change():
            if self._state.phase == phase:
                self._set(phase=following, **changes)

    def _current_answers(self) -> dict[str, Answer]:
        question = self._state.question
        return self._answers.get((question.id, self._state.round), {}) if question else {}


_NO_REVIEW: dict[str, Any] = {"wall_review": None, "wall_verdicts": (), "wall_review_id": ""}


def _key(question: Question | None, step: int) -> str:
    return question.id if question else f"step {step}"
