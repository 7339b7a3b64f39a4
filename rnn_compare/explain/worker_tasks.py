"""Analyses of one network that take longer than a page may wait, for workers; answers are kept beside its weights.

A task takes the experiment, weights, further arguments, and ``tell``, for progress. It may raise ``UserError``.
"""

import contextlib
import functools
import typing
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from rnn_compare.atomic import whole_file
from rnn_compare.experiment import Experiment
from rnn_compare.explain import embedding_map, gradient_flow
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.explain.prediction import Array, Tell, predict_logits
from rnn_compare.explain.word_by_word import beginnings, logits_without
from rnn_compare.explain.word_memory import MemoryTest, choose_words, memory_test
from rnn_compare.networks import weights
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import Which, run_folder, weights_file
from rnn_compare.reviews import prepared
from rnn_compare.runs import shipped

Task = Callable[..., Any]


def fingerprint(loaded: Weights) -> str:
    """Returns a key of the weights of one epoch of a run, by the Dense layer, which every step of training moves."""
    return f"{zlib.crc32(loaded['dense/kernel'].tobytes() + loaded['dense/bias'].tobytes()):08x}"


def answer(
    task: Task, run: str, which: Which, state: str, experiment: Experiment, *arguments: object, tell: Tell
) -> object:
    """Returns a task's answer about the weights of a run, whose ``fingerprint`` is ``state``.

    Without further arguments it is kept. Raises ``UserError`` if weights or reviews cannot be read.
    """
    result = task(experiment, weights.load(weights_file(run, which), experiment), *arguments, tell=tell)
    if not arguments:
        with contextlib.suppress(OSError):  # the answer counts even if the disk is full
            keep(run_folder(run), task, state, result)
    return result


def keep(folder: Path, task: Task, state: str, result: object) -> None:
    """Writes a task's answer into the folder of a run; raises ``OSError`` if it cannot."""
    with whole_file(folder / _name(task, state)) as partial:
        partial.write_bytes(_adapter(task).dump_json(result))


def kept(task: Task, run: str, state: str) -> Any:  # the caller knows the task's type
    """Returns the kept or shipped answer of a task; None if there is none that can be read."""
    for folder in (run_folder(run), shipped.FOLDER / "runs" / run):
        with contextlib.suppress(OSError, ValueError):
            return _adapter(task).validate_json((folder / _name(task, state)).read_bytes())
    return None


def kept_tasks(experiment: Experiment) -> list[Task]:
    """Returns the tasks whose answers a recording carries: what pages ask workers about a network as such."""
    tasks: list[Task] = [memory, accuracy_by_length]
    if not (experiment.without_recurrence or gradient_flow.is_quick(experiment)):
        tasks.append(gradient_flow.follow_gradient)
    return tasks if embedding_map.is_quick(experiment) else [*tasks, words]


def _name(task: Task, state: str) -> str:
    return f"{task.__name__}-{state}.json"


@functools.cache
def _adapter(task: Task) -> TypeAdapter[Any]:
    return TypeAdapter(typing.get_type_hints(task)["return"])


def logits_without_word(
    experiment: Experiment, loaded: Weights, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns ``logits_without`` of a review's ids (timesteps,), of which the last ``words`` are its words."""
    return logits_without(experiment, loaded, np.array(ids, np.int32), words, tell)


def logits_after_word(
    experiment: Experiment, loaded: Weights, ids: tuple[int, ...], words: int, *, tell: Tell
) -> Array:
    """Returns the log-odds of "positive" of each of a review's ``beginnings`` (1 + words,)."""
    return predict_logits(experiment, loaded, beginnings(np.array(ids, np.int32), len(ids) - words), tell)


def memory(experiment: Experiment, loaded: Weights, *, tell: Tell) -> MemoryTest:
    """Returns ``memory_test``; raises ``UserError`` also if the vocabulary is too small."""
    reviews = prepared.load(experiment.dataset)
    words = choose_words(reviews, experiment.vocabulary_size)
    return memory_test(experiment, loaded, reviews.vocabulary, words, tell=tell)


def words(experiment: Experiment, loaded: Weights, *, tell: Tell) -> embedding_map.WordMap:
    """Returns ``word_map``."""
    vocabulary = prepared.load(experiment.dataset).vocabulary
    return embedding_map.word_map(experiment, loaded, vocabulary, tell=tell)
