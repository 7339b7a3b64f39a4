import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.accuracy_by_length import accuracy_by_length
from rnn_compare.explain.gradient_flow import (
    PROBE_SIZE,
    FollowedGradient,
    follow_gradient,
    gradient_flow,
    gradient_norms,
    probe_batch,
)
from rnn_compare.explain.prediction import encode
from rnn_compare.explain.word_by_word import logits_without, read
from rnn_compare.explain.word_memory import PAIRS
from rnn_compare.networks import weights
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import CACHE_VARIABLE, delete_files, run_folder, weights_file
from tests.kit.networks import random_weights

RUN, STATE = "simplernn-000000", "0"
EXPERIMENT = Experiment(units=2, embedding_size=2, maxlen=6, vocabulary_size=3000)


@pytest.fixture
def saved(reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Weights]:
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    arrays = random_weights(EXPERIMENT)
    weights.save(arrays, weights_file(RUN, "best"))
    yield arrays
    delete_files(RUN)  # other tests share the folder


def from_worker(task: Any, *arguments: Any, steps: int, experiment: Experiment = EXPERIMENT) -> Any:
    """Returns a task's result as it leaves a worker's process, after its progress has been checked."""
    progress: list[tuple[int, int]] = []
    result = worker_tasks.answer(
        task, RUN, "best", STATE, experiment, *arguments, tell=lambda done, total: progress.append((done, total))
    )
    assert progress[-1:] == [(steps, steps)] * bool(steps)
    return pickle.loads(pickle.dumps(result))


def test_a_review_is_read_without_each_word_and_up_to_each_word(saved: Weights) -> None:
    review = encode(EXPERIMENT, "a wonderful zzyzx film")
    ids = tuple(review.ids.tolist())
    without = from_worker(worker_tasks.logits_without_word, ids, 4, steps=4)  # the whole review, and three known words
    np.testing.assert_allclose(without, logits_without(EXPERIMENT, saved, review.ids, 4), atol=1e-4)
    assert [path.name for path in run_folder(RUN).iterdir()] == ["best.npz"], "of one text nothing is kept"
    both_ways = EXPERIMENT.model_copy(update={"bidirectional": True})
    arrays = random_weights(both_ways)
    weights.save(arrays, weights_file(RUN, "best"))
    after = from_worker(worker_tasks.logits_after_word, ids, 4, steps=5, experiment=both_ways)
    np.testing.assert_allclose(after, read(both_ways, arrays, review).logits, atol=1e-5)


def test_gradients_are_those_of_the_probe(saved: Weights) -> None:
    (norms,) = gradient_norms(EXPERIMENT, saved, *probe_batch(EXPERIMENT))
    assert from_worker(follow_gradient, steps=PROBE_SIZE) == FollowedGradient(PROBE_SIZE, (gradient_flow(norms),))


def test_a_step_of_training_changes_the_fingerprint() -> None:
    arrays = random_weights(EXPERIMENT)
    assert worker_tasks.fingerprint(arrays) == worker_tasks.fingerprint(random_weights(EXPERIMENT))
    moved = {**arrays, "dense/bias": arrays["dense/bias"] + 1e-6}
    assert worker_tasks.fingerprint(moved) != worker_tasks.fingerprint(arrays)


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    ("task", "steps"),
    [
        (worker_tasks.memory, 2 * PAIRS * EXPERIMENT.maxlen),
        (worker_tasks.words, 0),
        (accuracy_by_length, 5000),  # all reviews that were held out
        (follow_gradient, PROBE_SIZE),
    ],
)
def test_an_answer_is_kept_beside_the_weights_and_read_again_for_the_same_weights_only(task: Any, steps: int) -> None:
    answer = from_worker(task, steps=steps)
    again = worker_tasks.kept(task, RUN, STATE)
    assert type(again) is type(answer)
    for name, value in vars(answer).items():
        if isinstance(value, np.ndarray):
            np.testing.assert_allclose(getattr(again, name), value, atol=1e-6)
            assert getattr(again, name).dtype == value.dtype
        else:
            assert getattr(again, name) == (pytest.approx(value) if isinstance(value, float) else value)
    assert worker_tasks.kept(task, RUN, "1") is None
    assert worker_tasks.kept(task, "lstm-000000", STATE) is None
    with pytest.raises(UserError, match="No weights at"):
        worker_tasks.answer(task, "lstm-000000", "best", "", EXPERIMENT, tell=lambda *_: None)


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"words": {"positive": [["a"]]}}', '{"words": {"a": []}}'])
def test_a_file_without_an_answer_counts_as_missing(content: str) -> None:
    (run_folder(RUN) / f"memory-{STATE}.json").write_text(content)
    assert worker_tasks.kept(worker_tasks.memory, RUN, STATE) is None


def test_a_recording_carries_what_pages_ask_workers_about_each_kind_of_network() -> None:
    named = {
        cell: {task.__name__ for task in worker_tasks.kept_tasks(Experiment(cell=cell, **more))}
        for cell, more in {"LSTM": {}, "GRU": {"units": 256}, "attention": {}}.items()
    }
    assert named == {
        "LSTM": {"memory", "accuracy_by_length"},
        "GRU": {"memory", "accuracy_by_length", "follow_gradient"},
        "attention": {"memory", "accuracy_by_length", "words"},
    }
