"""A review word by word: each prediction and each state is that of a text that ends there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import Array, predict, predict_logits, recurrent_weights
from rnn_compare.explain.word_by_word import logits_without, read, words_read
from rnn_compare.networks.weights import Weights
from tests.kit.networks import encoded, random_text, random_weights, small, small_networks

seeds = st.integers(0, 2**31)


@settings(max_examples=settings().max_examples // 2)
@given(small_networks(bidirectional=st.just(False)), st.integers(1, 14), seeds)
def test_a_network_that_reads_forward_predicts_after_each_word_what_it_predicts_if_the_text_ends_there(
    experiment: Experiment, words: int, seed: int
) -> None:
    weights, review = random_weights(experiment, seed), encoded(experiment, random_text(words, seed))
    reading = read(experiment, weights, review)
    shown = min(words, experiment.maxlen)
    assert len(reading.words) == len(reading.logits) - 1 == shown
    for words_left, logit in enumerate(reading.logits[::-1][: experiment.maxlen]):
        ids = review.ids[: experiment.maxlen - words_left]
        assert logit == pytest.approx(predict_logits(experiment, weights, ids[np.newaxis])[0], abs=1e-5)


@settings(max_examples=settings().max_examples // 2)
@given(small_networks(bidirectional=st.just(True), maxlen=st.just(9)), st.integers(1, 8), seeds)
def test_a_bidirectional_network_reads_each_beginning_as_a_review_of_its_own(
    experiment: Experiment, words: int, seed: int
) -> None:
    weights, text = random_weights(experiment, seed), random_text(words, seed)
    reading = read(experiment, weights, encoded(experiment, text))
    beginnings = [" ".join(text.split()[: count + 1]) for count in range(words)]
    rows = np.stack([[0] * 8 + [1], *(encoded(experiment, beginning).ids for beginning in beginnings)])
    np.testing.assert_allclose(reading.logits, predict_logits(experiment, weights, rows), atol=1e-5)
    assert [(cell.layer, cell.backward) for cell in reading.cells] == [
        (layer, backward) for layer in range(experiment.layers) for backward in (False, True)
    ]


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("mask_padding", [False, True])
@pytest.mark.parametrize("words", [1, 6, 30])
@pytest.mark.parametrize("cell", CELLS)
def test_states_and_signals_are_what_the_cell_makes_of_the_inputs_and_the_states_beside_them(
    cell: str, words: int, mask_padding: bool, bidirectional: bool
) -> None:
    experiment = small(cell=cell, layers=2, mask_padding=mask_padding, bidirectional=bidirectional)
    weights, review, layout = random_weights(experiment), encoded(experiment, random_text(words)), cell_of(cell)
    inputs = weights["embedding/embeddings"][review.ids[-len(words_read(review)) :]]
    cells = list(read(experiment, weights, review).cells)
    for directions in recurrent_weights(experiment, weights):
        layer = [cells.pop(0) for _ in directions]
        for shown, (W, U, b) in zip(layer, directions, strict=True):  # noqa: N806  # the textbook's letters
            np.testing.assert_array_equal(shown.inputs, inputs)
            states, signals = layout.step(inputs @ W, tuple(shown.previous[name] for name in layout.states), U, b)
            signals |= zip(layout.states, states, strict=True)
            np.testing.assert_allclose(shown.states, signals.pop("state"), atol=1e-6)
            assert [*shown.signals] == [signal.name for signal in layout.signals if signal.name != "state"]
            for name, values in shown.signals.items():
                np.testing.assert_allclose(values, signals[name], atol=1e-6, err_msg=name)
        inputs = np.concatenate([shown.states for shown in layer], axis=1)


def test_where_nothing_stands_before_the_first_word_it_meets_a_state_of_zeros() -> None:
    experiment = small(maxlen=3)
    weights = random_weights(experiment)
    reading = read(experiment, weights, encoded(experiment, "word1 word2 word3"))
    assert reading.logits[0] == pytest.approx(float(weights["dense/bias"][0]), abs=1e-6)
    np.testing.assert_array_equal(reading.cells[0].previous["state"][0], 0)


def test_reading_both_ways_takes_what_is_known_of_the_beginnings_already() -> None:
    experiment = small(bidirectional=True)
    known = np.arange(6, dtype=np.float32)
    reading = read(experiment, random_weights(experiment), encoded(experiment, random_text(5)), known)
    np.testing.assert_array_equal(reading.logits, known)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_unit_of_the_last_layer_weighs_what_the_verdict_would_lose_without_it(bidirectional: bool) -> None:
    experiment = small(cell="GRU", bidirectional=bidirectional)
    weights, review = random_weights(experiment), encoded(experiment, random_text(6))
    reading = read(experiment, weights, review)
    for unit, weight in enumerate(np.concatenate([cell.importance for cell in reading.cells])):
        without = {**weights, "dense/kernel": weights["dense/kernel"].copy()}
        without["dense/kernel"][unit] = 0
        [logit] = predict_logits(experiment, without, review.ids[np.newaxis])
        assert abs(reading.logits[-1] - logit) == pytest.approx(weight, abs=1e-4)


def test_a_unit_that_the_layer_above_does_not_hear_weighs_nothing() -> None:
    experiment = small(layers=2)
    tensors = dict(random_weights(experiment))
    tensors["simple_rnn_1/simple_rnn_cell/kernel"][2] = 0
    lower, _ = read(experiment, tensors, encoded(experiment, random_text(6))).cells
    assert lower.importance[2] == 0
    assert (np.delete(lower.importance, 2) > 0).all()
    assert lower.order[-1] == 2
    assert (np.diff(lower.importance[lower.order]) <= 0).all()


def left_out(experiment: Experiment, weights: Weights, text: str) -> Array:
    review = encoded(experiment, text)
    return logits_without(experiment, weights, review.ids, len(words_read(review)))


@given(small_networks(), st.integers(1, 14), seeds)
def test_without_a_word_the_prediction_is_that_of_the_text_with_an_unknown_word_in_its_place(
    experiment: Experiment, words: int, seed: int
) -> None:
    weights, text = random_weights(experiment, seed), random_text(words, seed).split()
    logits = left_out(experiment, weights, " ".join(text))
    shown = min(words, experiment.maxlen)
    changed = [" ".join([*text[:place], "qwerty", *text[place + 1 :]]) for place in range(words - shown, words)]
    rows = np.stack([encoded(experiment, text_with_unknown).ids for text_with_unknown in changed])
    np.testing.assert_allclose(sigmoid(logits[1:]), predict(experiment, weights, rows), atol=1e-5)


def test_log_odds_tell_words_apart_where_the_verdict_is_all_but_certain() -> None:
    experiment, text = small(), "word1 word2 word3"
    tensors = dict(random_weights(experiment))
    calm = left_out(experiment, tensors, text)
    tensors["dense/bias"] = tensors["dense/bias"] + np.float32(40)
    sure = left_out(experiment, tensors, text)
    np.testing.assert_array_equal(sigmoid(sure), 1)
    np.testing.assert_allclose(sure - sure[0], calm - calm[0], atol=1e-5)
