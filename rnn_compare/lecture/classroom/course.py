"""The course of a lecture: its current step, the phases of its votes, and what is hidden until the reveal."""

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.class_state import NOT_OPEN, STATE, Phase, State
from rnn_compare.lecture.classroom.fold import ClassRecord, StepState, fold, step_key
from rnn_compare.lecture.classroom.journal import Event, Journal
from rnn_compare.lecture.questions import Question

NO_LECTURE = "No lecture is running."
MOST_CLIENTS = 8
"""Pages whose latest press is remembered."""
NO_REVIEW: dict[str, Any] = {"wall_verdicts": (), "wall_review_id": ""}


class Course:
    """The course of the current lecture, of the last one after its end. Thread-safe.

    Each change is on the disk before its method returns, so a restarted server continues where it was. Methods that
    write hold a lock meanwhile. Methods that only read never wait, so the event loop may call them: what they read is
    replaced as a whole.

    Raises:
        UserError: If the record cannot be used; so does every method that writes.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._now = self._recorded(journal.last())
        self._now = replace(self._now, state=replace(self._state, neighbours=0))  # signs are in memory only

    @property
    def _state(self) -> State:
        return self._now.state

    def state(self) -> State:
        """Returns the state of the lecture."""
        return self._state

    def number(self) -> int:
        """Returns the number of the lecture, of the last one after its end; 0 before the first."""
        return self._now.number

    def began(self) -> float:
        """Returns when the lecture began, in seconds since 1970; 0 before the first."""
        return self._now.began

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls a quick function after each change, in the thread of the change, until the returned one is called."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def show_step(self, index: int, title: str, text: str, question: Question | None = None) -> None:
        """Goes to a step; an earlier question keeps its phase and round."""
        with self._change():
            state, left = self._state, self._now.steps.get(step_key(question, index), StepState())
            # An outcome keeps its runs; everything else is about the newest ones.
            runs = left.runs if left.phase == "revealed" and left.runs else state.runs
            wall = {} if index == state.step else NO_REVIEW
            wall |= {"title": title, "text": text, "neighbours": 0}
            self._set(step=index, question=question, phase=left.phase, round=left.round, runs=runs, **wall)

    def runs_at(self, index: int) -> tuple[str, ...]:
        """Returns the runs of a step without a question when it was last shown."""
        return self._now.steps.get(step_key(None, index), StepState()).runs

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

    def draw(self) -> None:
        """Has the wall draw a few of the class's networks at random, others each time."""
        with self._change():
            self._set(drawing=self._state.drawing + 1)

    def read(self, text: str) -> None:
        """Has the networks read another text inside their cells."""
        with self._change():
            self._set(reading_text=text)

    def read_word_by_word(self, does: bool) -> None:
        """Has the wall show the review word by word, or the predictions alone."""
        with self._change():
            self._set(word_by_word=does)

    def take_press(self, client: str, number: int) -> bool:
        """Returns whether a press is new, and notes it before it is carried out: at most once, also after a restart.

        Args:
            client: The id of the page that sent it.
            number: Its number there, which grows.
        """
        with self._change():
            latest = dict(self._state.presses)
            if number <= latest.pop(client, 0):
                return False
            if self._state.lecture:  # before a lecture there is nothing to carry out twice
                self._set(presses=(*latest.items(), (client, number))[-MOST_CLIENTS:])
            return True

    @contextlib.contextmanager
    def _change(self) -> Iterator[None]:
        with self._lock:
            yield
        self._notify()

    def _notify(self) -> None:
        for callback in tuple(self._listeners):
            callback()

    def _set(self, *, after_the_end: bool = False, **changes: Any) -> None:
        self._append(self._change_of_state(after_the_end=after_the_end, **changes))

    def _change_of_state(self, *, after_the_end: bool = False, **changes: Any) -> Event:
        """Returns the event of changed fields of the state."""
        state = self._state
        if not (state.lecture or after_the_end):
            raise UserError(NO_LECTURE)
        changes["version"] = state.version + 1
        return Event("state", STATE.dump_python(replace(state, **changes), mode="json", include={*changes}))

    def _append(self, *events: Event) -> None:
        """Records events, then takes them into account; reviews that are gone by them leave the disk."""
        if events:
            now = fold(events, self._now)
            self._journal.append(self._now.number, events, self._now.reviews.sent.keys() - now.reviews.sent.keys())
            self._now = now

    def _recorded(self, lecture: int) -> ClassRecord:
        return fold(self._journal.read(lecture), ClassRecord(lecture))

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
