from pathlib import Path

import numpy as np
import pytest

from rnn_compare import browser
from rnn_compare.experiment import Experiment
from rnn_compare.explain import accuracy_by_length as module
from rnn_compare.explain.accuracy_by_length import accuracy_by_length, by_group, lengths_up_to
from rnn_compare.feedforward.registry import FEEDFORWARD
from rnn_compare.networks.parameters import parameters
from rnn_compare.networks.weights import Weights
from rnn_compare.reviews import prepared
from tests.kit.javascript import in_node

pytestmark = pytest.mark.slow

SIGNED = {"cell": "signedMinGRU", "units": 1, "embedding_size": 1, "vocabulary_size": 100, "mask_padding": True}


@pytest.fixture(autouse=True)
def _few_texts_of_each_length(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001  # a fixture
    monkeypatch.setattr(module, "TEXTS", 40)


def parity_by_hand(experiment: Experiment) -> Weights:
    """One unit, 0 while the number of "red" is even: "red" turns h over to 1 − h, all else keeps it."""
    embeddings = np.full((100, 1), -50, np.float32)
    embeddings[prepared.load(experiment.dataset).vocabulary.id("red")] = 50
    values = {"embeddings": embeddings, "dense/kernel": [[-2]], "dense/bias": [1], "kernel": [[1, 0]], "bias": [0, 0.5]}
    return {
        tensor.path: np.array(next(values[name] for name in values if tensor.path.endswith(name)), np.float32)
        for tensor in parameters(experiment).tensors
    }


def test_the_weights_of_parity_by_hand_are_right_at_every_length_and_repeats_are_counted() -> None:
    experiment = Experiment.model_validate({**SIGNED, "source": "parity", "distance": 12, "maxlen": 13})
    result = accuracy_by_length(experiment, parity_by_hand(experiment))
    assert [point.words for point in result.points] == lengths_up_to(12) == [*range(1, 13), 18, 24, 48, 96]
    assert {(point.accuracy, point.texts) for point in result.points} == {(1.0, 40)}
    assert result.trained_up_to == 12
    assert result.points[0].repeated == 40
    assert result.points[-1].repeated == 0


def test_a_text_beyond_maxlen_begins_with_one_padding_id_as_all_but_the_longest_in_training_do() -> None:
    experiment = Experiment.model_validate(
        {**SIGNED, "mask_padding": False, "source": "parity", "distance": 4, "maxlen": 5}
    )
    weights = parity_by_hand(experiment)
    embeddings = next(array for path, array in weights.items() if path.endswith("embeddings"))
    embeddings[0] = 50  # each padding id turns the state over, too
    points = accuracy_by_length(experiment, weights).points
    assert [point.accuracy for point in points] == [0, 1, 0, 1, 0, 0, 0, 0], "3, 2, 1, 0 padding ids, then 1"


def test_a_network_that_always_says_the_same_is_right_half_the_time_at_each_length_and_all_texts_are_new() -> None:
    experiment = Experiment.model_validate({**SIGNED, "source": "order", "distance": 3, "maxlen": 30})
    silent = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in parameters(experiment).tensors}
    points = accuracy_by_length(experiment, silent).points
    assert {(point.accuracy, point.repeated) for point in points} == {(0.5, 0)}


@pytest.mark.parametrize("cell", FEEDFORWARD)
def test_a_network_with_learned_positions_is_judged_up_to_maxlen(cell: str) -> None:
    distance = 40 if cell == "convolution" else 8  # which reads shorter texts not at all
    experiment = Experiment(cell=cell, source="cups", distance=distance, maxlen=distance + 1)
    silent = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in parameters(experiment).tensors}
    points = accuracy_by_length(experiment, silent).points
    assert points[-1].words == (distance if cell == "attention" else 8 * distance)


def test_reviews_are_judged_as_they_are_in_groups_by_length() -> None:
    experiment = Experiment(source="rotten-tomatoes", maxlen=10, reviews=500)
    silent = {tensor.path: np.zeros(tensor.shape, np.float32) for tensor in parameters(experiment).tensors}
    result = accuracy_by_length(experiment, silent)
    assert [point.texts for point in result.points] == [10] * 10
    assert [point.words for point in result.points] == sorted(point.words for point in result.points)
    negative = 1 - prepared.load("rotten-tomatoes").padded(experiment).y_val.mean()
    assert np.mean([point.accuracy for point in result.points]) == pytest.approx(negative)
    assert result.trained_up_to == 10


BY_LENGTH = f"""
import fs from "node:fs";
import {{ accuracyByLength }} from "{Path(browser.__file__).parent.as_uri()}/reading/memory_chart.js";
const cases = JSON.parse(fs.readFileSync(0));
console.log(JSON.stringify(cases.map(({{ correct, lengths }}) => accuracyByLength(correct, lengths))));
"""


def test_a_page_puts_texts_into_the_groups_of_python() -> None:
    random = np.random.default_rng(1)
    cases = [
        (random.integers(1, most, count), random.random(count) < 0.7)
        for count, most in [(1, 5), (9, 4), (10, 30), (57, 12), (1003, 900), (5000, 2400)]
    ]
    answers = in_node(
        [{"lengths": words.tolist(), "correct": (1 * right).tolist()} for words, right in cases], BY_LENGTH
    )
    for (words, right), answer in zip(cases, answers, strict=True):
        points = by_group(words, right, np.zeros(len(words), np.bool_))
        assert [(at["words"], at["texts"]) for at in answer] == [(point.words, point.texts) for point in points]
        assert [at["accuracy"] for at in answer] == pytest.approx([point.accuracy for point in points], abs=1e-12)
