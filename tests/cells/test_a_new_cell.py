"""A fifth cell is added to a copy of the program: one file, and it is trained, counted, drawn, read and exported."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rnn_compare
from rnn_compare.paths import CACHE_VARIABLE

LEAKY = '''
"""A leaky SimpleRNN: half of the state stays as it is."""

import functools
from typing import Any

import numpy as np

from rnn_compare.cells.cell import Cell, Gate, Pace, Signal


def step(W_input_t, states, U, b):
    (state_t,) = states
    candidate = np.tanh(W_input_t + np.dot(state_t, U) + b)
    return (0.5 * state_t + 0.5 * candidate,), {"candidate": candidate}


def step_back(after, values, U, _b):
    (d_output,) = after
    return (0.5 * d_output + np.dot(0.5 * d_output * (1 - values["candidate"] ** 2), U.T),), after


@functools.cache
def keras_layer() -> Any:
    import keras
    from keras import layers, ops

    class LeakyCell(layers.SimpleRNNCell):
        def call(self, inputs, states, training=False):
            candidate, _ = super().call(inputs, states, training=training)
            output = 0.5 * states[0] + 0.5 * candidate
            return output, [output]

    @keras.saving.register_keras_serializable("rnn_compare")
    class Leaky(layers.RNN):
        def __init__(
            self, units, dropout=0.0, recurrent_dropout=0.0, recurrent_initializer="orthogonal", **options
        ):
            own = {
                "dropout": dropout,
                "recurrent_dropout": recurrent_dropout,
                "recurrent_initializer": recurrent_initializer,
            }
            super().__init__(LeakyCell(units, name="leaky_cell", **own), **options)
            self.dropout, self._own_config = dropout, {"units": units, **own}

        def get_config(self):
            config = super().get_config()
            del config["cell"]
            return {**config, **self._own_config}

        @classmethod
        def from_config(cls, config):
            return cls(**config)

    return Leaky


CELL = Cell(
    name="Leaky",
    keras_name="leaky",
    year=2099,
    source="this test",
    gates=(),
    signals=(Signal("state", "state h", "state"), Signal("candidate", "candidate", "value")),
    step=step,
    step_back=step_back,
    formula=r"\\mathrm{output}_t &= \\dots \\\\",
    keras_layer=keras_layer,
    pace=Pace(1e-6, 1e-6),
    in_keras=False,
)
'''

USE = """
import numpy as np
from rnn_compare.charts.palette import picture
from rnn_compare.experiment import Experiment
from rnn_compare.explain.backpropagation import gradient_norms
from rnn_compare.explain.prediction import predict
from rnn_compare.networks import keras_models
from rnn_compare.networks.keras_script import script

experiment = Experiment(cell="Leaky", units=4, embedding_size=3, vocabulary_size=100, maxlen=5)
model = keras_models.build(experiment)
model.set_weights([array + 0.3 * np.random.default_rng(0).normal(size=array.shape) for array in model.get_weights()])
weights, ids = keras_models.get_weights(model), np.random.default_rng(1).integers(0, 100, (6, 5))
np.testing.assert_allclose(predict(experiment, weights, ids), model.predict(ids, verbose=0)[:, 0], atol=1e-5)
assert gradient_norms(experiment, weights, ids, np.arange(6) % 2)[0].states.all()
assert "class Leaky(layers.RNN):" in script(experiment)
drawn = picture("Leaky")
assert drawn.color.startswith("#") and drawn.drawing
print("used")
"""


@pytest.fixture
def copy(tmp_path: Path, prepared_cache: Path) -> Path:
    """A folder that holds the package, with one file more; the cache has reviews and kernels."""
    package = Path(rnn_compare.__path__[0])
    shutil.copytree(package, tmp_path / "rnn_compare", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "rnn_compare" / "cells" / "leaky.py").write_text(LEAKY)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
    return tmp_path


def run(folder: Path, *command: str) -> str:
    environment = os.environ | {
        CACHE_VARIABLE: str(folder / "cache"),
        "PYTHONPATH": str(folder),
        "RNN_COMPARE_WORKERS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_one_file_makes_a_cell_that_is_trained_counted_drawn_read_and_exported(copy: Path) -> None:
    assert "4·4 + 3·4 + 4 = 32" in run(
        copy, "-m", "rnn_compare", "parameters", "--cell", "Leaky", "--units", "4", "--embedding-size", "3"
    )
    small = ("--units", "4", "--maxlen", "10", "--reviews", "60", "--epochs", "1", "--vocabulary-size", "200")
    trained = run(copy, "-m", "rnn_compare", "train", "--cell", "Leaky", *small, "--json")
    assert '"status": "finished"' in trained
    assert run(copy, "-c", USE) == "used\n"
