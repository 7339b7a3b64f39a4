import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain import worker_tasks
from rnn_compare.explain.embedding_map import WordMap, word_map
from rnn_compare.explain.gradient_flow import FollowedGradient, gradient_flow, gradient_norms, probe_batch
from rnn_compare.explain.review_prediction import encode
from rnn_compare.explain.word_by_word import logits_without, read
from rnn_compare.explain.word_memory import MemoryTest
from rnn_compare.networks import weights
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import CACHE_VARIABLE, delete_files, weights_file
from rnn_compare.reviews import prepared
from tests.explain.conftest import random_weights

RUN = "simplernn-000000"
EXPERIMENT = Experiment(units=2, embedding_size=2, maxlen=6, vocabulary_size=3000)


def stay_silent(_done: int, _total: int) -> None:
    pass


@pytest.fixture
def saved(reviews_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Weights]:
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    drawn = random_weights(EXPERIMENT)
    weights.save(drawn, weights_file(RUN, "best"))
    yield drawn
    delete_files(RUN)  # other tests share the folder


def carried(found: Any) -> Any:
    """What is left of an answer on its way from a worker's process."""
    return pickle.loads(pickle.dumps(found))


def test_the_memory_test_crosses_processes_and_tells_its_progress(saved: Weights) -> None:
    told: list[tuple[int, int]] = []
    state = worker_tasks.fingerprint(saved)
    found = carried(
        worker_tasks.memory(RUN, "best", state, EXPERIMENT, tell=lambda done, total: told.append((done, total)))
    )
    assert isinstance(found, MemoryTest)
    assert (found.distances[0], found.distances[-1]) == (1, 6)
    assert len(found.told_apart) == len(found.effect) == len(found.distances)
    assert len(found.words.positive) == len(found.words.negative) > 0
    assert "waste" in [word for word, _ in found.words.negative]
    done, total = told[-1]
    assert done == total == 2 * found.pairs * len(found.distances)


def test_the_map_crosses_processes(saved: Weights) -> None:
    found = carried(worker_tasks.words(RUN, "best", "", EXPERIMENT, tell=stay_silent))
    expected = word_map(EXPERIMENT, saved, prepared.load("bundled").vocabulary)
    assert isinstance(found, WordMap)
    assert found.words == expected.words
    np.testing.assert_allclose(found.points, expected.points, rtol=1e-6)
    np.testing.assert_allclose(found.verdicts, expected.verdicts, rtol=1e-6)


def test_leaving_out_tells_its_progress(saved: Weights) -> None:
    review = encode(EXPERIMENT, "a wonderful zzyzx film")
    told: list[tuple[int, int]] = []
    found = worker_tasks.logits_without_word(
        RUN, "best", "", EXPERIMENT, tuple(review.ids.tolist()), 4, tell=lambda done, total: told.append((done, total))
    )
    np.testing.assert_allclose(found, logits_without(EXPERIMENT, saved, review.ids, 4), atol=1e-4)
    assert told[-1] == (4, 4)  # the whole review, and three known words


def test_reading_both_ways_comes_back_as_the_verdict_after_each_word(reviews_cache: Path) -> None:
    experiment = EXPERIMENT.model_copy(update={"bidirectional": True})
    drawn = random_weights(experiment)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(CACHE_VARIABLE, str(reviews_cache))
        weights.save(drawn, weights_file(RUN, "best"))
        review = encode(experiment, "a wonderful zzyzx film")
        told: list[tuple[int, int]] = []
        found = worker_tasks.logits_after_word(
            RUN, "best", "", experiment, tuple(review.ids.tolist()), 4, tell=lambda *step: told.append(step)
        )
        delete_files(RUN)
    np.testing.assert_allclose(found, read(experiment, drawn, review).logits, atol=1e-5)
    assert told[-1] == (5, 5)


def test_gradients_cross_processes_and_tell_their_progress(saved: Weights) -> None:
    told: list[tuple[int, int]] = []
    found = carried(
        worker_tasks.gradients(RUN, "best", "", EXPERIMENT, tell=lambda done, total: told.append((done, total)))
    )
    assert isinstance(found, FollowedGradient)
    (norms,) = gradient_norms(EXPERIMENT, saved, *probe_batch(EXPERIMENT))
    assert found.directions == (gradient_flow(norms),)
    assert told[-1] == (found.reviews, found.reviews)


@pytest.mark.usefixtures("saved")
def test_a_run_without_weights_is_told_in_words() -> None:
    with pytest.raises(UserError, match="No weights at"):
        worker_tasks.memory("lstm-000000", "best", "", EXPERIMENT, tell=stay_silent)


def test_a_step_of_training_changes_the_fingerprint() -> None:
    one = random_weights(EXPERIMENT)
    assert worker_tasks.fingerprint(one) == worker_tasks.fingerprint(random_weights(EXPERIMENT))
    moved = {**one, "dense/bias": one["dense/bias"] + 1e-6}
    assert worker_tasks.fingerprint(moved) != worker_tasks.fingerprint(one)
