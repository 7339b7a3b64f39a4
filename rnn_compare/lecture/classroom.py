"""The class of a lecture: its phones' answers, reviews and networks, beside the lecture's course."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import NOT_OPEN, Contribution, Counts, SentReview, State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.course import NO_REVIEW, Course
from rnn_compare.lecture.inbox import ReviewInbox, Votes, checked_review
from rnn_compare.lecture.neighbours import Seating, checked_row
from rnn_compare.lecture.peer_instruction import answers_csv, checked_confidence
from rnn_compare.lecture.questions import checked
from rnn_compare.lecture.trained.class_networks import ClassNetwork, ClassNetworks, ClassResult, Status, class_results
from rnn_compare.lecture.trained.class_task import Deal


class OpenPages:
    """How many pages each device has open. Thread-safe; ``changed`` is called after each change."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed, self._lock = changed, threading.Lock()
        self._pages: Counter[str] = Counter()

    def devices(self) -> tuple[str, ...]:
        """Returns the devices with an open page."""
        return tuple(self._pages)

    def count(self, device: str) -> int:
        """Returns how many pages a device has open."""
        return self._pages[device]

    @contextlib.contextmanager
    def opened(self, device: str) -> Iterator[None]:
        """Counts a device's page as open meanwhile."""
        self._count(device, 1)
        try:
            yield
        finally:
            self._count(device, -1)

    def _count(self, device: str, change: int) -> None:
        with self._lock:  # never held while the disk is written
            self._pages[device] += change
            if not self._pages[device]:
                del self._pages[device]
        self._changed()


MOST_DEVICES = 2000
"""Devices that may join a lecture, so that a script with ever new cookies cannot fill the disk."""
FULL = f"{MOST_DEVICES:,} devices have joined: the class is full."


class Classroom(Course):
    """The class of one server. Thread-safe, and on the disk, as ``Course``.

    Attributes:
        pages: Those that phones have open.
        votes: The answers of the lecture's devices.
        networks: Those that the class has trained.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(ClassroomRecord(path))
        self.pages = OpenPages(self._notify)
        self._earlier: tuple[tuple[int, int], list[ClassResult]] = ((-1, 0), [])
        self._load()

    def close(self) -> None:
        """Closes the record."""
        self._record.close()

    @property
    def warnings(self) -> list[str]:
        """Sentences for the page."""
        return self._record.warnings

    def warn(self, sentence: str, seconds: float) -> None:
        """Adds a warning for so many seconds."""
        self._record.warn(sentence, seconds)

    @property
    def is_replaced(self) -> bool:
        """Whether the record's file was removed or replaced since it was opened."""
        return self._record.is_replaced

    def counts(self) -> Counts:
        """Returns how many devices take part."""
        return Counts(len(self._devices), len(self.pages.devices()), len(self.votes.current(self._state)))

    def export_csv(self) -> str:
        """Returns all answers and networks of all lectures as CSV; devices are running numbers."""
        return answers_csv(self._record.rows(), self._record.all_networks())

    def classes(self) -> list[ClassResult]:
        """Returns what the classes have trained whose networks may be seen, newest first."""
        state, lecture, own = self._state, self._lecture, list[ClassResult]()
        running = lecture if state.lecture else 0
        if self._earlier[0] != (lecture, running):  # a wall asks twice a second
            results = [result for result in class_results(self._record) if result.lecture != running]
            self._earlier = (lecture, running), results
        if running and state.task_shown and self.networks.sent():
            networks = [network for network in self.networks.all() if network.origin != "recording"]
            own = [ClassResult(lecture, state.lecture, self.began(), state.task, tuple(networks))]
        return [*own, *self._earlier[1]]

    def class_of(self, lecture: int) -> ClassResult | None:
        """Returns what the class of a lecture has trained; None where phones trained nothing, or it is hidden."""
        return next((result for result in self.classes() if result.lecture == lecture), None)

    def begin(
        self, lecture: str, recorded: bool = False, settings: Collection[str] = (), task: str = "", replayed: int = 0
    ) -> None:
        """Begins a lecture and ends the current one.

        Args:
            lecture: The lecture's name.
            recorded: Whether recorded runs replace the trainings.
            settings: Settings (``curve_setting``) that the lecture trains; their runs are hidden until the reveal.
            task: The preset whose networks the class's phones train; empty without one.
            replayed: The number of an earlier lecture whose class's networks are played.
        """
        with self._change():
            self._end()
            hidden = frozenset(settings)
            state = State(lecture, recorded=recorded, hidden_settings=hidden, task=task, replayed=replayed)
            state = replace(state, version=self._state.version + 1)
            self._lecture, self._state = self._record.begin(state), state
            self._load()
            for device in self.pages.devices():
                with contextlib.suppress(UserError):  # a full class
                    self._add(device)

    def end(self) -> None:
        """Ends the lecture: shows what is hidden, and deletes reviews that were not shown."""
        with self._change():
            self._end()

    def has(self, device: str) -> bool:
        """Returns whether a device takes part; before a lecture all do."""
        return not self._state.lecture or device in self._devices

    def join(self, device: str) -> None:
        """Lets a device take part in the lecture; raises ``UserError`` if the class is full."""
        with self._change():
            self._add(device)

    def contribution(self, device: str) -> Contribution:
        """Returns what is a device's own."""
        number, state = self._devices.get(device), self._state
        return Contribution(
            answer=self.votes.current(state).get(device),
            review=self._reviews.newest_of(device),
            deal=self.networks.deal(number) if number and state.task else None,
            sent=not self.networks.lacks(device),
            confidence=self.votes.level(state, device),
            row=self._seating.row(device),
            sign=self._seating.sign(device) if state.neighbours else None,
        )

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
            self.votes.add(state.question.id, state.round, device, answer, level)
        return answer

    def take_row(self, device: str, row: object) -> None:
        """Remembers a device's row of seats until the lecture ends; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.rows_asked:
                raise UserError("Phones do not ask for rows now.")
            number = checked_row(row)
            self._add(device)
            self._seating.take_row(device, number)

    def pair_neighbours(self) -> None:
        """Has phones that answered and are here show whom to discuss with; raises ``UserError`` if they are too few."""
        with self._change():
            answers = self.votes.current(self._state)
            self._seating.pair({device: answer for device, answer in answers.items() if self.pages.count(device)})
            self._set(neighbours=self._state.neighbours + 1)

    def send_review(self, device: str, text: object) -> SentReview:
        """Stores and returns a device's review, in place of its waiting one; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.reviews_open:
                raise UserError("Reviews are closed.")
            plain = checked_review(text)
            self._add(device)
            return self._reviews.add(device, plain)

    def reviews(self) -> list[SentReview]:
        """Returns the reviews that were sent, oldest first."""
        return self._reviews.all()

    def show_review(self, review: str | None, verdicts: Sequence[str] = ()) -> None:
        """Shows a review with the networks' verdicts on the wall, or clears it; raises ``UserError`` if it is gone."""
        with self._change():
            if review is None:
                self._set(**NO_REVIEW)
            else:
                text = self._reviews.mark_shown(review).text
                self._set(wall_review=text, wall_verdicts=tuple(verdicts), wall_review_id=review)

    def drop_review(self, review: str) -> None:
        """Deletes a review."""
        with self._change():
            self._reviews.drop(review)
            self._set(**(NO_REVIEW if self._state.wall_review_id == review else {}))  # notifies the sender

    def send_network(self, device: str, cell: object, seed: object, right: object, correct: object) -> None:
        """Stores a device's network; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.task_since:
                raise UserError("Phones are not training now.")
            self._add(device)
            self.networks.add_sent(device, self._devices[device], (cell, seed, right, correct))

    def add_networks(self, networks: Iterable[ClassNetwork]) -> None:
        """Stores networks of the server's, or recorded ones, unless they are there."""
        with self._change():
            self.networks.add_own(networks)

    def mark_network(self, deal: Deal, status: Status) -> None:
        """Stores whether the server could repeat a phone's network."""
        with self._change():
            self.networks.mark(deal, status)

    def phones_training(self) -> Counter[str]:
        """Returns for each cell the number of devices that are here and have not sent their network."""
        here = [self._devices.get(device) for device in self.pages.devices() if self.networks.lacks(device)]
        return Counter(deal[0] for number in here if number and (deal := self.networks.deal(number)))

    def _load(self) -> None:
        """Takes up what the record has of the current lecture."""
        record, lecture = self._record, self._lecture
        self._devices, self._seating = record.devices(lecture), Seating()
        self.votes, self._reviews = Votes(record, lecture), ReviewInbox(record, lecture)
        self.networks = ClassNetworks(record, lecture, self._state.task)

    def _end(self) -> None:
        if self._state.lecture:
            state = replace(self._state.ended(), version=self._state.version + 1)
            self._record.end(self._lecture, state)
            self._state, self._reviews, self._seating = state, ReviewInbox(self._record, self._lecture), Seating()

    def _add(self, device: str) -> None:
        if self._state.lecture and device not in self._devices:
            if len(self._devices) >= MOST_DEVICES:
                raise UserError(FULL)
            self._record.add_device(self._lecture, device, len(self._devices) + 1)
            self._devices[device] = len(self._devices) + 1
