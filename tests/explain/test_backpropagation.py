from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnn_compare.cells.registry import CELLS
from rnn_compare.experiment import Experiment
from rnn_compare.explain import gradient_flow as module
from rnn_compare.explain.gradient_flow import backpropagate, gradient_norms, probe_batch, state_gradients
from rnn_compare.explain.prediction import predict
from rnn_compare.networks.keras_models import layer_class, network
from rnn_compare.networks.recurrent_layer import by_direction, read_sequence
from rnn_compare.networks.weights import Weights
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.reviews import prepared
from tests.kit.networks import StopError, padded_reviews, random_weights, small, stop

Array = NDArray[np.float64]


def unrolled(cell: keras.Layer, inputs: Any, mask: Any, backward: bool) -> tuple[Any, Any, Any]:
    """Runs Keras' cell step by step, with the state held where nothing is read.

    Returns the last state (and carry); and in the order of the text, all that the steps returned, and all that
    the next steps were given.
    """
    size = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    states = [tf.zeros((len(inputs), units)) for units in size]
    made, carried = {}, {}
    for t in reversed(range(inputs.shape[1])) if backward else range(inputs.shape[1]):
        _, new = cell(inputs[:, t], states)
        made[t] = new if isinstance(new, (list, tuple)) else [new]
        read = mask[:, t, tf.newaxis]
        states = carried[t] = [tf.where(read, after, before) for after, before in zip(made[t], states, strict=True)]
    return states, [made[t] for t in sorted(made)], [carried[t] for t in sorted(carried)]


def by_tape(tape: Any, loss: Any, way: tuple[Any, Any, Any], mask: Any) -> list[Array]:
    """Returns the gradient for every state (and carry): as the step made it if it read something, else as it was held.

    Only what the step made leads to a hidden state by way of the carry too.
    """
    last, made, carried = way

    def gradient(states: Any, kind: int) -> Array:
        parts = tape.gradient(loss, [state[kind] for state in states], unconnected_gradients="zero")
        return np.stack(parts, axis=1)

    read = np.asarray(mask)[:, :, np.newaxis]
    return [np.where(read, gradient(made, kind), gradient(carried, kind)) for kind in range(len(last))]


@settings(max_examples=settings().max_examples // 4)
@given(cell=st.sampled_from(CELLS), backward=st.booleans(), seed=st.integers(0, 2**31))
def test_gradients_pass_by_masked_timesteps_wherever_these_are(cell: str, backward: bool, seed: int) -> None:
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(2, 6, 3)).astype(np.float32)
    mask = random.random((2, 6)) < 0.5
    layer = layer_class(cell)(4).cell
    layer.build((None, 3))
    layer.set_weights([array + 0.2 * random.normal(size=array.shape) for array in layer.get_weights()])
    towards = random.normal(size=(2, 4)).astype(np.float32)
    with tf.GradientTape(persistent=True) as tape:
        way = unrolled(layer, tf.constant(inputs), tf.constant(mask), backward)
        loss = tf.reduce_sum(way[0][0] * towards)
    expected = by_tape(tape, loss, way, mask)
    (weights,) = by_direction(cell, layer.get_weights())
    trace = read_sequence(cell, inputs, weights, mask, backward=backward, with_signals=True)
    result = backpropagate(cell, trace, weights, towards.astype(np.float64), mask)
    for gradient, by_keras in zip(result, expected, strict=False):
        np.testing.assert_allclose(gradient, by_keras, atol=1e-5)


@pytest.mark.parametrize("mask_padding", [False, True])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_gradients_begin_with_the_error_at_the_word_read_last_and_norms_are_their_lengths(
    bidirectional: bool, mask_padding: bool
) -> None:
    experiment = small(cell="LSTM", layers=2, bidirectional=bidirectional, mask_padding=mask_padding)
    weights, ids, labels = random_weights(experiment), padded_reviews([9, 9, 4], 9, 0), np.array([1, 0, 1])
    result = state_gradients(experiment, weights, ids, labels)
    errors, kernel = predict(experiment, weights, ids) - labels, weights["dense/kernel"][:, 0]
    for gradients, of_direction, last in zip(result, np.split(kernel, len(result)), (-1, 0), strict=False):
        np.testing.assert_allclose(gradients[0][:, last], np.outer(errors, of_direction), atol=1e-6)
    for norms, gradients, backward in zip(
        gradient_norms(experiment, weights, ids, labels), result, (False, True), strict=False
    ):
        assert norms.backward is backward
        assert norms.carry is not None
        np.testing.assert_allclose([norms.states, norms.carry], np.linalg.norm(gradients, axis=-1))
        np.testing.assert_array_equal(norms.read, (ids != 0) | (not mask_padding))


def test_reviews_in_parts_give_what_they_give_at_once_and_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = small(cell="LSTM", bidirectional=True)
    weights, ids, labels = random_weights(experiment), padded_reviews([9, 8, 7, 3, 0], 9, 0), np.array([1, 0, 1, 0, 1])
    at_once = gradient_norms(experiment, weights, ids, labels)
    monkeypatch.setattr(module, "NUMBERS_AT_ONCE", 72)
    progress: list[tuple[int, int]] = []
    in_parts = gradient_norms(experiment, weights, ids, labels, lambda done, total: progress.append((done, total)))
    assert progress == [(2, 5), (4, 5), (5, 5)]
    for ours, expected in zip(in_parts, at_once, strict=True):
        np.testing.assert_allclose(ours.states, expected.states, rtol=1e-4)

    with pytest.raises(StopError):
        gradient_norms(experiment, weights, ids, labels, stop)


def test_a_gradient_that_32_bits_could_not_hold_is_still_there() -> None:
    experiment = small(units=1, maxlen=300)
    weights = {path: np.zeros_like(array) for path, array in random_weights(experiment).items()}
    weights["simple_rnn/simple_rnn_cell/recurrent_kernel"][:] = 0.5
    weights["dense/kernel"][:] = 1
    (norms,) = gradient_norms(experiment, weights, padded_reviews([300], 300, 0), np.array([1]))
    # All states are 0, where tanh has the slope 1; the verdict is one half.
    np.testing.assert_allclose(norms.states, [0.5 * 0.5 ** np.arange(299, -1, -1)])


def test_the_probe_is_the_first_held_out_reviews_that_fill_every_position_then_the_longest_others(
    reviews_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(reviews_cache))
    ids, labels = probe_batch(Experiment(maxlen=300), 16)
    split = prepared.load("bundled").padded(Experiment(maxlen=300))
    full = np.flatnonzero((split.x_val > 1).all(axis=1))[:16]  # without the start token: words alone fill the row
    np.testing.assert_array_equal(ids, split.x_val[full])
    np.testing.assert_array_equal(labels, split.y_val[full])
    few = Experiment(maxlen=1000, reviews=200)
    ids, labels = probe_batch(few, 10)
    by_length = np.sort((prepared.load("bundled").padded(few).x_val != 0).sum(axis=1))[::-1]
    np.testing.assert_array_equal((ids != 0).sum(axis=1), by_length[:10])
    assert (ids.shape, labels.shape) == ((10, 1000), (10,))
    assert probe_batch(Experiment(maxlen=1, reviews=10))[0].shape == (2, 1), "no more than was held out"


def tape_gradients(experiment: Experiment, weights: Weights, ids: Any, labels: Any) -> list[list[Array]]:
    model = network(experiment)
    model.set_weights(list(weights.values()))
    embedding, *lower, last, dense = model.layers
    values, mask = embedding(ids), embedding.compute_mask(ids)
    for layer in lower:
        values = layer(values, mask=mask)
    mask = tf.ones(ids.shape, tf.bool) if mask is None else mask
    cells = [last.forward_layer.cell, last.backward_layer.cell] if experiment.bidirectional else [last.cell]
    with tf.GradientTape(persistent=True) as tape:
        ways = [unrolled(cell, values, mask, backward) for cell, backward in zip(cells, (False, True), strict=False)]
        probabilities = dense(tf.concat([states[0] for states, _, _ in ways], axis=-1))[:, 0]
        loss = tf.reduce_sum(keras.losses.binary_crossentropy(labels[:, np.newaxis], probabilities[:, tf.newaxis]))
    return [by_tape(tape, loss, way, mask) for way in ways]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("settings", [{"layers": 2}, {"bidirectional": True, "mask_padding": True}])
def test_gradients_are_those_of_tensorflow(cell: str, settings: dict[str, Any]) -> None:
    experiment = small(cell=cell, **settings)
    weights, ids, labels = random_weights(experiment), padded_reviews([4, 0, 9], 9, 0), np.array([1, 0, 1])
    result = state_gradients(experiment, weights, ids, labels)
    for ours, expected in zip(result, tape_gradients(experiment, weights, ids, labels), strict=True):
        assert len(ours) == (2 if cell == "LSTM" else 1)
        for gradient, by_keras in zip(ours, expected, strict=False):
            np.testing.assert_allclose(gradient, by_keras, atol=1e-5)
