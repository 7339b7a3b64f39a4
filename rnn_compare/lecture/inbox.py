"""Answers of a lecture's devices with how sure they are, and their reviews, of which one waits per device."""

import secrets
import time
from dataclasses import replace

from rnn_compare.errors import UserError
from rnn_compare.formatting import visible
from rnn_compare.lecture.class_state import SentReview, State
from rnn_compare.lecture.classroom_record import ClassroomRecord
from rnn_compare.lecture.controls import Answer


class Votes:
    """The answers of one lecture. One thread at a time may change it; any thread may read it."""

    def __init__(self, record: ClassroomRecord, lecture: int) -> None:
        self._record, self._lecture = record, lecture
        self._answers, self._confidence = record.answers(lecture), record.confidence(lecture)

    def rounds(self, question: str) -> list[dict[str, Answer]]:
        """Returns the answers to a question by device, for each round with answers."""
        return [dict(self._answers[key]) for key in sorted(tuple(self._answers)) if key[0] == question]

    def confidence(self, question: str) -> dict[str, int]:
        """Returns by device how sure the last round's answers to a question are, as an index into ``CONFIDENCE``."""
        last = max((key for key in tuple(self._answers) if key[0] == question), default=("", 0))
        return dict(self._confidence.get(last, {}))

    def current(self, state: State) -> dict[str, Answer]:
        """Returns the answers to the current question, in its present round."""
        return self._answers.get((state.question.id, state.round), {}) if state.question else {}

    def level(self, state: State, device: str) -> int | None:
        """Returns how sure a device is of its present answer; None if it gave none."""
        return self._confidence.get((state.question.id, state.round), {}).get(device) if state.question else None

    def add(self, question: str, round_: int, device: str, answer: Answer, level: int | None) -> None:
        """Stores a device's answer with its confidence, in place of its earlier one."""
        self._record.save_answer(self._lecture, question, round_, device, answer, level)
        self._answers.setdefault((question, round_), {})[device] = answer
        levels = {name: known for name, known in self._confidence.get((question, round_), {}).items() if name != device}
        self._confidence[question, round_] = levels if level is None else levels | {device: level}


LONGEST_REVIEW = 2000


class ReviewInbox:
    """The reviews of one lecture. One thread at a time may change it; any thread may read it."""

    def __init__(self, record: ClassroomRecord, lecture: int) -> None:
        self._record, self._lecture = record, lecture
        self._sent = {review.id: (device, review) for device, review in record.reviews(lecture)}
        self._newest = dict(self._sent.values())

    def all(self) -> list[SentReview]:
        """Returns the reviews, oldest first."""
        return [review for _, review in tuple(self._sent.values())]

    def newest_of(self, device: str) -> SentReview | None:
        """Returns the last review of a device."""
        return self._newest.get(device)

    def add(self, device: str, text: str) -> SentReview:
        """Stores a review, which replaces the device's waiting one.

        The same text is the same review: a phone without an answer sends it again, and the wall may have shown it.
        """
        newest = self.newest_of(device)
        if newest is not None and newest.text == text:
            return newest
        review = SentReview(secrets.token_hex(8), text, False, time.time())
        self._record.save_review(self._lecture, device, review)
        for waiting in [sent.id for by, sent in self._sent.values() if by == device and not sent.shown]:
            del self._sent[waiting]
        self._sent[review.id] = device, review
        self._newest[device] = review
        return review

    def mark_shown(self, review: str) -> SentReview:
        """Marks a review as shown and returns it; raises ``UserError`` if it was deleted."""
        if review not in self._sent:
            raise UserError("That review is gone.")
        self._record.mark_shown(review)
        device, sent = self._sent[review]
        on_wall = replace(sent, shown=True)
        self._sent[review] = device, on_wall
        self._newest = dict(self._sent.values())
        return on_wall

    def drop(self, review: str) -> None:
        """Deletes a review."""
        self._record.drop(review)
        self._sent.pop(review, None)
        self._newest = dict(self._sent.values())


def checked_review(text: object) -> str:
    """Returns a phone's review without control characters; ``text`` is any JSON value.

    Raises:
        UserError: If it is not a valid review.

    Example:
        >>> checked_review(" A good\\x00 film. ")
        'A good film.'
    """
    if not isinstance(text, str):
        raise UserError("A review must be text.")
    if len(text) > LONGEST_REVIEW:
        raise UserError(f"The review has {len(text):,} characters; the limit is {LONGEST_REVIEW:,}.")
    plain = visible(text, besides="\n").strip()
    if not any(sign.isprintable() for sign in plain):
        raise UserError("Write a review first.")
    return plain
