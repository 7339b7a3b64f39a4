import re
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.browser.trainable import trainable
from rnn_compare.cells.formula import sigmoid
from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks.keras_models import get_weights, network
from rnn_compare.networks.plain_script import plain_script

SMALL: dict[str, Any] = {"units": 3, "embedding_size": 4, "vocabulary_size": 100, "maxlen": 6}
KEEPING = {"SimpleRNN": [], "MGU": [(0, 3, -1)], "GRU": [(0, 3, 1)], "LSTM": [(3, 6, 1), (0, 3, -1)]}
"""Where the bias of three units has the gates that decide how long the state is kept, and the sign that keeps it."""


def built(experiment: Experiment, kind: Any = keras.Sequential) -> keras.Model:
    keras.utils.set_random_seed(experiment.seed)
    return network(experiment, kind)


@pytest.mark.parametrize("cell", KEEPING)
def test_a_cell_declares_its_gates_that_keep_the_state(cell: str) -> None:
    assert cell_of(cell).keeping_columns(3) == KEEPING[cell]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_forget_bias_sets_the_gate_that_keeps_the_state_and_nothing_else(cell: str, bidirectional: bool) -> None:
    plain = Experiment(**SMALL, cell=cell, layers=2, bidirectional=bidirectional)
    keeping = cell_of(cell).keeping_columns(3)[:1]
    usual, with_bias = built(plain), built(plain.model_copy(update={"forget_bias": 4.0}))
    for before, after in zip(usual.variables, with_bias.variables, strict=True):
        expected = np.array(before.numpy())
        if before.name == "bias" and before.path.split("/")[-2] != "dense":
            for start, end, sign in keeping:
                np.atleast_2d(expected)[0, start:end] = sign * 4.0
        np.testing.assert_array_equal(after.numpy(), expected, err_msg=before.path)


@pytest.mark.parametrize("cell", CELLS)
def test_stock_fused_plain_and_browser_begin_with_the_bias_that_the_cell_declares(cell: str) -> None:
    experiment = Experiment(**SMALL, cell=cell, optimizer="adam")
    kernel, *_, bias = trainable(experiment)["tensors"][1:-2]
    assert kernel["initializer"] == "glorot_uniform"
    expected = np.repeat(bias["options"], 3).reshape(bias["shape"])
    for model in (built(experiment), built(experiment, FusedNetwork)):
        np.testing.assert_allclose(model.layers[1].cell.bias.numpy(), expected, rtol=1e-6)
    line = re.search(r"^b\[0, (\d) \* units : (\d) \* units\] = (\S+)", plain_script(experiment), re.MULTILINE)
    by_hand = np.zeros_like(expected)
    if line:
        np.atleast_2d(by_hand)[0, 3 * int(line[1]) : 3 * int(line[2])] = float(line[3])
    np.testing.assert_array_equal(by_hand, expected)


def test_the_factor_of_a_signed_min_gru_begins_at_one_half() -> None:
    bias = built(Experiment(**SMALL, cell="signedMinGRU")).layers[1].cell.bias.numpy()
    np.testing.assert_allclose(1 - 2 * sigmoid(bias), [0.5] * 3 + [0.0] * 3, atol=1e-7)


@pytest.mark.parametrize("cell", CELLS)
def test_chrono_gates_begin_with_memories_of_two_words_to_maxlen_and_change_nothing_else(cell: str) -> None:
    plain = Experiment.model_validate({**SMALL, "units": 200, "maxlen": 100, "cell": cell})
    usual, chrono = built(plain), built(plain.model_copy(update={"initial_gates": "chrono"}))
    again = built(plain.model_copy(update={"initial_gates": "chrono", "seed": 2})).layers[1].cell.bias.numpy()
    for before, after in zip(usual.variables, chrono.variables, strict=True):
        expected = np.array(before.numpy())
        if before is usual.layers[1].cell.bias and (columns := cell_of(cell).keeping_columns(200)):
            start, end, sign = columns[0]
            odds, scale = np.exp(sign * np.atleast_2d(after.numpy())[0, start:end]), cell_of(cell).keeping_scale
            memories = (1 + odds) / scale
            assert 2 <= memories.min() < 7
            assert 95 < memories.max() <= 100
            assert abs(memories.mean() - 51) < 8  # uniform on 2 to 100: a standard error of 2
            assert (np.atleast_2d(again)[0, start:end] != np.atleast_2d(after.numpy())[0, start:end]).all()
            for start, end, sign in columns:
                np.atleast_2d(expected)[0, start:end] = sign * np.log(scale * memories - 1)
        np.testing.assert_allclose(after.numpy(), expected, rtol=1e-6, err_msg=before.path)


def test_chrono_gates_have_these_values_for_seed_1() -> None:
    """By hand: the logarithm of NumPy's uniform draws, the input gate's with the other sign."""
    bias = built(Experiment.model_validate({**SMALL, "cell": "LSTM", "initial_gates": "chrono"})).layers[1].cell.bias
    draws = np.log(np.random.default_rng([1, 127]).uniform(1, 5, 3))
    np.testing.assert_allclose(bias.numpy(), [*-draws, *draws, *[0.0] * 6], rtol=1e-6)
    np.testing.assert_allclose(draws, [1.413, 1.065, 0.657], atol=5e-4)


@pytest.mark.parametrize("cell", [name for name in CELLS if cell_of(name).recurrent == "matrix"])
def test_the_recurrent_kernel_has_the_chosen_initializer_in_the_model_file_too(cell: str, tmp_path: Path) -> None:
    for name, kind in (("glorot_uniform", "GlorotUniform"), ("identity", "Identity"), ("orthogonal", "Orthogonal")):
        model = network(Experiment.model_validate({**SMALL, "cell": cell, "recurrent_initializer": name}))
        model.save(tmp_path / "model.keras")
        for layer in (model.layers[1], keras.models.load_model(tmp_path / "model.keras").layers[1]):
            assert type(layer.cell.recurrent_initializer).__name__ == kind
    kernel = network(Experiment(**SMALL, cell=cell, recurrent_initializer="identity")).layers[1].cell.recurrent_kernel
    np.testing.assert_array_equal(kernel.numpy()[:, :3], np.eye(3))


@pytest.mark.parametrize("gates", [{"forget_bias": 2.5}, {"initial_gates": "chrono"}])
@pytest.mark.parametrize("cell", CELLS)
def test_fused_layers_begin_with_the_weights_of_stock_layers_under_their_paths(
    cell: str, gates: dict[str, Any]
) -> None:
    glorot = {"layers": 2, "bidirectional": True, "recurrent_initializer": "glorot_uniform"}
    experiment = Experiment.model_validate({**SMALL, "cell": cell, **glorot, **gates})
    stock, fused = (get_weights(built(experiment, kind)) for kind in (keras.Sequential, FusedNetwork))
    assert [*fused] == [*stock]
    for path, weight in stock.items():
        np.testing.assert_array_equal(fused[path], weight, err_msg=path)
