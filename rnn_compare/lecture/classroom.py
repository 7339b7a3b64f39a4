"""The class of a lecture: where the presenter stands, what phones have answered, and what nobody may see yet."""

import csv
import io
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.lecture.class_state import Counts, Own, SentReview, State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.questions import Answer, Question, checked
from rnn_compare.runs.csv_export import as_cell

LONGEST_REVIEW = 2000
MOST_DEVICES = 2000
"""That may join one lecture: a script with ever new cookies must not fill the disk."""
COLUMNS = ("lecture", "began", "question", "round", "device", "answer", "at", "runs")
FULL = f"{MOST_DEVICES:,} devices have joined; the hall is full."
NO_LECTURE = "There is no lecture at the moment."


class Classroom:
    """One class, for the whole server. Any thread may call.

    Everything is on the disk before a call returns: a server that is started again goes on where it was.

    Args:
        path: The database file.

    Raises:
        UserError: If it cannot be used; the same of every call that writes.
    """

    def __init__(self, path: Path) -> None:
        self._record = ClassroomRecord(path)
        self._lock = threading.RLock()
        self._listeners: list[Callable[[], None]] = []
        self._here: Counter[str] = Counter()
        self._state, self._lecture = State(), 0
        if last := self._record.last():
            self._lecture, state, ended = last
            self._state = State(version=state.version) if ended else state
        self._devices = self._record.devices(self._lecture)
        self._answers = self._record.answers(self._lecture)
        self._reviews = self._kept_reviews()

    def close(self) -> None:
        """Closes the record."""
        self._record.close()

    # ---- what anybody may ask ------------------------------------------------------------------

    def state(self) -> State:
        """Returns where the lecture stands."""
        return self._state

    def began(self) -> float:
        """Returns when the lecture began, in seconds since 1970."""
        return self._record.began(self._lecture)

    def counts(self) -> Counts:
        """Returns how many take part."""
        with self._lock:
            question = self._state.question
            answered = self._answers.get((question.id, self._state.round), {}) if question else {}
            return Counts(len(self._devices), len(self._here), len(answered))

    def answers(self, question: str, round_: int) -> list[Answer]:
        """Returns the answers to a question in a round, one a device. Phones are not told before the reveal."""
        with self._lock:
            return list(self._answers.get((question, round_), {}).values())

    def listen(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Has a function called after every change, from whichever thread made it.

        Returns:
            What ends that.
        """
        with self._lock:
            self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def export_csv(self) -> str:
        """Returns every answer of every lecture, a row each; devices are running numbers."""
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(COLUMNS)
        for row in self._record.rows():
            question = Question.model_validate_json(row["asked"]) if row["asked"] else None
            runs = " ".join(json.loads(row["runs"] or "[]"))
            name, answer = as_cell(row["name"]), as_cell(_in_words(question, json.loads(row["answer"])))
            began, at = _moment(row["began"]), _moment(row["at"])
            table.writerow([name, began, row["question"], row["round"], row["number"], answer, at, runs])
        return text.getvalue()

    # ---- the presenter's calls -----------------------------------------------------------------

    def begin(self, lecture: str) -> None:
        """Begins a lecture; one that is on ends."""
        if self._state.lecture:
            self.end()
        with self._lock:
            state = State(lecture=lecture, version=self._state.version + 1)
            self._lecture = self._record.begin(state)
            self._state = state
            self._devices, self._answers, self._reviews = {}, {}, {}
            for device in list(self._here):
                self._enter(device)
        self._tell()

    def show_step(self, index: int, title: str, text: str, question: Question | None = None) -> None:
        """Goes to a step. A question that was asked before is found as it was left: open, closed or revealed."""
        with self._lock:
            before = self._record.step(self._lecture, _key(question, index)) or {
                "phase": "idle",
                "round": 1,
                "runs": (),
            }
            runs = before["runs"] if before["phase"] == "revealed" and before["runs"] else self._state.runs
            self._change(
                step=index,
                title=title,
                text=text,
                question=question,
                phase=before["phase"],
                round=before["round"],
                runs=runs,
            )

    def runs_at(self, index: int) -> tuple[str, ...]:
        """Returns the runs that belonged to a step without a question when it was last at hand."""
        with self._lock:
            found = self._record.step(self._lecture, _key(None, index))
            return found["runs"] if found else ()

    def show_runs(self, run_ids: Collection[str]) -> None:
        """Has the curves of these runs, which anybody may see, belong to the steps from here on."""
        self._change(runs=tuple(run_ids))

    def hide(self, run_ids: Collection[str]) -> None:
        """Has these runs belong to the steps from here on, and hides them from everybody until the reveal."""
        with self._lock:
            self._change(runs=tuple(run_ids), hidden=self._state.hidden | frozenset(run_ids))

    def open_vote(self) -> None:
        """Lets the class answer the question at hand.

        Raises:
            UserError: If there is none, or its outcome has been revealed.
        """
        with self._lock:
            if self._state.question is None:
                raise UserError("This step asks nothing. Go to a step with a question to open the vote.")
            if self._state.phase == "revealed":
                raise UserError("The outcome has been revealed: nobody can predict it any more.")
            self._change(phase="open")

    def close_vote(self) -> None:
        """Takes no more answers."""
        with self._lock:
            if self._state.phase == "open":
                self._change(phase="closed")

    def vote_again(self) -> None:
        """Opens another round; the answers of those before are kept beside."""
        with self._lock:
            if self._state.question is None or self._state.phase == "revealed":
                raise UserError("A class votes again after a vote, before its outcome is revealed.")
            self._change(phase="open", round=self._state.round + 1)

    def reveal(self) -> None:
        """Closes the vote and shows what was hidden of this step's runs."""
        with self._lock:
            self._change(phase="revealed", hidden=self._state.hidden - frozenset(self._state.runs))

    def end(self) -> None:
        """Ends the lecture: nothing is hidden any more, and reviews that were not shown are gone."""
        with self._lock:
            state = State(version=self._state.version + 1)
            self._record.end(self._lecture, state)
            self._state = state
            self._reviews = self._kept_reviews()
        self._tell()

    def open_reviews(self, are_open: bool) -> None:
        """Lets phones send reviews, or no longer."""
        self._change(reviews_open=are_open)

    def reviews(self) -> list[SentReview]:
        """Returns the reviews that were sent, oldest first."""
        with self._lock:
            return [review for review, _ in self._reviews.values()]

    def show_review(self, review: str | None, verdicts: Sequence[str] = ()) -> None:
        """Has the wall show a review, or none.

        Args:
            review: Its id.
            verdicts: What the networks say of it, a line each.
        """
        with self._lock:
            if review is None:
                self._change(wall_review=None, wall_verdicts=(), wall_review_id="")
                return
            if review not in self._reviews:
                raise UserError("That review is no longer there.")
            self._record.mark_shown(review)
            sent, device = self._reviews[review]
            self._reviews[review] = replace(sent, shown=True), device
            self._change(wall_review=sent.text, wall_verdicts=tuple(verdicts), wall_review_id=review)

    def drop_review(self, review: str) -> None:
        """Forgets a review."""
        with self._lock:
            self._record.drop(review)
            self._reviews.pop(review, None)
            if self._state.wall_review_id == review:
                self._change(wall_review=None, wall_verdicts=(), wall_review_id="")
        self._tell()

    # ---- the phones' calls ---------------------------------------------------------------------

    def join(self, device: str) -> None:
        """Lets a device take part; before the lecture begins it just waits.

        Raises:
            UserError: If the hall is full.
        """
        with self._lock:
            if not self._enter(device):
                return
        self._tell()

    def arrive(self, device: str) -> None:
        """Notes that a device has the page open, once more."""
        with self._lock:
            self._here[device] += 1
        self._tell()

    def leave(self, device: str) -> None:
        """Notes that a device has closed the page, once."""
        with self._lock:
            self._here[device] -= 1
            if self._here[device] <= 0:
                del self._here[device]
        self._tell()

    def answer(self, device: str, question_id: str, round_: int, value: object) -> Answer:
        """Takes a device's answer in place of the one that it gave before, and returns it as it is kept.

        Raises:
            UserError: If the vote is not open, or that is no answer to it.
        """
        with self._lock:
            state = self._state
            if state.question is None or question_id != state.question.id:
                raise UserError("That question is over.")
            if state.phase == "revealed":
                raise UserError("The outcome has been revealed: no answer counts any more.")
            if state.phase != "open":
                raise UserError("The vote is closed." if state.phase == "closed" else "The vote is not open yet.")
            if round_ != state.round:
                raise UserError("The class is voting again: that answer belongs to a round that is over.")
            answer = checked(state.question, value)
            self._enter(device)
            self._record.answer(self._lecture, question_id, round_, device, answer)
            self._answers.setdefault((question_id, round_), {})[device] = answer
        self._tell()
        return answer

    def send_review(self, device: str, text: object) -> SentReview:
        """Takes a review in place of the device's one that still waits.

        Raises:
            UserError: If none is taken, or that is none.
        """
        if not isinstance(text, str) or not text.strip():
            raise UserError("Write a review first.")
        if len(text) > LONGEST_REVIEW:
            raise UserError(f"The review has {len(text):,} characters; {LONGEST_REVIEW:,} fit. Shorten it.")
        with self._lock:
            if not self._state.lecture or not self._state.reviews_open:
                raise UserError("No reviews are taken at the moment.")
            self._enter(device)
            review = SentReview(secrets.token_hex(8), _plain(text), False, time.time())
            self._record.send(self._lecture, device, review)
            waiting = [id_ for id_, (sent, by) in self._reviews.items() if by == device and not sent.shown]
            for id_ in waiting:
                del self._reviews[id_]
            self._reviews[review.id] = review, device
        self._tell()
        return review

    def own(self, device: str) -> Own:
        """Returns what a device has sent itself."""
        with self._lock:
            question = self._state.question
            answer = self._answers.get((question.id, self._state.round), {}).get(device) if question else None
            reviews = [review for review, by in self._reviews.values() if by == device]
            return Own(answer, reviews[-1] if reviews else None)

    # ---- the rest is how -----------------------------------------------------------------------

    def _enter(self, device: str) -> bool:
        if not self._state.lecture or device in self._devices:
            return False
        if len(self._devices) >= MOST_DEVICES:
            raise UserError(FULL)
        number = len(self._devices) + 1
        self._record.join(self._lecture, device, number)
        self._devices[device] = number
        return True

    def _change(self, **changes: Any) -> None:
        with self._lock:
            if not self._state.lecture:
                raise UserError(NO_LECTURE)
            state = replace(self._state, **changes, version=self._state.version + 1)
            self._record.keep(self._lecture, state, _key(state.question, state.step))
            self._state = state
        self._tell()

    def _kept_reviews(self) -> dict[str, tuple[SentReview, str]]:
        return {review.id: (review, device) for device, review in self._record.reviews(self._lecture)}

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback()


def _key(question: Question | None, step: int) -> str:
    return question.id if question else f"step {step}"


def _plain(text: str) -> str:
    """Drops what no review needs: control characters, which a wall would stumble over."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n").strip()


def _in_words(question: Question | None, answer: Any) -> str:
    if question and question.choices and isinstance(answer, int) and answer < len(question.choices):
        return question.choices[answer]
    return " ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
