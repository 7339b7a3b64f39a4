from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rnn_compare.experiment import Experiment
from rnn_compare.fused import layer, network_pass, sequences, threads
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network import FusedNetwork, options_of
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.networks import keras_models
from rnn_compare.reviews.prepared import Batches, Split
from rnn_compare.training.worker.fitting import fit
from tests.kit.networks import layer_weights

VOCABULARY = 100


def small(cell: str, **changes: Any) -> Experiment:
    sizes = {"units": 5, "embedding_size": 4, "maxlen": 12, "vocabulary_size": VOCABULARY}
    return Experiment.model_validate({"cell": cell, **sizes, **changes})


@st.composite
def networks_and_reviews(draw: st.DrawFn) -> tuple[Experiment, NDArray[np.int64]]:
    batch, maxlen = draw(st.integers(1, 6)), draw(st.integers(1, 9))
    experiment = Experiment(
        cell=draw(st.sampled_from(sorted(KERNELS))),
        units=draw(st.integers(1, 9)),
        embedding_size=draw(st.integers(1, 7)),
        maxlen=maxlen,
        vocabulary_size=VOCABULARY,
        mask_padding=draw(st.booleans()),
        bidirectional=draw(st.booleans()),
        layers=draw(st.integers(1, 2)),
        seed=draw(st.integers(0, 2**31 - 1)),
    )
    lengths = draw(st.lists(st.integers(0, maxlen), min_size=batch, max_size=batch))
    return experiment, _padded(experiment.seed, lengths, maxlen)


@given(networks_and_reviews())
@settings(max_examples=settings().max_examples // 3)
def test_predictions_and_all_gradients_are_those_of_stock_keras(
    network_and_reviews: tuple[Experiment, NDArray[np.int64]],
) -> None:
    _compare_with_stock(*network_and_reviews)


MIXED = (12, 9, 0, 5, 1, 0)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("cell", "lengths"),
    [
        *((cell, MIXED) for cell in KERNELS),
        *(  # which steps are skipped is the same code for all cells
            pytest.param(cell, lengths, marks=() if cell == "LSTM" else pytest.mark.thorough)
            for cell in KERNELS
            for lengths in ((12,) * 6, (0,) * 6)
        ),
    ],
    ids=str,
)
def test_batches_with_reviews_of_padding_alone_and_without_padding(
    cell: str, masked: bool, lengths: tuple[int, ...]
) -> None:
    _compare_with_stock(small(cell, mask_padding=masked), _padded(2, lengths, 12))


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("go_backwards", [False, True])
def test_the_cutoff_in_the_shared_padding_does_not_change_the_sum_over_reviews(
    name: str, go_backwards: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(4)
    ids = _padded(4, [0, 9, 12, 30, 28], 30)
    x = random.normal(size=(VOCABULARY, 3)).astype(np.float32)[ids]
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
    experiment = small("GRU")
    stock, fused = keras_models.build(experiment), keras_models.build(experiment, FusedNetwork)
    for model in (stock, fused):
        model.layers[-1].kernel.assign(model.layers[-1].kernel * scale)
        model.layers[1].cell.bias.assign(model.layers[1].cell.bias + 3)
    ids, labels = _padded(5, range(12), 12).astype(np.int32), np.arange(12) % 2
    ours = fused.evaluate(Batches(ids, labels, np.arange(12)[np.newaxis], size=5))
    assert ours == pytest.approx(stock.evaluate(ids, labels, batch_size=5, verbose=0, return_dict=True), rel=5e-5)
    ours, theirs = fused.train_on_batch(ids, labels), stock.train_on_batch(ids, labels, return_dict=True)
    assert ours == pytest.approx({name: float(figure) for name, figure in theirs.items()}, rel=5e-5)
    for a, b in zip(fused.get_weights(), stock.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=2e-5)


@pytest.mark.parametrize(
    "optimizer", ["adam", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("rmsprop", "sgd"))]
)
def test_callbacks_get_the_logs_and_weights_of_stock_keras(optimizer: Any) -> None:
    """Weights, moments and iterations in Keras' variables are those of the epoch's end."""
    experiment = small("LSTM", maxlen=8, optimizer=optimizer, dropout=0.2, reviews=40, batch_size=8, epochs=3)
    ids, labels = _padded(6, [3, 8, 5, 0, 7, 8, 2, 6] * 5, 8).astype(np.int32), np.arange(40) % 3 % 2
    split = Split(ids[:32], labels[:32], ids[32:], labels[32:])
    by_model: list[list[Any]] = []
    for model in (keras_models.build(experiment), keras_models.build(experiment, FusedNetwork)):
        records: list[Any] = []

        def record(epoch: int, logs: dict[str, float], model: Any = model, records: list[Any] = records) -> None:
            values = [variable.value.numpy() for variable in (*model.variables, *model.optimizer.variables)]
            records.append(({"epoch": epoch, **logs}, values))

        def halve(_epoch: int, rate: float) -> float:
            return rate / 2

        callbacks = [keras.callbacks.LearningRateScheduler(halve), keras.callbacks.LambdaCallback(on_epoch_end=record)]
        fit(model, *split.batches(experiment), callbacks)
        by_model.append(records)
    for (theirs, their_values), (ours, our_values) in zip(*by_model, strict=True):
        np.testing.assert_allclose(ours.pop("probabilities"), theirs.pop("probabilities"), atol=1e-5)
        assert ours == pytest.approx({name: float(figure) for name, figure in theirs.items()}, abs=1e-5)
        for our_value, their_value in zip(our_values, their_values, strict=True):
            np.testing.assert_allclose(our_value, their_value, rtol=1e-4, atol=2e-5)


class _CallRecorder(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not followed by mypy
    def __init__(self, last_epoch: int = -1, last_batch: int = -1) -> None:
        super().__init__()
        self.calls: list[tuple[str, list[Any], list[str]]] = []
        self._last_epoch, self._last_batch = last_epoch, last_batch

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.startswith("on_") or "predict" in name or name in ("on_batch_begin", "on_batch_end"):
            return value

        def call(*arguments: Any, **named: Any) -> Any:
            *at, logs = [*arguments, *named.values()]
            self.calls.append((name, at, sorted(logs or {})))
            if (name, at) in (("on_epoch_end", [self._last_epoch]), ("on_train_batch_end", [self._last_batch])):
                self.model.stop_training = True
            return value(*arguments, **named)

        return call


@pytest.mark.parametrize(
    ("initial_epoch", "ends", "epochs"),
    [(2, {}, 1), (0, {"last_epoch": 1}, 2), (0, {"last_batch": 2}, 1)],
    ids=["resumed", "stopped after an epoch", "stopped within one"],
)
def test_a_fit_calls_its_callbacks_when_stock_keras_does(initial_epoch: int, ends: dict[str, int], epochs: int) -> None:
    experiment = small("GRU", maxlen=6, reviews=25, batch_size=8, epochs=3)
    ids, labels = _padded(8, [3, 6, 5, 0, 1] * 5, 6).astype(np.int32), np.arange(25) % 2
    split = Split(ids[:20], labels[:20], ids[20:], labels[20:])
    calls, histories = [], []
    for model in (keras_models.build(experiment), keras_models.build(experiment, FusedNetwork)):
        recorder = _CallRecorder(**ends)
        history = fit(model, *split.batches(experiment), [recorder], initial_epoch)
        calls.append(recorder.calls)
        histories.append((history.epoch, sorted(history.history)))
    assert calls[1] == calls[0]
    assert histories[1] == histories[0]
    assert [name for name, *_ in calls[1]].count("on_epoch_end") == epochs


def _compare_with_stock(experiment: Experiment, ids: NDArray[np.int64]) -> None:
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


def _padded(seed: int, lengths: Any, maxlen: int) -> NDArray[np.int64]:
    ids = np.random.default_rng(seed).integers(1, 20, (len(lengths), maxlen))
    for row, length in enumerate(lengths):
        ids[row, : maxlen - length] = 0
    return ids


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_directions_in_several_threads_give_the_same_digits(dropout: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequences, "WORTH_SHARING", 0)
    experiment = small("GRU", units=6, maxlen=20, bidirectional=True, layers=2)
    model, ids = keras_models.build(experiment, FusedNetwork), _padded(3, [0, 3, 9, 20, 14, 14, 1, 6], 20)
    options, weights = options_of(model), [np.asarray(weight) for weight in model.get_weights()]
    draws = np.random.default_rng(6).random((2, 2, 8, 12)) >= dropout
    masks = [[mask[:, :width].astype(np.float32) for mask in draw] for draw, width in zip(draws, (4, 12), strict=True)]
    labels = np.arange(8, dtype=np.float32) % 2
    results = []
    for count in (1, 2, 2, 5):
        threads.allow(count)
        forward_pass = network_pass.forward(options, weights, ids, masks if dropout else [[None] * 2] * 2)
        embedding, gradients = network_pass.backward(weights, forward_pass, labels)
        results.append([forward_pass.logits, embedding.sums, embedding.squares, *gradients])
    threads.allow(1)
    for result in results[1:]:
        for ours, by_one_thread in zip(result, results[0], strict=True):
            np.testing.assert_array_equal(ours, by_one_thread)
