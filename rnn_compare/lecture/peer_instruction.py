"""Peer instruction (Mazur 1997): advice after a vote, changed answers, gains, confidence, and all answers as CSV."""

import csv
import io
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from rnn_compare.errors import UserError
from rnn_compare.formatting import as_cell, percent
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
    if changes and not question.kind.control.is_drawn:
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


def answers_csv(rows: Sequence[sqlite3.Row], networks: Sequence[sqlite3.Row] = ()) -> str:
    """Returns the rows of ``ClassroomRecord.rows`` as CSV, with the runs of each question, then ``all_networks``."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    questions = {row["asked"]: Question.model_validate_json(row["asked"]) for row in rows if row["asked"]}
    pairs: dict[tuple[int, str, int], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row["earlier"] is not None:
            pairs[row["id"], row["question"], row["round"]].append((row["earlier"], row["answer"]))
    for row in rows:
        question = questions.get(row["asked"])
        right = "" if question is None or question.right is None else str(question.right)
        both = pairs[row["id"], row["question"], row["round"]]
        values = (
            *(as_cell(row["name"]), _time(row["began"]), row["question"], row["round"], row["number"]),
            *(_cell(question, row["answer"]), _time(row["at"]), " ".join(json.loads(row["runs"] or "[]"))),
            *(int(row["answer"] == right) if right else "", _cell(question, row["earlier"])),
            *(_gain(right, both) if right and both else ("", "")),
            "" if row["confidence"] is None else CONFIDENCE[row["confidence"]],
        )
        writer.writerow(dict(zip(COLUMNS, values, strict=False)))
    for row in networks:
        right = json.loads(row["reviews"])
        writer.writerow(
            ({"best": max(right), "last": right[-1]} if right else {})
            | {"lecture": as_cell(row["name"]), "began": _time(row["began"]), "question": row["task"]}
            | {"device": row["number"] or "", "at": _time(row["at"]), "cell": row["cell"], "seed": row["seed"]}
            | {"origin": "left out" if row["status"] == "left out" else row["origin"] if right else "cannot train"}
            | {"right reviews by epoch": " ".join(map(str, right))}
        )
    return text.getvalue()


def _cell(question: Question | None, answer: str | None) -> str:
    if answer is None:
        return ""
    value = json.loads(answer)
    return as_cell(in_words(question, tuple(value) if isinstance(value, list) else value) if question else str(value))


def _gain(right: str, pairs: Sequence[tuple[str, str]]) -> tuple[object, int]:
    before, after = (sum(answer == right for answer in answers) for answers in zip(*pairs, strict=True))
    gain = normalized_gain(before, after, len(pairs))
    return "" if gain is None else round(gain, 4), len(pairs)


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
    """Returns the commonest answers with their counts; of drawn curves where they end."""
    words = [
        f"{percent(answer[-1])} in the end" if isinstance(answer, tuple) else in_words(question, answer)
        for answer in answers
    ]
    return ", ".join(f"{word} ({count})" for word, count in Counter(words).most_common(MOST_CHANGES))
