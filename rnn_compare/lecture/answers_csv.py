"""The answers of classes as one CSV table, ready for a spreadsheet."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rnn_compare.lecture.questions import Question
from rnn_compare.runs.csv_export import as_cell

COLUMNS = ("lecture", "began", "question", "round", "device", "answer", "at", "runs")


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Returns a row for each answer; devices are running numbers, and runs those that the question was asked about.

    Args:
        rows: As ``ClassroomRecord.rows`` returns them.

    Example:
        >>> table([]).split(",")[:3]
        ['lecture', 'began', 'question']
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        question = Question.model_validate_json(row["asked"]) if row["asked"] else None
        runs = " ".join(json.loads(row["runs"] or "[]"))
        name, answer = as_cell(row["name"]), as_cell(_in_words(question, json.loads(row["answer"])))
        began, at = _moment(row["began"]), _moment(row["at"])
        writer.writerow([name, began, row["question"], row["round"], row["number"], answer, at, runs])
    return text.getvalue()


def _in_words(question: Question | None, answer: Any) -> str:
    if question and question.choices and isinstance(answer, int) and answer < len(question.choices):
        return question.choices[answer]
    return " ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="seconds")
