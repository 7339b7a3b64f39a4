"""A network by kernels: what it shares between reviews and threads, its figures, and what callbacks see of it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.fused import layer, network_pass, sequences
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network import FusedNetwork, options_of
from rnn_compare.fused.network_pass import NetworkOptions
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.reviews.prepared import Batches, Split
from rnn_compare.training.worker.fitting import fit
from tests.kit.networks import layer_weights, padded_reviews, random_weights, small


def both(experiment: Experiment) -> list[keras.Model]:
    """Returns a network of stock layers, without a graph that would take seconds to make, and one of fused layers."""
    stock = keras_models.build(experiment)
    stock.run_eagerly = True
    return [stock, keras_models.build(experiment, FusedNetwork)]


@pytest.mark.parametrize("cell", KERNELS)
def test_a_batch_has_the_logits_and_gradients_of_its_reviews_one_by_one(cell: str) -> None:
    weights = [*random_weights(small(cell=cell, units=2)).values()]  # fewer units than reviews share the padding
    options = NetworkOptions(((LayerOptions(KERNELS[cell]),),))

    def computed(ids: Any, labels: Array) -> list[Array]:
        forward_pass = network_pass.forward(options, weights, ids.astype(np.int64), [[None]])
        embedding, gradients = network_pass.backward(weights, forward_pass, labels)
        table, squares = np.zeros((2, *weights[0].shape), np.float32)
        table[embedding.words], squares[embedding.words] = embedding.sums, embedding.squares
        return [forward_pass.logits, squares * len(ids), table, *gradients]

    ids, labels = padded_reviews([12, 9, 0, 5, 1, 0], 12, seed=2) % 20, np.arange(6, dtype=np.float32) % 2
    logits, *of_batch = computed(ids, labels)
    alone = [computed(ids[[row]], labels[[row]]) for row in range(6)]
    np.testing.assert_allclose(logits, np.concatenate([own for own, *_ in alone]), atol=2e-6)
    for place, gradient in enumerate(of_batch, 1):
        mean = np.mean([gradients[place] for gradients in alone], axis=0)
        np.testing.assert_allclose(gradient, mean, atol=1e-5 * max(1, np.abs(mean).max()))


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("go_backwards", [False, True])
def test_the_cutoff_in_the_shared_padding_does_not_change_the_sum_over_reviews(
    name: str, go_backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(100, 3)).astype(np.float32)[padded_reviews([0, 9, 12, 30, 28], 30, seed=4)]
    if go_backwards:
        x = x[:, ::-1].copy()
    options, tensors = LayerOptions(KERNELS[name], go_backwards), layer_weights(name, 3, 4)
    gradient = random.normal(size=(5, 4)).astype(np.float32)
    results = []
    for cutoff in (0.0, 0.9):
        monkeypatch.setattr(sequences, "CUTOFF", np.float32(cutoff))
        _, layer_pass = layer.forward_vectors(options, None, x, tensors)
        dx, weights = layer.backward_vectors(layer_pass, gradient)
        results.append([dx, dx.sum(axis=0), *weights])
    (exact, *exact_sums), (cut, *sums) = results
    assert np.abs(exact - cut).max() > 1e-5 * np.abs(exact).max()
    for ours, theirs in zip(sums, exact_sums, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * np.abs(exact).max())


def test_loss_and_probability_are_exact_for_logits_of_any_size() -> None:
    logits = np.array([-1000, -20, 0, 20, 1000], np.float32)
    right = np.array([0, np.exp(-20), np.log(2), 20, 1000])
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_allclose(network_pass.losses(logits, np.zeros(5, np.float32)), right, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(network_pass.losses(logits, np.ones(5, np.float32)), right[::-1], atol=1e-6)
        np.testing.assert_allclose(network_pass.probabilities(logits), [0, np.exp(-20), 0.5, 1, 1], rtol=1e-6)


@pytest.mark.parametrize("scale", [1.0, 300.0])
def test_loss_and_accuracy_are_those_of_keras_for_saturated_networks_too(scale: float) -> None:
    stock, fused = both(small(cell="GRU", maxlen=12))
    for model in (stock, fused):
        model.layers[-1].kernel.assign(model.layers[-1].kernel * scale)
        model.layers[1].cell.bias.assign(model.layers[1].cell.bias + 3)
    ids, labels = padded_reviews([*range(12)], 12, seed=5), np.arange(12) % 2
    ours = fused.evaluate(Batches(ids, labels, np.arange(12)[np.newaxis], size=5))
    assert ours == pytest.approx(stock.evaluate(ids, labels, batch_size=5, verbose=0, return_dict=True), rel=5e-5)
    ours, theirs = fused.train_on_batch(ids, labels), stock.train_on_batch(ids, labels, return_dict=True)
    assert ours == pytest.approx({name: float(figure) for name, figure in theirs.items()}, rel=5e-5)


class _Recorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not followed by mypy
    """Records every call, and at an epoch's end logs and all variables; halves the rate; ends a training early."""

    def __init__(self, last_epoch: int = -1, last_batch: int = -1) -> None:
        super().__init__()
        self.calls: list[tuple[str, list[Any], list[str]]] = []
        self.logs: list[dict[str, Any]] = []
        self.values: list[list[Array]] = []
        self._ends = [("on_epoch_end", [last_epoch]), ("on_train_batch_end", [last_batch])]

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.startswith("on_") or "predict" in name or name in ("on_batch_begin", "on_batch_end"):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            *at, logs = [*arguments, *named.values()]
            self.calls.append((name, at, sorted(logs or {})))
            if (name, at) in self._ends:
                self.model.stop_training = True
            return value(*arguments, **named)

        return call

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002  # Keras' own
        variables: Sequence[Any] = (*self.model.variables, *self.model.optimizer.variables)
        self.logs.append({name: np.array(figure) for name, figure in logs.items()})
        self.values.append([variable.value.numpy() for variable in variables])
        self.model.optimizer.learning_rate = float(self.model.optimizer.learning_rate) / 2


@pytest.mark.parametrize(
    ("optimizer", "initial_epoch", "ends", "epochs"),
    [("adam", 0, {}, 3), ("rmsprop", 2, {}, 1), ("adam", 0, {"last_epoch": 1}, 2), ("sgd", 0, {"last_batch": 2}, 1)],
    ids=["whole", "resumed", "stopped after an epoch", "stopped within one"],
)
def test_a_fit_calls_its_callbacks_when_stock_keras_does_with_its_logs_weights_and_moments(
    optimizer: str, initial_epoch: int, ends: dict[str, int], epochs: int
) -> None:
    sizes = {"maxlen": 8, "reviews": 40, "batch_size": 8, "epochs": 3}
    experiment = small(cell="LSTM", optimizer=optimizer, dropout=0.2, **sizes)
    ids, labels = padded_reviews([3, 8, 5, 0, 7, 8, 2, 6] * 5, 8, seed=6), np.arange(40) % 3 % 2
    split = Split(ids[:32], labels[:32], ids[32:], labels[32:])
    recorders, histories = [], []
    for model in both(experiment):
        recorder = _Recorder(**ends)
        history = fit(model, *split.batches(experiment), [recorder], initial_epoch)
        recorders.append(recorder)
        histories.append((history.epoch, sorted(history.history)))
    stock, fused = recorders
    assert fused.calls == stock.calls
    assert histories[0] == histories[1]
    assert len(fused.logs) == epochs
    for ours, theirs in zip(fused.logs, stock.logs, strict=True):
        for name, figure in theirs.items():
            np.testing.assert_allclose(ours[name], figure, atol=1e-5, err_msg=name)
    for our_values, their_values in zip(fused.values, stock.values, strict=True):
        for our_value, their_value in zip(our_values, their_values, strict=True):
            np.testing.assert_allclose(our_value, their_value, rtol=1e-4, atol=2e-5)


@st.composite
def networks_and_reviews(draw: st.DrawFn) -> tuple[Experiment, NDArray[np.int64]]:
    batch, maxlen = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    experiment = Experiment(
        cell=draw(st.sampled_from(sorted(KERNELS))),
        units=draw(st.integers(1, 9)),
        embedding_size=draw(st.integers(1, 7)),
        maxlen=maxlen,
        vocabulary_size=100,
        mask_padding=draw(st.booleans()),
        bidirectional=draw(st.booleans()),
        layers=draw(st.integers(1, 2)),
        seed=draw(st.integers(0, 2**31 - 1)),
    )
    lengths = draw(st.lists(st.integers(0, maxlen), min_size=batch, max_size=batch))
    return experiment, padded_reviews(lengths, maxlen, seed=experiment.seed).astype(np.int64)


@given(networks_and_reviews())
@settings(max_examples=settings().max_examples // 3)
def test_predictions_and_all_gradients_are_those_of_stock_keras(
    network_and_reviews: tuple[Experiment, NDArray[np.int64]],
) -> None:
    compare_with_stock(*network_and_reviews)


def compare_with_stock(experiment: Experiment, ids: NDArray[np.int64]) -> None:
    keras.utils.set_random_seed(experiment.seed)
    stock = keras_models.network(experiment)
    labels = (np.arange(len(ids)) % 2).astype(np.float32)
    with tf.GradientTape() as tape:
        probabilities = stock(ids, training=True)
        loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels[:, np.newaxis], probabilities))
    slices, *theirs = tape.gradient(loss, [variable.value for variable in stock.trainable_variables])

    options, weights = options_of(stock), [weight.value.numpy() for weight in stock.weights]
    no_dropout = [[None] * len(directions) for directions in options.layers]
    forward_pass = network_pass.forward(options, weights, ids, no_dropout)
    np.testing.assert_allclose(network_pass.probabilities(forward_pass.logits), probabilities.numpy()[:, 0], atol=1e-6)
    np.testing.assert_allclose(network_pass.losses(forward_pass.logits, labels).mean(), loss.numpy(), rtol=1e-5)
    embedding, ours = network_pass.backward(weights, forward_pass, labels)
    rows = slices.values.numpy()
    for sums, their_rows in ((embedding.sums, rows), (embedding.squares, np.square(rows))):
        by_word = np.zeros((2, *weights[0].shape))
        np.add.at(by_word[0], embedding.words, sums)
        np.add.at(by_word[1], slices.indices.numpy(), their_rows)
        np.testing.assert_allclose(by_word[0], by_word[1], rtol=1e-4, atol=1e-5)
    for our_gradient, their_gradient in zip(ours, theirs, strict=True):
        atol = 1e-5 * max(1.0, float(np.abs(their_gradient).max()))
        np.testing.assert_allclose(our_gradient, their_gradient, rtol=0, atol=atol)
    np.testing.assert_allclose(ours[-1], theirs[-1], rtol=1e-4, atol=1e-6, err_msg="the mean gradient of the logits")
