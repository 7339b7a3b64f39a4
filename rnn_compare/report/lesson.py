"""Exercises that a page brings along for its reader: reviews and networks to train, and a quiz; small for a phone."""

import tomllib
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from rnn_compare.browser.numbers import compressed
from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import picture
from rnn_compare.experiment import Experiment
from rnn_compare.networks.parameters import parameters
from rnn_compare.paths import lecture_files
from rnn_compare.presets import PHONES, PRESETS
from rnn_compare.report.quiz import HOME_UNITS, QuizQuestion, check
from rnn_compare.report.reader import layout
from rnn_compare.reviews import prepared
from rnn_compare.sources import registry

LESSON: dict[str, Any] = {name: value for name, value in PHONES.settings.items() if name != "units"}
MOST_TOKENS = 500_000
"""Words and padding of a task's texts: 2,475 texts of 202 words, which a page brings along as 420 kB."""
_OF_TASKS = ("source", "distance", "maxlen", "vocabulary_size", "optimizer", "learning_rate", "batch_size", "epochs")


def lesson_settings(experiment: Experiment) -> Experiment | None:
    """Returns with what the reader of a page with this network trains; None for somebody's own texts.

    Film reviews are as a class's phones have them; a task is as it was, with fewer of its texts if they are long.
    """
    if registry.is_about_films(experiment.source):
        return Experiment(source=experiment.dataset, **LESSON)
    if not registry.source(experiment.dataset).distance:
        return None
    own = {name: getattr(experiment, name) for name in _OF_TASKS}
    reviews = min(experiment.reviews, MOST_TOKENS // experiment.maxlen)
    return Experiment(**own, reviews=reviews, embedding_size=LESSON["embedding_size"], mask_padding=True)


def lesson(experiment: Experiment) -> dict[str, Any]:
    """Returns all that ``train_card.js`` needs to train networks with these settings, of each cell and size.

    Raises ``UserError`` if the source cannot be read, or has fewer reviews.
    """
    dataset = experiment.dataset
    networks = {
        name: {units: _network(experiment.model_copy(update={"cell": name, "units": units})) for units in HOME_UNITS}
        for name in CELLS
    }
    split = prepared.load(dataset).padded(experiment)
    ids = np.concatenate([split.x_train, split.x_val])
    return {
        "dataset": dataset,
        "subject": registry.source(dataset).subject,
        "labels": registry.labels(dataset),
        "in_english": registry.is_about_films(dataset),
        "training": len(split.x_train),
        "epochs": experiment.epochs,
        "networks": networks,
        "shades": {name: picture(name).shades for name in CELLS},
        "ids": compressed(ids.astype("<u2")),
        "signs": compressed(np.concatenate([split.y_train, split.y_val]).astype(np.uint8)),
    }


def _network(experiment: Experiment) -> dict[str, Any]:
    terms = parameters(experiment).lines
    return {"description": trainable(experiment), "layout": layout(experiment), "terms": terms}


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
            check(questions, preset.experiments())
        except (ValidationError, ValueError):  # *Present* says what is wrong with the file
            continue
        usable = [question.model_dump() for question in questions if {*question.networks} <= {*networks}]
        if usable:
            return {"lecture": name, "questions": usable}
    return None


def _lectures() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields the lectures' names and what stands in their files."""
    for path in lecture_files():
        try:
            yield path.stem, tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            continue
