"""The course of a lecture: its current step, the phases of its votes, and what is hidden until the reveal."""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import NOT_OPEN, Phase, State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.questions import Question

NO_LECTURE = "No lecture is running."
NO_REVIEW: dict[str, Any] = {"wall_review": None, "wall_verdicts": (), "wall_review_id": ""}


class Course:
    """The course of the current lecture, of the last one after its end. Thread-safe.

    Each change is on the disk before its method returns, so a restarted server continues where it was. Methods that
    write hold a lock meanwhile. Methods that only read never wait, so the event loop may call them: what they read is
    replaced as a whole or entry by entry.

    Raises:
        UserError: If the record cannot be used; so does every method that writes.
    """

    def __init__(self, record: ClassroomRecord) -> None:
        self._record = record
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._state, self._lecture = State(), 0
        self._picture: tuple[int, int, str] = (0, 0, "")
        if last := record.last():
            self._lecture, state, ended = last
            self._state = state.ended() if ended else replace(state, neighbours=0)

    def state(self) -> State:
        """Returns the state of the lecture."""
        return self._state

    def number(self) -> int:
        """Returns the number of the lecture, of the last one after its end; 0 before the first."""
        return self._lecture

    def began(self) -> float:
        """Returns when the lecture began, in seconds since 1970."""
        return self._record.began(self._lecture)

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls a quick function after each change, in the thread of the change, until the returned one is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def show_step(self, index: int, title: str, text: str, question: Question | None = None) -> None:
        """Goes to a step; an earlier question keeps its phase and round."""
        with self._change():
            phase, round_, runs = self._record.step(self._lecture, _key(question, index)) or ("idle", 1, ())
            # An outcome keeps its runs; everything else is about the newest ones.
            runs = runs if phase == "revealed" and runs else self._state.runs
            wall = {} if index == self._state.step else NO_REVIEW
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

    def vote_again(self) -> None:
        """Opens another round, beside the earlier ones; raises ``UserError`` without a question or after its reveal."""
        self._open_round(1)

    def reveal(self, settings: Collection[str] = ()) -> None:
        """Closes the vote and shows the step's hidden runs, and all others of these settings."""
        with self._change():
            hidden = self._state.hidden - frozenset(self._state.runs)
            settings_left = self._state.hidden_settings - frozenset(settings)
            self._set(phase="revealed", hidden=hidden, hidden_settings=settings_left, neighbours=0)

    def ask_rows(self, are_asked: bool) -> None:
        """Has phones ask, once, for the row of seats, or no longer."""
        with self._change():
            self._set(rows_asked=are_asked)

    def open_reviews(self, are_open: bool) -> None:
        """Opens or closes the sending of reviews by phones."""
        with self._change():
            self._set(reviews_open=are_open)

    def offer_networks(self, are_offered: bool) -> None:
        """Offers the page that reads to phones, or withdraws it; after a lecture it can only be withdrawn."""
        with self._change():
            self._set(networks_offered=are_offered, after_the_end=not are_offered)

    def start_task(self) -> None:
        """Has the class's phones train, unless they do."""
        with self._change():
            if not self._state.task_since:
                self._set(task_since=time.time())

    def show_task(self) -> None:
        """Shows the class its networks, and the outcome of the step's question; what is hidden stays so."""
        with self._change():
            self._set(phase="revealed", task_shown=True)

    def compare(self, lecture: int) -> None:
        """Shows an earlier lecture's class beside this one; 0 shows this one alone."""
        with self._change():
            self._set(compared=lecture)

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

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._lock:
            yield
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


def _key(question: Question | None, step: int) -> str:
    return question.id if question else f"step {step}"
