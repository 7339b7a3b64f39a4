"""All answers of all lectures as a CSV table."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rnn_compare.lecture.peer_instruction import normalized_gain
from rnn_compare.lecture.questions import Question, in_words
from rnn_compare.runs.csv_export import as_cell

COLUMNS = ("lecture", "began", "question", "round", "device", "answer", "at", "runs")
COMPARED = ("right", "earlier", "gain", "devices")
"""``earlier``: the device's first answer to the question or to the one that it repeats; ``gain``: of all ``devices``
that gave both answers, the same in each of their rows."""


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Returns the rows of ``ClassroomRecord.rows`` as CSV, with the runs of each question."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS + COMPARED)
    pairs: dict[tuple[int, str | None, int], list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row["earlier"] is not None:
            pairs[row["id"], row["asked"], row["round"]].append((row["earlier"], row["answer"]))
    gains = {key: _gain(key[1], answers) for key, answers in pairs.items()}
    for row in rows:
        question = Question.model_validate_json(row["asked"]) if row["asked"] else None
        runs = " ".join(json.loads(row["runs"] or "[]"))
        name, answer, earlier = as_cell(row["name"]), _cell(question, row["answer"]), _cell(question, row["earlier"])
        right = "" if question is None or question.right is None else int(row["answer"] == str(question.right))
        gain = gains.get((row["id"], row["asked"], row["round"]), ("", ""))
        began, at = _moment(row["began"]), _moment(row["at"])
        answered = row["question"], row["round"], row["number"], answer, at
        writer.writerow([name, began, *answered, runs, right, earlier, *gain])
    return text.getvalue()


def _cell(question: Question | None, answer: str | None) -> Any:
    if answer is None:
        return ""
    value = json.loads(answer)
    return as_cell(in_words(question, tuple(value) if isinstance(value, list) else value) if question else str(value))


def _gain(question: str | None, pairs: Sequence[tuple[str, str]]) -> tuple[object, object]:
    right = json.dumps(json.loads(question).get("right")) if question else "null"
    if right == "null":
        return "", ""
    before, after = (sum(answer == right for answer in answers) for answers in zip(*pairs, strict=True))
    gain = normalized_gain(before, after, len(pairs))
    return "" if gain is None else round(gain, 4), len(pairs)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
