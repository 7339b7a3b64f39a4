"""The class of a lecture: the current step, the phones' answers, and the runs that are still hidden."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture import answers_csv
from rnn_compare.lecture.class_state import Counts, Own, SentReview, State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.questions import Answer, Question, checked
from rnn_compare.lecture.review_inbox import Mailbox, checked_review

MOST_DEVICES = 2000
"""That may join one lecture: a script with ever new cookies must not fill the disk."""
FULL = f"{MOST_DEVICES:,} devices have joined: the class is full."
NO_LECTURE = "No lecture is running."


class Classroom:
    """One class, for the whole server. Any thread may call.

    Everything is on the disk before a call returns: a server that is started again goes on where it was. Whoever
    changes something holds a lock while the disk takes it; whoever only looks never waits, so an event loop may look:
    what is read here is replaced whole, or entry by entry. ``warnings`` are sentences for people.

    Raises:
        UserError: If it cannot be used; the same of every call that writes.
    """

    def __init__(self, path: Path) -> None:
        self._record = ClassroomRecord(path)
        self.warnings = self._record.warnings
        self._lock = threading.Lock()
        self._door = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._here: Counter[str] = Counter()
        self._state, self._lecture = State(), 0
        if last := self._record.last():
            self._lecture, state, ended = last
            self._state = _after(state) if ended else state
        self._devices = self._record.devices(self._lecture)
        self._answers = self._record.answers(self._lecture)
        self._mail = Mailbox(self._record, self._lecture)

    def close(self) -> None:
        """Closes the record."""
        self._record.close()

    @property
    def is_replaced(self) -> bool:
        """Whether the file of the record was removed or replaced since it was opened."""
        return self._record.is_replaced

    def state(self) -> State:
        """Returns where the lecture stands; it never waits."""
        return self._state

    def began(self) -> float:
        """Returns when the lecture began, in seconds since 1970."""
        return self._record.began(self._lecture)

    def counts(self) -> Counts:
        """Returns how many take part."""
        return Counts(len(self._devices), len(self._here), len(self._answers_at_hand()))

    def answers(self, question: str, round_: int) -> list[Answer]:
        """Returns the answers to a question in a round, one a device; no phone may see them before the reveal."""
        return list(self._answers.get((question, round_), {}).values())

    def rounds(self, question: str) -> list[dict[str, Answer]]:
        """Returns the answers to a question by device, a mapping for each round that somebody answered in."""
        with self._lock:
            return [dict(self._answers[key]) for key in sorted(self._answers) if key[0] == question]

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Has a function called after every change, from whichever thread made it; it must be quick.

        Returns:
            What ends that.
        """
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def export_csv(self) -> str:
        """Returns every answer of every lecture as CSV, a row each; devices are running numbers."""
        return answers_csv.table([dict(row) for row in self._record.rows()])

    def begin(self, lecture: str, recorded: bool = False, settings: Collection[str] = ()) -> None:
        """Begins a lecture, with trainings or recorded runs in their place; one that is on ends.

        From now on nobody sees a run of these settings, which it will train, before its reveal.
        """
        with self._changing():
            self._end()
            version = self._state.version + 1
            state = State(lecture=lecture, recorded=recorded, hidden_settings=frozenset(settings), version=version)
            self._lecture, self._state = self._record.begin(state), state
            self._devices, self._answers, self._mail = {}, {}, Mailbox(self._record, self._lecture)
            for device in tuple(self._here):
                with contextlib.suppress(UserError):  # a full class
                    self._enter(device)

    def show_step(self, index: int, title: str, text: str, question: Question | None = None) -> None:
        """Goes to a step. A question that was asked before is found as it was left: open, closed or revealed."""
        with self._changing():
            content = {"step": index, "title": title, "text": text, "question": question}
            phase, round_, runs = self._record.step(self._lecture, _key(question, index)) or ("idle", 1, ())
            # An outcome stays that of its own runs; all else is about the newest.
            runs = runs if phase == "revealed" and runs else self._state.runs
            wall = {} if index == self._state.step else _BARE_WALL
            self._set(**content, **wall, phase=phase, round=round_, runs=runs)

    def runs_at(self, index: int) -> tuple[str, ...]:
        """Returns the runs that belonged to a step without a question when it was last at hand."""
        with self._lock:
            step = self._record.step(self._lecture, _key(None, index))
            return step[2] if step else ()

    def show_runs(self, run_ids: Collection[str]) -> None:
        """Has the curves of these runs, which anybody may see, belong to the steps from here on."""
        with self._changing():
            self._set(runs=tuple(run_ids))

    def hide(self, run_ids: Collection[str]) -> None:
        """Has these runs belong to the steps from here on, and hides them from everybody until the reveal."""
        with self._changing():
            self._set(runs=tuple(run_ids), hidden=self._state.hidden | frozenset(run_ids))

    def open_vote(self) -> None:
        """Lets the class answer the question at hand.

        Raises:
            UserError: If there is none, or its outcome has been revealed.
        """
        with self._changing():
            self._require_a_question()
            self._set(phase="open")

    def close_vote(self) -> None:
        """Takes no more answers."""
        with self._changing():
            if self._state.phase == "open":
                self._set(phase="closed")

    def show_answers(self) -> None:
        """Lets the class see how it answered, once the vote is closed."""
        with self._changing():
            if self._state.phase == "closed":
                self._set(phase="shown")

    def vote_again(self) -> None:
        """Opens another round; the answers of those before are kept beside.

        Raises:
            UserError: If there is no question, or its outcome has been revealed.
        """
        with self._changing():
            self._require_a_question()
            self._set(phase="open", round=self._state.round + 1)

    def reveal(self, settings: Collection[str] = ()) -> None:
        """Closes the vote and shows what was hidden of this step's runs, and of all others of these settings."""
        with self._changing():
            hidden = self._state.hidden - frozenset(self._state.runs)
            settings_left = self._state.hidden_settings - frozenset(settings)
            self._set(phase="revealed", hidden=hidden, hidden_settings=settings_left)

    def end(self) -> None:
        """Ends the lecture: nothing is hidden any more, and reviews that were not shown are gone."""
        with self._changing():
            self._end()

    def open_reviews(self, are_open: bool) -> None:
        """Lets phones send reviews, or no longer."""
        with self._changing():
            self._set(reviews_open=are_open)

    def offer_networks(self, are_offered: bool) -> None:
        """Lets phones open the page that reads, or no longer; after a lecture they can only be withdrawn."""
        with self._changing():
            self._set(networks_offered=are_offered, after_the_end=not are_offered)

    def reviews(self) -> list[SentReview]:
        """Returns the reviews that were sent, oldest first."""
        return self._mail.all()

    def show_review(self, review: str | None, verdicts: Sequence[str] = ()) -> None:
        """Has the wall show a review, by its id, with the networks' verdicts, a line each; or none.

        Raises:
            UserError: If the review is gone.
        """
        with self._changing():
            if review is None:
                self._set(**_BARE_WALL)
            else:
                text = self._mail.show(review).text
                self._set(wall_review=text, wall_verdicts=tuple(verdicts), wall_review_id=review)

    def drop_review(self, review: str) -> None:
        """Forgets a review."""
        with self._changing():
            self._mail.drop(review)
            self._set(**(_BARE_WALL if self._state.wall_review_id == review else {}))  # its sender is told

    def has(self, device: str) -> bool:
        """Tells whether a device takes part, or need not yet."""
        return not self._state.lecture or device in self._devices

    def join(self, device: str) -> None:
        """Lets a device take part; before a lecture begins it just waits.

        Raises:
            UserError: If the class is full.
        """
        with self._changing():
            self._enter(device)

    def arrive(self, device: str) -> None:
        """Notes that a device has the page open, once more."""
        self._count(device, 1)

    def pages_of(self, device: str) -> int:
        """Returns how many times a device has the page open."""
        return self._here[device]

    def leave(self, device: str) -> None:
        """Notes that a device has closed the page, once."""
        self._count(device, -1)

    def answer(self, device: str, question_id: object, round_: object, value: object) -> Answer:
        """Takes a device's answer in place of the one that it gave before, and returns it as it is kept.

        Raises:
            UserError: If the vote is not open, or that is no answer to it.
        """
        with self._changing():
            state = self._state
            if state.question is None or question_id != state.question.id:
                raise UserError("This question is not open.")
            if state.phase != "open":
                raise UserError(_NOT_OPEN[state.phase])
            if isinstance(round_, bool) or round_ != state.round:
                raise UserError("The class is voting again: this answer is for another round.")
            answer = checked(state.question, value)
            self._enter(device)
            self._record.answer(self._lecture, state.question.id, state.round, device, answer)
            self._answers.setdefault((state.question.id, state.round), {})[device] = answer
        return answer

    def send_review(self, device: str, text: object) -> SentReview:
        """Takes a review in place of the device's one that still waits.

        Raises:
            UserError: If none is taken, or that is none.
        """
        with self._changing():
            if not self._state.reviews_open:
                raise UserError("Reviews are closed.")
            plain = checked_review(text)
            self._enter(device)
            return self._mail.take(device, plain)

    def own(self, device: str) -> Own:
        """Returns what a device has sent itself."""
        return Own(self._answers_at_hand().get(device), self._mail.newest_of(device))

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            yield
        self._tell()

    def _count(self, device: str, change: int) -> None:
        with self._door:  # held for this moment only, never while the disk is written
            self._here[device] += change
            if not self._here[device]:
                del self._here[device]
        self._tell()

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback()

    def _set(self, *, after_the_end: bool = False, **changes: Any) -> None:
        if not (self._state.lecture or after_the_end):
            raise UserError(NO_LECTURE)
        state = replace(self._state, **changes, version=self._state.version + 1)
        self._record.keep(self._lecture, state, _key(state.question, state.step))
        self._state = state

    def _end(self) -> None:
        if self._state.lecture:
            state = _after(replace(self._state, version=self._state.version + 1))
            self._record.end(self._lecture, state)
            self._state, self._mail = state, Mailbox(self._record, self._lecture)

    def _enter(self, device: str) -> None:
        if self._state.lecture and device not in self._devices:
            if len(self._devices) >= MOST_DEVICES:
                raise UserError(FULL)
            self._record.join(self._lecture, device, len(self._devices) + 1)
            self._devices[device] = len(self._devices) + 1

    def _require_a_question(self) -> None:
        if self._state.question is None:
            raise UserError("This step has no question. Go to one that does to open the vote.")
        if self._state.phase == "revealed":
            raise UserError("The outcome has been revealed: the vote is over.")

    def _answers_at_hand(self) -> dict[str, Answer]:
        question = self._state.question
        return self._answers.get((question.id, self._state.round), {}) if question else {}


def _after(state: State) -> State:
    """Returns the state once a lecture has ended: phones keep the networks that they were offered."""
    is_offered = state.networks_offered
    return State(version=state.version, runs=state.runs if is_offered else (), networks_offered=is_offered)


_BARE_WALL: dict[str, Any] = {"wall_review": None, "wall_verdicts": (), "wall_review_id": ""}
_NOT_OPEN = {
    "idle": "The vote is not open yet.",
    "closed": "The vote is closed.",
    "shown": "The vote is closed.",
    "revealed": "The outcome has been revealed: the vote is over.",
}


def _key(question: Question | None, step: int) -> str:
    return question.id if question else f"step {step}"
