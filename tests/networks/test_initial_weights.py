"""What a network begins as: the bias of the gate that keeps the state, and the recurrent kernel."""

import secrets
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.fused.kernels.registry import KERNELS
from rnn_compare.fused.network import FusedNetwork
from rnn_compare.networks.keras_models import network
from rnn_compare.networks.keras_script import script
from rnn_compare.reviews import prepared
from rnn_compare.runs.events import EpochEnd, Event
from rnn_compare.training.worker import job

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
    usual, given = built(plain), built(plain.model_copy(update={"forget_bias": 4.0}))
    for before, after in zip(usual.variables, given.variables, strict=True):
        expected = np.array(before.numpy())
        if before.name == "bias" and before.path.split("/")[-2] != "dense":
            for start, end, sign in keeping:
                np.atleast_2d(expected)[0, start:end] = sign * 4.0
        np.testing.assert_array_equal(after.numpy(), expected, err_msg=before.path)


@pytest.mark.parametrize("cell", CELLS)
def test_chrono_gates_begin_with_memories_of_two_words_to_maxlen_and_nothing_else_changes(cell: str) -> None:
    plain = Experiment.model_validate({**SMALL, "units": 200, "maxlen": 100, "cell": cell})
    usual, chrono = built(plain), built(plain.model_copy(update={"initial_gates": "chrono"}))
    again = built(plain.model_copy(update={"initial_gates": "chrono", "seed": 2})).layers[1].cell.bias.numpy()
    for before, after in zip(usual.variables, chrono.variables, strict=True):
        expected = np.array(before.numpy())
        if before is usual.layers[1].cell.bias and (columns := cell_of(cell).keeping_columns(200)):
            start, end, sign = columns[0]
            memories = 1 + np.exp(sign * np.atleast_2d(after.numpy())[0, start:end])
            assert 2 <= memories.min() < 7
            assert 95 < memories.max() <= 100
            assert abs(memories.mean() - 51) < 8  # uniform on 2 to 100: a standard error of 2
            assert (np.atleast_2d(again)[0, start:end] != np.atleast_2d(after.numpy())[0, start:end]).all()
            for start, end, sign in columns:
                np.atleast_2d(expected)[0, start:end] = sign * np.log(memories - 1)
        np.testing.assert_allclose(after.numpy(), expected, rtol=1e-6, err_msg=before.path)


def test_chrono_gates_of_a_seed_are_these() -> None:
    """By hand: the logarithm of NumPy's uniform draws, the input gate's with the other sign."""
    bias = built(Experiment.model_validate({**SMALL, "cell": "LSTM", "initial_gates": "chrono"})).layers[1].cell.bias
    draws = np.log(np.random.default_rng([1, 127]).uniform(1, 5, 3))
    np.testing.assert_allclose(bias.numpy(), [*-draws, *draws, *[0.0] * 6], rtol=1e-6)
    np.testing.assert_allclose(draws, [1.413, 1.065, 0.657], atol=5e-4)


@pytest.mark.parametrize("cell", [name for name in CELLS if cell_of(name).recurrent == "matrix"])
def test_the_recurrent_kernel_begins_as_chosen(cell: str) -> None:
    for name, kind in (("glorot_uniform", "GlorotUniform"), ("identity", "Identity"), ("orthogonal", "Orthogonal")):
        layer = network(Experiment.model_validate({**SMALL, "cell": cell, "recurrent_initializer": name})).layers[1]
        assert type(layer.cell.recurrent_initializer).__name__ == kind
    kernel = network(Experiment(**SMALL, cell=cell, recurrent_initializer="identity")).layers[1].cell.recurrent_kernel
    np.testing.assert_array_equal(kernel.numpy()[:, :3], np.eye(3))


@pytest.mark.parametrize("gates", [{"forget_bias": 2.5}, {"initial_gates": "chrono"}])
@pytest.mark.parametrize("cell", KERNELS)
def test_fused_layers_begin_as_the_stock_ones_do(cell: str, gates: dict[str, Any]) -> None:
    glorot = {"layers": 2, "recurrent_initializer": "glorot_uniform"}
    experiment = Experiment.model_validate({**SMALL, "cell": cell, **glorot, **gates})
    for stock, fused in zip(built(experiment).variables, built(experiment, FusedNetwork).variables, strict=True):
        np.testing.assert_array_equal(stock.numpy(), fused.numpy(), err_msg=stock.path)


def test_what_a_layer_began_as_survives_in_its_file(tmp_path: Path) -> None:
    model = network(Experiment(**SMALL, cell="MGU", recurrent_initializer="glorot_uniform"))
    model.save(tmp_path / "mgu.keras")
    again = keras.models.load_model(tmp_path / "mgu.keras")
    assert type(again.layers[1].cell.recurrent_initializer).__name__ == "GlorotUniform"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "source"), [("MGU", "order"), pytest.param("GRU", "first-word", marks=pytest.mark.thorough)]
)
def test_the_script_makes_the_same_texts_begins_with_the_same_weights_and_repeats_the_run(
    cell: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(tmp_path))
    experiment = Experiment.model_validate(
        {
            **SMALL,
            "source": source,
            "distance": 5,
            "maxlen": 26,
            "cell": cell,
            "reviews": 200,
            "epochs": 2,
            "batch_size": 16,
            "optimizer": "adam",
            "bidirectional": cell == "GRU",
            **({"forget_bias": 3.0} if cell == "MGU" else {"initial_gates": "chrono"}),
            "recurrent_initializer": "glorot_uniform",
            "stock_layers": True,
        }
    )
    names: dict[str, Any] = {}
    exec(compile(script(experiment), "script.py", "exec"), names)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("epoch")]
    split = prepared.load(experiment.dataset).padded(experiment)
    np.testing.assert_array_equal(names["x"], np.concatenate([split.x_train, split.x_val]))
    np.testing.assert_array_equal(names["y"], np.concatenate([split.y_train, split.y_val]))
    events: list[Event] = []
    job.train(f"repeated-{secrets.token_hex(4)}", experiment, events.append, lambda: False)
    assert printed == [
        f"epoch {epoch.epoch}: accuracy {epoch['accuracy']:.4f}, loss {epoch['loss']:.4f}, "
        f"val_accuracy {epoch['val_accuracy']:.4f}, val_loss {epoch['val_loss']:.4f}"
        for epoch in events
        if isinstance(epoch, EpochEnd)
    ]
    assert len(printed) == experiment.epochs
