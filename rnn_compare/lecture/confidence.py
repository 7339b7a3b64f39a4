"""Confidence in answers: its split, and the devices that were sure and wrong, which remember the outcome best."""

from collections import Counter
from collections.abc import Mapping

from rnn_compare.errors import UserError
from rnn_compare.formatting import percent
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.peer_instruction import MOST_CHANGES, Votes, percentage
from rnn_compare.lecture.questions import CONFIDENCE, Question, QuestionOutcome, in_words, is_right

SURE = len(CONFIDENCE) - 1


def checked_confidence(question: Question, value: object) -> int | None:
    """Returns a phone's confidence, an index into ``CONFIDENCE`` or None; raises ``UserError`` if it is neither."""
    if value is None:
        return None
    if not question.confidence:
        raise UserError("This question does not ask how sure you are.")
    if type(value) is not int or not 0 <= value <= SURE:
        raise UserError(f"Choose one of: {', '.join(CONFIDENCE)}.")
    return value


def split(question: Question, votes: Votes, confidence: Mapping[str, int], outcome: QuestionOutcome) -> str:
    """Returns the answers by confidence in sentences, the surest first: right ones or, until known, the commonest.

    Args:
        confidence: Indices into ``CONFIDENCE`` by device, of those that gave one.
    """
    parts = []
    for level in reversed(range(len(CONFIDENCE))):
        if answers := [answer for device, answer in votes.items() if confidence.get(device) == level]:
            right, devices = [is_right(question, answer, outcome) for answer in answers], len(answers)
            correct = sum(map(bool, right))
            text = f"{correct:,} of {devices:,}{percentage(correct, devices)} correct"
            parts.append(f"{CONFIDENCE[level].capitalize()}: {_common(question, answers) if None in right else text}")
    if parts and (silent := len(votes.keys() - confidence.keys())):
        parts.append(f"{silent:,} did not say")
    return "".join(f"{part}. " for part in parts).rstrip()


def sure_and_wrong(question: Question, votes: Votes, confidence: Mapping[str, int], outcome: QuestionOutcome) -> str:
    """Returns how many were sure and wrong, and what they expected; "" if nobody was sure or no answer is right."""
    sure = [answer for device, answer in votes.items() if confidence.get(device) == SURE]
    wrong = [answer for answer in sure if is_right(question, answer, outcome) is False]
    if not sure or is_right(question, sure[0], outcome) is None:
        return ""
    expected = f" They expected: {_common(question, wrong)}." if wrong else ""
    return f"Sure and wrong: {len(wrong):,} of {len(sure):,}{percentage(len(wrong), len(sure))}.{expected}"


def _common(question: Question, answers: list[Answer]) -> str:
    """Returns the commonest answers with their counts; of drawn curves where they end."""
    words = [
        f"{percent(answer[-1])} in the end" if isinstance(answer, tuple) else in_words(question, answer)
        for answer in answers
    ]
    return ", ".join(f"{word} ({count})" for word, count in Counter(words).most_common(MOST_CHANGES))
