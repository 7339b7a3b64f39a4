"""A browser trains long reviews and real ones as the fused layers do (short ones: ``tests/networks/matrix.py``), draws
its weights as Keras does, and every engine has the same bits."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.class_networks import trained
from rnn_compare.browser.trainable import trainable
from rnn_compare.class_networks.networks import recorded
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.fused import network_pass
from rnn_compare.fused.arithmetic import Array
from rnn_compare.fused.cell_kernel import KERNELS
from rnn_compare.fused.network_pass import NetworkOptions
from rnn_compare.fused.optimizers import FUSED_OPTIMIZERS
from rnn_compare.fused.sequences import LayerOptions
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import PHONES
from rnn_compare.report.lesson import LESSON
from rnn_compare.reviews import prepared
from tests.kit.javascript import HARNESSES, in_node

REVIEWS, MAXLEN, BATCH, BATCHES = 40, 9, 10, 10
TRAIN_BATCHES = HARNESSES / "train_batches.js"


def reviews(seed: int, maxlen: int = MAXLEN, batch: int = BATCH) -> tuple[Any, Any, list[list[int]]]:
    """Returns word ids with padding in front, labels, and the places of each batch, of which the last is smaller."""
    random = np.random.default_rng(seed)
    ids = random.integers(1, 100, (REVIEWS, maxlen))
    for review in ids:
        review[: random.integers(0, maxlen)] = 0
    sizes = [batch] * (BATCHES - 1) + [batch - 4]
    return ids, random.integers(0, 2, REVIEWS), [random.permutation(REVIEWS)[:size].tolist() for size in sizes]


def by_a_browser(experiment: Experiment, ids: Any, labels: Any, batches: Any, vectors: bool = True) -> dict[str, Any]:
    question = {"description": trainable(experiment), "ids": ids.ravel().tolist(), "labels": labels.tolist()}
    answers: dict[str, Any] = in_node(question | {"batches": batches, "vectors": vectors}, TRAIN_BATCHES)
    return answers


def by_fused_layers(experiment: Experiment, ids: Any, labels: Any, batches: Any, initial: Any) -> dict[str, Any]:
    shapes = [tensor["shape"] for tensor in trainable(experiment)["tensors"]]
    weights = [np.array(tensor, np.float32).reshape(shape) for tensor, shape in zip(initial, shapes, strict=True)]
    options = NetworkOptions(((LayerOptions(KERNELS[experiment.cell]),),), experiment.mask_padding)
    kind = FUSED_OPTIMIZERS[experiment.optimizer]
    optimizer = kind([[np.zeros_like(tensor) for tensor in weights] for _ in kind.kinds], 0)
    gradients, figures = [], []
    for batch in batches:
        y = labels[batch].astype(np.float32)
        forward = network_pass.forward(options, weights, ids[batch].astype(np.int64), ((None,),))
        embedding, others = network_pass.backward(weights, forward, y)
        table = np.zeros_like(weights[0])
        table[embedding.words] = embedding.sums
        gradients.append([table, *others])
        right = int(((forward.logits > 0) == (y > 0)).sum())
        figures.append({"loss": network_pass.losses(forward.logits, y).sum(), "right": right})
        optimizer.step(weights, embedding, others, experiment.learning_rate)
    return {"gradients": gradients[0], "figures": figures, "weights": weights}


def largest_difference(browser: list[list[float]], python: list[Array]) -> float:
    pairs = zip(browser, python, strict=True)
    return max(float(np.abs(np.array(ours, np.float32) - theirs.ravel()).max()) for ours, theirs in pairs)


@pytest.mark.parametrize("batch", [7, 35])  # 35: two whole blocks of rows, and one of three
@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU", "MGU", "minGRU"])
def test_padding_that_is_read_once_for_all_reviews_has_the_gradients_of_each_that_reads_it(
    cell: str, batch: int
) -> None:
    sizes = {"units": 6, "embedding_size": 5, "maxlen": 90, "vocabulary_size": 100, "batch_size": batch}
    experiment = Experiment.model_validate({"cell": cell, **sizes, "mask_padding": False, "seed": 3})
    ids, labels, batches = reviews(batch, 90, batch)
    browser, plain = (by_a_browser(experiment, ids, labels, batches, vectors) for vectors in (True, False))
    assert (plain["gradients"], plain["weights"]) == (browser["gradients"], browser["weights"])
    python = by_fused_layers(experiment, ids, labels, batches, browser["initial"])
    for ours, theirs in zip(browser["gradients"], python["gradients"], strict=True):
        assert largest_difference([ours], [theirs]) < 2e-5 * float(np.abs(theirs).max())
    # rmsprop's squares of the padding's gradients lack terms that are small, and are nearly zero in gated cells.
    assert largest_difference(browser["weights"], python["weights"]) < (2e-3 if cell == "SimpleRNN" else 1e-5)


@pytest.mark.parametrize(("optimizer", "masked"), [("rmsprop", False), ("adam", True)])
def test_two_workers_that_share_each_batch_keep_the_same_weights_which_are_those_of_one(
    optimizer: str, masked: bool
) -> None:
    sizes = {"units": 6, "embedding_size": 5, "maxlen": 90, "vocabulary_size": 100, "batch_size": 9}
    chosen = {"optimizer": optimizer, "mask_padding": masked, "seed": 3}
    experiment = Experiment.model_validate({"cell": "GRU", **sizes, **chosen})
    ids, labels, _ = reviews(1, 90)
    question = {"description": trainable(experiment), "ids": ids.ravel().tolist(), "labels": labels.tolist()}
    # The last batches, of training and of validation, are of a single review, which one side reads.
    alone, first, second = in_node(question | {"training": 28, "epochs": 3}, HARNESSES / "train_shared.js")
    assert (first["weights"], second["figures"]) == (second["weights"], [])
    assert largest_difference(first["weights"], [np.array(tensor) for tensor in alone["weights"]]) < 1e-6
    assert first["correct"] == alone["correct"]
    for ours, theirs in zip(first["figures"], alone["figures"], strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.mark.parametrize("seed", [1, 2, 2**31 - 1])
def test_initial_weights_are_distributed_as_keras_initializers_are(seed: int) -> None:
    experiment = Experiment(cell="LSTM", units=32, maxlen=MAXLEN, vocabulary_size=200, seed=seed)
    browser = by_a_browser(experiment, *reviews(2))
    table, kernel, recurrent, bias, *_ = map(np.array, browser["initial"])
    assert np.abs(table).max() <= 0.05 < 1.01 * np.abs(table).max()
    assert np.abs(kernel).max() <= np.sqrt(6 / 160) < 1.02 * np.abs(kernel).max()
    square = recurrent.reshape(32, 128)
    np.testing.assert_allclose(square @ square.T, np.eye(32), atol=1e-6)
    assert bias.tolist() == [0.0] * 32 + [1.0] * 32 + [0.0] * 64
    assert sorted(browser["order"]) == list(range(REVIEWS))
    assert sum(abs(place - number) for number, place in enumerate(browser["order"])) > REVIEWS, "shuffled"


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
    places = np.random.default_rng(3).permutation(len(split.x_train)).tolist()
    batches = [places[start : start + size] for start in range(0, len(places), size)]
    browser = by_a_browser(experiment, split.x_train, split.y_train, batches)
    python = by_fused_layers(experiment, split.x_train, split.y_train, batches, browser["initial"])
    assert largest_difference(browser["weights"], python["weights"]) < 1e-5
    for figures, expected in zip(browser["figures"], python["figures"], strict=True):
        assert figures["right"] == expected["right"]
        assert figures["loss"] == pytest.approx(expected["loss"], rel=1e-4)


def test_recorded_networks_are_what_their_seeds_give_in_any_engine(
    prepared_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording is by WebAssembly's vectors; without them it came out the same."""
    monkeypatch.setenv(CACHE_VARIABLE, str(prepared_cache))
    known = [*recorded(PHONES.name).values()][::10]
    assert {network.cell for network in known} == {"SimpleRNN", "LSTM"}
    again = trained([network.deal for network in known])
    assert [replace(network, origin="recording") for network in again] == known
