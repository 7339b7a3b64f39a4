"""A cell is added to a copy of the program: one file, and it is trained, counted, drawn, read and exported."""

from pathlib import Path

import pytest

from tests.copied_program import copied, run

CIFG = '''
"""CIFG: an LSTM whose input gate is what its forget gate leaves (Greff et al. 2017)."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal
from rnn_compare.cells.formula import Values, sigmoid, tanh


def forward(x_f: Values, x_c: Values, x_o: Values, previous_carry: Values) -> tuple[Values, ...]:
    f = sigmoid(x_f)
    candidate = tanh(x_c)
    o = sigmoid(x_o)
    carry = f * previous_carry + (1 - f) * candidate
    state = o * tanh(carry)
    return (f, candidate, o, carry, state)


def backward(f, candidate, o, carry, previous_carry, d_state, d_carry):
    shown = tanh(carry)
    d_carry = d_carry + d_state * o * (1 - shown * shown)
    d_x_f = d_carry * (previous_carry - candidate) * f * (1 - f)
    d_x_c = d_carry * (1 - f) * (1 - candidate * candidate)
    d_x_o = d_state * shown * o * (1 - o)
    d_previous_carry = d_carry * f
    return (d_x_f, d_x_c, d_x_o, d_previous_carry, d_carry)


CELL = Cell(
    name="CIFG",
    keras_name="cifg",
    year=2099,
    source="this test",
    gates=(Gate("f", "forget gate"), Gate("c", "candidate"), Gate("o", "output gate")),
    signals=(
        Signal("carry", "carry c", "state"),
        Signal("state", "state h", "state"),
        Signal("f", "forget gate", "gate"),
        Signal("candidate", "candidate", "value"),
        Signal("o", "output gate", "gate"),
    ),
    phases=(Phase(forward, backward),),
    formula=(r"\\mathrm{output}_t &= \\dots \\\\",),
    pace=Pace(1e-6, 1e-6),
    states=("state", "carry"),
    in_keras=False,
    keeping_gate="f",
)
'''

USE = """
import numpy as np
from rnn_compare.charts.palette import picture
from rnn_compare.cli.main import main
from rnn_compare.experiment import Experiment
from rnn_compare.explain.backpropagation import gradient_norms
from rnn_compare.explain.prediction import predict
from rnn_compare.networks import keras_models
from rnn_compare.networks.keras_script import script

sizes = ["--units", "4", "--embedding-size", "3"]
assert main(["parameters", "--cell", "CIFG", *sizes]) == 0
small = [*sizes, "--maxlen", "10", "--reviews", "60", "--epochs", "1", "--vocabulary-size", "200"]
assert main(["train", "--cell", "CIFG", *small, "--json"]) == 0
experiment = Experiment(cell="CIFG", units=4, embedding_size=3, vocabulary_size=100, maxlen=5)
model = keras_models.build(experiment)
model.set_weights([array + 0.3 * np.random.default_rng(0).normal(size=array.shape) for array in model.get_weights()])
weights, ids = keras_models.get_weights(model), np.random.default_rng(1).integers(0, 100, (6, 5))
np.testing.assert_allclose(predict(experiment, weights, ids), model.predict(ids, verbose=0)[:, 0], atol=1e-5)
assert gradient_norms(experiment, weights, ids, np.arange(6) % 2)[0].states.all()
assert "class CIFG(layers.RNN):" in script(experiment)
drawn = picture("CIFG")
assert drawn.color.startswith("#") and drawn.drawing
print("used")
"""


@pytest.mark.slow
def test_one_file_makes_a_cell_that_is_trained_counted_drawn_read_and_exported(
    tmp_path: Path, prepared_cache: Path
) -> None:
    copy = copied(tmp_path, prepared_cache, "cells/cifg.py", CIFG)
    printed = run(copy, "-c", USE)
    assert "3 · (4·4 + 3·4 + 4) = 96" in printed
    assert '"cell": "CIFG", "status": "finished"' in printed
    assert printed.endswith("used\n")
