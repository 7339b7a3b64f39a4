"""The class of a lecture: its phones' answers, reviews and networks, beside the lecture's course."""

import contextlib
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rnn_compare.class_networks.networks import ClassNetwork, ClassNetworks, ClassResult, Status
from rnn_compare.class_networks.task import Deal
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.class_state import NOT_OPEN, STATE, Contribution, Counts, SentReview, State
from rnn_compare.lecture.classroom.course import NO_REVIEW, Course
from rnn_compare.lecture.classroom.fold import NETWORK, ClassRecord, Votes, fold
from rnn_compare.lecture.classroom.inbox import checked_review
from rnn_compare.lecture.classroom.journal import Event, Journal
from rnn_compare.lecture.classroom.neighbours import Seating, checked_row
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.peer_instruction import answers_csv, checked_confidence
from rnn_compare.lecture.questions import checked


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
    """

    def __init__(self, path: Path) -> None:
        super().__init__(Journal(path))
        self.pages = OpenPages(self._notify)
        self._seating = Seating()
        self._over: dict[int, ClassRecord] = {}

    def close(self) -> None:
        """Closes the record."""
        self._journal.close()

    @property
    def warnings(self) -> list[str]:
        """Sentences for the page."""
        return self._journal.warnings

    def warn(self, sentence: str, seconds: float) -> None:
        """Adds a warning for so many seconds."""
        self._journal.warn(sentence, seconds)

    @property
    def is_replaced(self) -> bool:
        """Whether the record's file was removed or replaced since it was opened."""
        return self._journal.is_replaced

    @property
    def votes(self) -> Votes:
        """The answers of the lecture's devices."""
        return self._now.votes

    @property
    def networks(self) -> ClassNetworks:
        """Those that the class has trained."""
        return self._now.networks

    def counts(self) -> Counts:
        """Returns how many devices take part."""
        now = self._now
        return Counts(len(now.devices), len(self.pages.devices()), len(now.votes.current(now.state)))

    def export_csv(self) -> str:
        """Returns all answers and networks of all lectures as CSV; devices are running numbers."""
        return answers_csv([*self._earlier(), self._now])

    def classes(self) -> list[ClassResult]:
        """Returns what the classes have trained whose networks may be seen, newest first."""
        now = self._now
        records = [*self._earlier(), *([now] if now.state.task_shown or not now.state.lecture else [])]
        return [record.result for record in reversed(records) if record.result]

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
            began = Event("began", STATE.dump_python(replace(state, version=self._state.version + 1), mode="json"))
            self._now = fold([began], ClassRecord(self._journal.append(None, [began])))
            for device in self.pages.devices():
                with contextlib.suppress(UserError):  # a full class
                    self._append(*self._joining(device))

    def end(self) -> None:
        """Ends the lecture: shows what is hidden, and deletes reviews that were not shown."""
        with self._change():
            self._end()

    def has(self, device: str) -> bool:
        """Returns whether a device takes part; before a lecture all do."""
        return not self._state.lecture or device in self._now.devices

    def join(self, device: str) -> None:
        """Lets a device take part in the lecture; raises ``UserError`` if the class is full."""
        with self._change():
            self._append(*self._joining(device))

    def contribution(self, device: str) -> Contribution:
        """Returns what is a device's own."""
        now = self._now
        networks = now.networks
        answered, deal = now.votes.current(now.state).get(device), networks.deal(now.devices.get(device))
        return Contribution(
            answer=answered.answer if answered else None,
            review=now.reviews.newest.get(device),
            deal=deal,
            sent=deal in networks.trained,
            confidence=answered.confidence if answered else None,
            row=self._seating.row(device),
            sign=self._seating.sign(device) if now.state.neighbours else None,
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
            before = self.votes.current(state).get(device)
            if before is None or (before.answer, before.confidence) != (answer, level):
                data = {"question": state.question.id, "round": state.round, "answer": answer, "confidence": level}
                self._append(*self._joining(device), Event("answer", data, device))
        return answer

    def take_row(self, device: str, row: object) -> None:
        """Remembers a device's row of seats until the lecture ends; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.rows_asked:
                raise UserError("Phones do not ask for rows now.")
            number = checked_row(row)
            self._append(*self._joining(device))
            self._seating.take_row(device, number)

    def pair_neighbours(self) -> None:
        """Has phones that answered and are here show whom to discuss with; raises ``UserError`` if they are too few."""
        with self._change():
            answers = self.votes.current(self._state).items()
            self._seating.pair({device: vote.answer for device, vote in answers if self.pages.count(device)})
            self._set(neighbours=self._state.neighbours + 1)

    def send_review(self, device: str, text: object) -> SentReview:
        """Stores and returns a device's review, in place of its waiting one; raises ``UserError`` if it is refused.

        The same text is the same review: a phone without an answer sends it again, and the wall may have shown it.
        """
        with self._change():
            if not self._state.reviews_open:
                raise UserError("Reviews are closed.")
            plain, newest = checked_review(text), self._now.reviews.newest.get(device)
            if newest is None or newest.text != plain:
                review = Event("review", {"id": secrets.token_hex(8), "text": plain}, device)
                self._append(*self._joining(device), review)
            return self._now.reviews.newest[device]

    def reviews(self) -> list[SentReview]:
        """Returns the reviews that were sent, oldest first."""
        return [review for _, review in self._now.reviews.sent.values()]

    def show_review(self, review: str | None, verdicts: Sequence[str] = ()) -> None:
        """Shows a review with the networks' verdicts on the wall, or clears it; raises ``UserError`` if it is gone."""
        with self._change():
            if review is None:
                self._set(**NO_REVIEW)
            elif review in self._now.reviews.sent:
                self._set(wall_verdicts=tuple(verdicts), wall_review_id=review)
            else:
                raise UserError("That review is gone.")

    def drop_review(self, review: str) -> None:
        """Deletes a review."""
        with self._change():
            changes = NO_REVIEW if self._state.wall_review_id == review else {}
            # A new version of the state notifies the sender.
            self._append(Event("dropped", {"id": review}), self._change_of_state(**changes))

    def send_network(self, device: str, cell: object, seed: object, right: object, correct: object) -> None:
        """Stores a device's network; raises ``UserError`` if it is refused."""
        with self._change():
            if not self._state.task_since:
                raise UserError("Phones are not training now.")
            self._append(*self._joining(device))
            network = self.networks.checked(self._now.devices[device], (cell, seed, right, correct))
            if network is not None:
                self._append(_result(device, network))

    def add_networks(self, networks: Iterable[ClassNetwork]) -> None:
        """Stores networks of the server's, or recorded ones, unless they are there."""
        with self._change():
            there = self._now.trained
            self._append(*(_result("", network) for network in networks if network.deal not in there))

    def mark_network(self, deal: Deal, status: Status) -> None:
        """Stores whether the server could repeat a phone's network."""
        with self._change():
            device, network = self._now.trained.get(deal, ("", None))
            if network is not None and network.status != status:
                self._append(_result(device, replace(network, status=status)))

    def phones_training(self) -> Counter[str]:
        """Returns for each cell the number of devices that are here and have not sent their network."""
        networks, devices = self.networks, self._now.devices
        deals = [networks.deal(devices.get(device)) for device in self.pages.devices()]
        return Counter(deal[0] for deal in deals if deal and deal not in networks.trained)

    def _end(self) -> None:
        now = self._now
        # A lecture that another version of the program recorded may be over without an end.
        if now.state.lecture or not all(review.shown for review in self.reviews()):
            state = replace(now.state.ended(), version=now.state.version + 1)
            self._append(Event("ended", STATE.dump_python(state, mode="json")))
            self._journal.empty_log()
            self._seating = Seating()

    def _joining(self, device: str) -> list[Event]:
        """Returns the event by which a device takes part, unless it does; raises ``UserError`` if the class is full."""
        devices = self._now.devices
        if not self._state.lecture or device in devices:
            return []
        if len(devices) >= MOST_DEVICES:
            raise UserError(FULL)
        return [Event("joined", {"number": len(devices) + 1}, device)]

    def _earlier(self) -> list[ClassRecord]:
        """Returns what was recorded of earlier lectures, oldest first; a wall asks twice a second."""
        records = list[ClassRecord]()
        for number in range(1, self._now.number):
            records.append(self._over.get(number) or self._recorded(number))
            if not records[-1].state.lecture:  # another server may still hold one
                self._over[number] = records[-1]
        return records


def _result(device: str, network: ClassNetwork) -> Event:
    return Event("network", NETWORK.dump_python(network, mode="json", exclude={"at"}), device, network.at)
