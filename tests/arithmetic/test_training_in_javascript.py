"""A browser trains as the fused layers do: the same gradients, steps and figures, for every cell of the registry."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rnn_compare.browser import seeded, trained_seed
from rnn_compare.browser.exact import ExactNetwork
from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.registry import CELLS
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment, Optimizer
from rnn_compare.fused import network_pass
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network_pass import NetworkOptions
from rnn_compare.fused.optimizers import FUSED_OPTIMIZERS
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.lecture.trained.class_networks import recorded
from rnn_compare.lecture.trained.class_task import OF_A_CLASS, class_task, unpacked_bits
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.report.lesson import LESSON
from rnn_compare.reviews import prepared
from tests.scripts import HARNESSES, in_node

REVIEWS, MAXLEN, BATCH, BATCHES = 40, 9, 10, 10
OPTIMIZERS: tuple[Optimizer, ...] = ("rmsprop", "adam", "sgd")


def reviews(seed: int) -> tuple[Any, Any, list[list[int]]]:
    """Returns word ids with padding in front, labels, and the places of each batch, of which the last is smaller."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, 100, (REVIEWS, MAXLEN))
    for review in ids:
        review[: random.integers(0, MAXLEN)] = 0
    sizes = [BATCH] * (BATCHES - 1) + [BATCH - 4]
    return ids, random.integers(0, 2, REVIEWS), [random.permutation(REVIEWS)[:size].tolist() for size in sizes]


def by_a_browser(experiment: Experiment, ids: Any, labels: Any, batches: Any, vectors: bool) -> dict[str, Any]:
    question = {"description": trainable(experiment), "ids": ids.ravel().tolist(), "labels": labels.tolist()}
    question |= {"batches": batches, "vectors": vectors}
    trained: dict[str, Any] = in_node(question, HARNESSES / "train_batches.js")
    return trained


def by_fused_layers(experiment: Experiment, ids: Any, labels: Any, batches: Any) -> dict[str, Any]:
    weights: list[Array] = seeded.initial_weights(trainable(experiment)["tensors"], experiment.seed)
    options = NetworkOptions(((LayerOptions(KERNELS[experiment.cell]),),), experiment.mask_padding)
    kind = FUSED_OPTIMIZERS[experiment.optimizer]
    optimizer = kind([[np.zeros_like(tensor) for tensor in weights] for _ in kind.kinds], 0)
    gradients, figures = list[Array](), []
    for batch in batches:
        y = labels[batch].astype(np.float32)
        forward = network_pass.forward(options, weights, ids[batch].astype(np.int64), ((None,),))
        figures.append(
            {
                "loss": network_pass.losses(forward.logits, y).sum(),
                "right": int(((forward.logits > 0) == (y > 0)).sum()),
            }
        )
        embedding, others = network_pass.backward(weights, forward, y)
        if not gradients:
            table = np.zeros_like(weights[0])
            table[embedding.words] = embedding.sums
            gradients = [table, *others]
        optimizer.step(weights, embedding, others, experiment.learning_rate)
    return {"gradients": gradients, "figures": figures, "weights": weights}


def largest_difference(browser: list[list[float]], python: list[Array]) -> float:
    pairs = zip(browser, python, strict=True)
    return max(float(np.abs(np.array(ours, np.float32) - theirs.ravel()).max()) for ours, theirs in pairs)


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_and_ten_steps_equal_those_of_fused_layers_and_have_the_same_bits_without_vectors(cell: str) -> None:
    place = list(CELLS).index(cell)
    # 11: products have whole tiles, one of a single vector, and rows that are left over.
    sizes = {"units": 11, "embedding_size": 5, "maxlen": MAXLEN, "vocabulary_size": 100, "batch_size": BATCH}
    chosen = {"optimizer": OPTIMIZERS[place % 3], "mask_padding": place % 2 == 0, "learning_rate": 0.01, "seed": 3}
    experiment = Experiment.model_validate({"cell": cell, **sizes, **chosen})
    ids, labels, batches = reviews(place)
    browser, plain = (by_a_browser(experiment, ids, labels, batches, vectors) for vectors in (True, False))
    assert (plain["gradients"], plain["weights"]) == (browser["gradients"], browser["weights"])
    python = by_fused_layers(experiment, ids, labels, batches)
    scale = max(float(np.abs(gradient).max()) for gradient in python["gradients"])
    assert largest_difference(browser["gradients"], python["gradients"]) < 1e-5 * scale
    assert largest_difference(browser["weights"], python["weights"]) < 1e-5
    assert browser["continued"] == browser["weights"]
    for ours, theirs in zip(browser["figures"], python["figures"], strict=True):
        assert ours["right"] == theirs["right"]
        assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_a_seed_gives_the_same_initial_weights_and_order_here_and_in_a_browser(cell: str) -> None:
    experiment = Experiment(cell=cell, units=7, embedding_size=5, maxlen=MAXLEN, vocabulary_size=100, seed=11)
    browser = by_a_browser(experiment, *reviews(2), True)
    ours = seeded.initial_weights(trainable(experiment)["tensors"], 11)
    assert browser["initial"] == [tensor.ravel().tolist() for tensor in ours]
    assert browser["order"] == seeded.order(11, 2, REVIEWS).tolist()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 2**31 - 1))
def test_initial_weights_are_distributed_as_keras_initializers_are(seed: int) -> None:
    tensors = trainable(Experiment(cell="LSTM", units=32, vocabulary_size=200))["tensors"]
    table, kernel, recurrent, bias, *_ = seeded.initial_weights(tensors, seed)
    assert np.abs(table).max() <= 0.05 < 1.01 * np.abs(table).max()
    assert np.abs(kernel).max() <= np.sqrt(6 / 160) < 1.02 * np.abs(kernel).max()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(32), atol=1e-6)
    assert bias.tolist() == [0.0] * 32 + [1.0] * 32 + [0.0] * 64
    assert sorted(seeded.order(seed, 0, 100).tolist()) == list(range(100))


def test_a_setting_that_a_browser_cannot_train_is_named() -> None:
    for setting, named in (
        ({"layers": 2}, "layers"),
        ({"dropout": 0.2}, "dropout"),
        ({"cell": "average"}, "recurrent"),
    ):
        with pytest.raises(UserError, match=named):
            trainable(Experiment.model_validate(setting))


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM"])
def test_an_epoch_on_real_reviews_equals_the_fused_layers(
    cell: str, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    experiment = Experiment(cell=cell, units=8, **LESSON)
    split, size = prepared.load("bundled").padded(experiment), experiment.batch_size
    places = seeded.order(experiment.seed, 0, len(split.x_train)).tolist()
    batches = [places[start : start + size] for start in range(0, len(places), size)]
    browser = by_a_browser(experiment, split.x_train, split.y_train, batches, vectors=True)
    python = by_fused_layers(experiment, split.x_train, split.y_train, batches)
    assert largest_difference(browser["weights"], python["weights"]) < 1e-5
    assert [batch["right"] for batch in browser["figures"]] == [batch["right"] for batch in python["figures"]]


@pytest.mark.parametrize("masks", [True, False])
@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_numpy_repeats_a_browsers_training_bit_by_bit(cell: str, masks: bool) -> None:
    sizes: dict[str, Any] = {"units": 8, "embedding_size": 5, "maxlen": MAXLEN, "vocabulary_size": 100, "seed": 3}
    experiment = Experiment(cell=cell, mask_padding=masks, batch_size=BATCH, learning_rate=0.01, **sizes)
    ids, labels, batches = reviews(7)
    browser = by_a_browser(experiment, ids, labels, batches, vectors=True)
    network = ExactNetwork(trainable(experiment), experiment.seed)
    words = sorted({*ids[batches[0]].ravel().tolist()} - ({0} if masks else set()))
    gradients = network.gradients(ids[batches[0]], labels[batches[0]])
    assert gradients.words.tolist() == words
    assert [tensor.ravel().tolist() for tensor in gradients.dense] == browser["gradients"][1:]
    for batch in batches:
        network.train(ids[batch], labels[batch], experiment.learning_rate)
    assert [tensor.ravel().tolist() for tensor in network.weights] == browser["weights"]


def test_what_numpy_cannot_repeat_is_refused() -> None:
    for setting in ({"cell": "MGU"}, {"cell": "IndRNN"}, {"optimizer": "adam"}):
        with pytest.raises(UserError, match="SimpleRNN, LSTM or GRU with rmsprop"):
            ExactNetwork(trainable(Experiment.model_validate({"units": 4, **setting})), 1)


def test_a_recorded_network_is_what_its_seed_gives(prepared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    deal = "SimpleRNN", OF_A_CLASS + 1
    experiment, steps = class_task(PHONES.name).experiment(*deal), list[tuple[int, int]]()
    known = recorded(PHONES.name)[deal]
    right, correct = trained_seed.bit_by_bit(experiment, lambda *step: steps.append(step))
    assert (right, correct) == (known.right, known.correct)
    assert unpacked_bits(correct, experiment.validation_reviews).sum() == known.best
    assert steps == [(epoch, 8) for epoch in range(1, 9)]


@pytest.mark.parametrize("count", [6, pytest.param(20, marks=pytest.mark.thorough)])
def test_kernels_give_the_same_distribution_over_seeds_as_a_browser(
    count: int, prepared_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kolmogorov and Smirnov's test, each at 1 %: of the best epochs of a browser's seeds, and of others by kernels."""
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    task, seeds = class_task(PHONES.name), range(1, 1 + count)
    for cell in task.cells:
        browser = [network.best for network in recorded(PHONES.name).values() if network.cell == cell]
        kernels = [max(trained_seed.by_kernels(task.experiment(cell, seed), lambda *_: None)[0]) for seed in seeds]
        assert len(browser) >= len(kernels)
        assert stats.ks_2samp(browser, kernels).pvalue > 0.01, (cell, sorted(browser), sorted(kernels))
