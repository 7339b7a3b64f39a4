from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, predict
from rnn_compare.explain.word_by_word import Reading, logits_without, read, words_read
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.weights import Weights
from tests.kit.networks import encoded, random_text, random_weights, small, small_networks


def probabilities(reading: Reading) -> Array:
    return sigmoid(reading.logits[1:])


def before(reading: Reading) -> float:
    return float(sigmoid(reading.logits[0]))


def verdict(reading: Reading) -> float:
    return float(sigmoid(reading.logits[-1]))


def keras_layers(experiment: Experiment, weights: Weights, ids: Any) -> list[Any]:
    model = network(experiment)
    model.set_weights(list(weights.values()))
    embedding, *recurrent, dense = model.layers
    values, mask = embedding(ids), embedding.compute_mask(ids)
    outputs = []
    for layer in recurrent:
        layer.return_sequences = True
        values = layer(values, mask=mask)
        outputs.append(np.asarray(values))
    return [*outputs, np.asarray(dense(values))]


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 3)
@given(small_networks(bidirectional=st.just(False)), st.integers(1, 14), st.integers(0, 2**31))
def test_states_and_verdicts_are_those_of_keras_after_every_word(experiment: Experiment, words: int, seed: int) -> None:
    maxlen = experiment.maxlen
    weights, review = random_weights(experiment, seed), encoded(experiment, random_text(words, seed))
    reading = read(experiment, weights, review)
    *states, verdicts = keras_layers(experiment, weights, review.ids[np.newaxis])
    shown = min(words, maxlen)
    assert len(reading.words) == len(probabilities(reading)) == shown
    np.testing.assert_allclose(probabilities(reading), verdicts[0, -shown:, 0], atol=1e-5)
    for cell_reading, expected in zip(reading.cells, states, strict=True):
        np.testing.assert_allclose(cell_reading.states, expected[0, -shown:], atol=1e-5)
    if shown < maxlen:
        assert before(reading) == pytest.approx(float(verdicts[0, -shown - 1, 0]), abs=1e-5)


@pytest.mark.slow
@settings(max_examples=settings().max_examples // 5)
@given(
    cell=st.sampled_from(CELLS),
    layers=st.integers(1, 2),
    mask_padding=st.booleans(),
    words=st.integers(1, 8),
    seed=st.integers(0, 2**31),
)
def test_a_bidirectional_network_reads_each_beginning_as_a_review_of_its_own(
    cell: str, layers: int, mask_padding: bool, words: int, seed: int
) -> None:
    experiment = small(cell=cell, layers=layers, mask_padding=mask_padding, bidirectional=True)
    weights, text = random_weights(experiment, seed), random_text(words, seed)
    reading = read(experiment, weights, encoded(experiment, text))
    model = network(experiment)
    model.set_weights(list(weights.values()))
    beginnings = [" ".join(text.split()[: count + 1]) for count in range(words)]
    rows = np.stack([encoded(experiment, beginning).ids for beginning in beginnings])
    np.testing.assert_allclose(probabilities(reading), np.asarray(model(rows))[:, 0], atol=1e-5)
    no_word = np.array([[0] * 8 + [1]], np.int32)
    assert before(reading) == pytest.approx(float(np.asarray(model(no_word))[0, 0]), abs=1e-5)
    assert [(cell.layer, cell.backward) for cell in reading.cells] == [
        (layer, backward) for layer in range(layers) for backward in (False, True)
    ]


@pytest.mark.parametrize("mask_padding", [False, True])
@pytest.mark.parametrize("backward", [False, True])
def test_the_carry_is_the_one_keras_returns(mask_padding: bool, backward: bool) -> None:
    experiment = small(cell="LSTM", mask_padding=mask_padding, bidirectional=backward)
    weights, review = random_weights(experiment), encoded(experiment, random_text(6))
    cell = read(experiment, weights, review).cells[-1]
    model = network(experiment)
    model.set_weights(list(weights.values()))
    layer = model.layers[1].backward_layer if backward else model.layers[1]
    layer.return_state = True
    for word in range(6):
        part = review.ids[3 + word :] if backward else review.ids[: 4 + word]
        mask = keras.ops.convert_to_tensor(part[np.newaxis] != 0) if mask_padding else None
        *_, carry = layer(weights["embedding/embeddings"][part][np.newaxis], mask=mask)
        np.testing.assert_allclose(cell.signals["carry"][word], np.asarray(carry)[0], atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("mask_padding", [False, True])
@pytest.mark.parametrize("words", [1, 6, 30])
@pytest.mark.parametrize("cell", CELLS)
def test_a_state_is_made_of_the_signals_and_the_state_shown_beside_it(
    cell: str, words: int, mask_padding: bool, bidirectional: bool
) -> None:
    experiment = small(cell=cell, layers=2, mask_padding=mask_padding, bidirectional=bidirectional)
    for shown in read(experiment, random_weights(experiment), encoded(experiment, random_text(words))).cells:
        s = shown.signals
        assert [*s] == [signal.name for signal in cell_of(cell).signals if signal.name != "state"]
        if cell == "SimpleRNN":
            made = np.tanh(s["pre_activation"])
        elif cell == "LSTM":
            carry = s["f"] * shown.previous["carry"] + s["i"] * s["candidate"]
            np.testing.assert_allclose(s["carry"], carry, atol=1e-6)
            made = s["o"] * np.tanh(carry)
        elif cell == "MGU":
            made = (1 - s["f"]) * shown.previous["state"] + s["f"] * s["candidate"]
        elif cell == "GRU":
            made = s["z"] * shown.previous["state"] + (1 - s["z"]) * s["candidate"]
        else:  # no equation is known here for a cell that was added
            made = shown.states
        np.testing.assert_allclose(shown.states, made, atol=1e-6)


def test_a_cells_inputs_are_the_embedding_and_then_the_states_below() -> None:
    experiment = small(layers=2, bidirectional=True)
    weights, review = random_weights(experiment), encoded(experiment, random_text(4))
    below, below_backward, above, _ = read(experiment, weights, review).cells
    np.testing.assert_array_equal(below.inputs, weights["embedding/embeddings"][review.ids[-4:]])
    np.testing.assert_array_equal(above.inputs, np.concatenate([below.states, below_backward.states], axis=1))


def test_where_nothing_stands_before_the_first_word_it_meets_a_state_of_zeros() -> None:
    experiment = small(maxlen=3)
    weights = random_weights(experiment)
    reading = read(experiment, weights, encoded(experiment, "word1 word2 word3"))
    assert before(reading) == pytest.approx(float(sigmoid(weights["dense/bias"])[0]), abs=1e-6)
    np.testing.assert_array_equal(reading.cells[0].previous["state"][0], 0)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_one_unit_and_one_position_are_enough(cell: str, bidirectional: bool) -> None:
    experiment = small(cell=cell, bidirectional=bidirectional, units=1, maxlen=1)
    reading = read(experiment, random_weights(experiment), encoded(experiment, "word1 word2"))
    assert [token.word for token in reading.words] == ["word2"]
    assert reading.logits.shape == (2,)
    assert all(shown.states.shape == (1, 1) for shown in reading.cells)


def test_reading_both_ways_takes_what_is_known_of_the_beginnings_already() -> None:
    experiment = small(bidirectional=True)
    weights, review = random_weights(experiment), encoded(experiment, random_text(5))
    worked_out = read(experiment, weights, review)
    assert len(worked_out.logits) == 6
    np.testing.assert_array_equal(
        read(experiment, weights, review, 2 * worked_out.logits).logits, 2 * worked_out.logits
    )


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_unit_of_the_last_layer_weighs_what_the_verdict_would_lose_without_it(bidirectional: bool) -> None:
    experiment = small(cell="GRU", bidirectional=bidirectional)
    weights, review = random_weights(experiment), encoded(experiment, random_text(6))
    reading = read(experiment, weights, review)
    whole = logit(verdict(reading))
    for direction, cell in enumerate(reading.cells):
        for unit, weight in enumerate(cell.importance):
            without = dict(weights)
            without["dense/kernel"] = without["dense/kernel"].copy()
            without["dense/kernel"][4 * direction + unit] = 0
            (probability,) = predict(experiment, without, review.ids[np.newaxis])
            assert abs(whole - logit(probability)) == pytest.approx(weight, abs=1e-4)


def test_a_unit_that_the_layer_above_does_not_hear_weighs_nothing() -> None:
    experiment = small(layers=2)
    tensors = dict(random_weights(experiment))
    tensors["simple_rnn_1/simple_rnn_cell/kernel"][2] = 0
    lower, _ = read(experiment, tensors, encoded(experiment, random_text(6))).cells
    assert lower.importance[2] == 0
    assert (np.delete(lower.importance, 2) > 0).all()
    assert lower.order[-1] == 2
    assert (np.diff(lower.importance[lower.order]) <= 0).all()


def logit(probability: float) -> float:
    return float(np.log(probability) - np.log(1 - probability))


def left_out(experiment: Experiment, weights: Weights, text: str) -> Array:
    review = encoded(experiment, text)
    return logits_without(experiment, weights, review.ids, len(words_read(review)))


@settings(max_examples=settings().max_examples // 4)
@given(small_networks(), st.integers(1, 14), st.integers(0, 2**31))
def test_each_verdict_is_what_keras_says_of_the_text_with_an_unknown_word_in_its_place(
    experiment: Experiment, words: int, seed: int
) -> None:
    weights, text = random_weights(experiment, seed), random_text(words, seed).split()
    logits = left_out(experiment, weights, " ".join(text))
    model = network(experiment)
    model.set_weights(list(weights.values()))
    shown = min(words, experiment.maxlen)
    changed = [" ".join([*text[:place], "qwerty", *text[place + 1 :]]) for place in range(words - shown, words)]
    rows = np.stack([encoded(experiment, text_with_unknown).ids for text_with_unknown in changed])
    np.testing.assert_allclose(sigmoid(logits[1:]), np.asarray(model(rows))[:, 0], atol=1e-5)


def test_log_odds_tell_words_apart_where_the_verdict_is_all_but_certain() -> None:
    experiment, text = small(), "word1 word2 word3"
    tensors = dict(random_weights(experiment))
    calm = left_out(experiment, tensors, text)
    tensors["dense/bias"] = tensors["dense/bias"] + np.float32(40)
    sure = left_out(experiment, tensors, text)
    np.testing.assert_array_equal(sigmoid(sure), 1)
    np.testing.assert_allclose(sure - sure[0], calm - calm[0], atol=1e-5)


def test_a_word_that_is_unknown_already_has_no_influence_at_all() -> None:
    experiment = small()
    for text, without_influence in (
        ("word1 qwerty word2 uiop", [False, True, False, True]),
        ("qwerty uiop", [True] * 2),
    ):
        whole, *without = left_out(experiment, random_weights(experiment), text)
        assert [logit == whole for logit in without] == without_influence
