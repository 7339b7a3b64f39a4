"""Peer instruction (Mazur 1997): advice after a vote, changed answers, gains, confidence, and all answers as CSV."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from rnn_compare.errors import UserError
from rnn_compare.formatting import as_cell
from rnn_compare.lecture.classroom.fold import ClassRecord, StepState
from rnn_compare.lecture.controls import Answer
from rnn_compare.lecture.questions import CONFIDENCE, Question, QuestionOutcome, in_words, is_right

FEWEST = 10
"""Devices needed for a percentage; for fewer, only counts are shown."""
MOST_CHANGES = 3
"""Changes that are listed."""
COLUMNS = (
    *("lecture", "began", "question", "round", "device", "answer", "at", "runs"),
    *("right", "earlier", "gain", "devices", "confidence"),
    *("cell", "seed", "origin", "best", "last", "right reviews by epoch"),
)
"""``earlier``: the device's first answer to the question or to the one that it repeats; ``gain``: of all ``devices``
that gave both answers, the same in each of their rows; ``confidence``: how sure the device was of this answer. The
last six are of a class's networks, whose ``question`` is their preset, and ``best`` and ``last`` right reviews."""

Votes = Mapping[str, Answer]
"""By device."""


def normalized_gain(before: int, after: int, devices: int) -> float | None:
    """Returns the normalized gain (post − pre) / (1 − pre) of Hake (1998); None if all were right before.

    Args:
        before, after: Devices that were right, of those that answered both times.
        devices: Devices that answered both times.

    Example:
        >>> normalized_gain(12, 21, 30)
        0.5
    """
    return (after - before) / (devices - before) if before < devices else None


def percentage(count: int, devices: int) -> str:
    """Returns a percentage to follow a count, or "" for too few devices. All but one of many are not 100 %.

    Example:
        >>> percentage(12, 30), percentage(3, 7), percentage(299, 300), percentage(1, 300)
        (' (40 %)', '', ' (99 %)', ' (1 %)')
    """
    if devices < FEWEST:
        return ""
    return f" ({min(max(round(100 * count / devices), int(count > 0)), 100 - int(count < devices))} %)"


def advice(count: int, devices: int, is_known: bool, again: bool) -> str:
    """Returns the advice after a vote: discuss if a third to two thirds are right.

    Args:
        count: Devices that were right or, until that is known, that gave the most frequent answer.
    """
    if 3 * count > 2 * devices:
        if is_known:
            return "More than two thirds are right: explain briefly and go on."
        return f"More than two thirds agree, rightly or not: {'go on' if again else 'go on, or have them discuss it'}."
    if not is_known:
        return f"The class is divided: {'go on' if again else 'discuss and vote again'}."
    if 3 * count < devices:
        return "Fewer than a third are right: explain it again."
    return f"A third to two thirds are right: {'explain it' if again else 'discuss and vote again'}."


def comparison(question: Question, first: Votes, second: Votes, is_right: Callable[[Answer], bool | None]) -> str:
    """Returns in sentences how many changed their answer between two votes and, if an answer is right, the gain."""
    if not (pairs := [(answer, second[device]) for device, answer in first.items() if device in second]):
        return "Nobody answered both times."
    devices, changes = len(pairs), Counter((in_words(question, a), in_words(question, b)) for a, b in pairs if a != b)
    changed = f"{changes.total():,} of {devices:,}{percentage(changes.total(), devices)} changed their answer"
    if changes and not question.control.is_drawn:
        changed += f": {'; '.join(f'{a} → {b} ({count})' for (a, b), count in changes.most_common(MOST_CHANGES))}"
    if is_right(pairs[0][0]) is None:
        return f"{changed}."
    before, after = (sum(map(bool, map(is_right, answers))) for answers in zip(*pairs, strict=True))
    gain = normalized_gain(before, after, devices)
    gained = "no gain possible" if gain is None else f"learning gain {gain:.2f}"
    shares = (
        f"{before:,} of {devices:,}{percentage(before, devices)} correct, then {after:,}{percentage(after, devices)}"
    )
    return f"{shares}: {gained}. {changed}."


def answers_csv(records: Sequence[ClassRecord]) -> str:
    """Returns the answers of lectures as CSV, with the runs of each question, then their networks."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for rows_of in (_answers, _networks):
        for record in records:
            for row in sorted(rows_of(record), key=itemgetter("at")):
                of_lecture = {"lecture": as_cell(record.name), "began": _time(record.began)}
                writer.writerow(of_lecture | row | {"at": _time(row["at"])})
    return text.getvalue()


def _answers(record: ClassRecord) -> Iterator[dict[str, Any]]:
    """Yields the row of each answer."""
    for (name, round_), answers in record.votes.answers.items():
        _, _, runs, question = record.steps.get(name, StepState())
        is_first = round_ == min(number for other, number in record.votes.answers if other == name)
        rounds = record.votes.rounds((question.repeats if question else "") if is_first else name)
        earlier = rounds[0] if rounds else {}
        both = answers.keys() & earlier.keys()
        pairs = [(_right(question, earlier[device]), _right(question, answers[device].answer)) for device in both]
        of_round: dict[str, Any] = {"question": name, "round": round_, "runs": " ".join(runs)}
        if pairs and None not in pairs[0]:
            before, after = (sum(map(bool, answers)) for answers in zip(*pairs, strict=True))
            gain = normalized_gain(before, after, len(pairs))
            of_round |= {"gain": "" if gain is None else round(gain, 4), "devices": len(pairs)}
        for device, (answer, confidence, at) in answers.items():
            yield of_round | {
                "device": record.devices.get(device),
                "answer": _cell(question, answer),
                "at": at,
                "right": None if (right := _right(question, answer)) is None else int(right),
                "earlier": _cell(question, earlier[device]) if device in earlier else None,
                "confidence": None if confidence is None else CONFIDENCE[confidence],
            }


def _networks(record: ClassRecord) -> Iterator[dict[str, Any]]:
    """Yields the row of each network."""
    for device, network in record.trained.values():
        number, right, status = record.devices.get(device), network.right, network.status
        row = {"question": record.task, "device": number, "cell": network.cell, "seed": network.seed, "at": network.at}
        row["origin"] = status if status == "left out" else network.origin if right else "cannot train"
        if right:
            row |= {"best": max(right), "last": right[-1], "right reviews by epoch": " ".join(map(str, right))}
        yield row


def _right(question: Question | None, answer: Answer) -> bool | None:
    """Returns whether an answer is right by the lecture file; None if that does not say."""
    if question is None or question.source != "file":
        return None
    return is_right(question, answer, question.from_file())


def _cell(question: Question | None, answer: Answer) -> str:
    return as_cell(in_words(question, answer) if question else str(answer))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")


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


def by_confidence(question: Question, votes: Votes, confidence: Mapping[str, int], outcome: QuestionOutcome) -> str:
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
    """Returns the commonest answers with their counts."""
    counts = Counter(in_words(question, answer) for answer in answers)
    return ", ".join(f"{word} ({count})" for word, count in counts.most_common(MOST_CHANGES))
