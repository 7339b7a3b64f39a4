"""The quiz of the lecture whose networks a page compares."""

import tomllib
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rnn_compare.experiment import Experiment
from rnn_compare.lecture.lecture_file import files
from rnn_compare.lecture.quiz import QuizQuestion, check
from rnn_compare.presets import PRESETS

_QUESTIONS = TypeAdapter(tuple[QuizQuestion, ...])


def quiz_at_home(experiments: Collection[Experiment], networks: Collection[str]) -> dict[str, Any] | None:
    """Returns the quiz as data for ``quiz_card.js``, None without one.

    It is of the first lecture whose preset has all these settings, with the questions that can be tried in the page.

    Args:
        experiments: The settings of the page.
        networks: Names of those that read in it.
    """
    settings = {experiment.setting for experiment in experiments}
    for name, content in _lectures():
        preset = next((preset for preset in PRESETS if preset.name == content.get("preset")), None)
        if preset is None or not settings <= {experiment.setting for experiment in preset.experiments()}:
            continue
        try:
            questions = _QUESTIONS.validate_python(content.get("quiz", []))
            check(questions, [name for question in questions for name in question.networks])
        except (ValidationError, ValueError):  # *Present* says what is wrong with the file
            continue
        usable = [question.model_dump() for question in questions if {*question.networks} <= {*networks}]
        if usable:
            return {"lecture": name, "questions": usable}
    return None


def _lectures() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the lectures' names and what stands in their files."""
    for path in files():
        try:
            yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
