import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.experiment import Experiment
from rnn_compare.presets import PRESETS

F = 1 / (1 + math.exp(-1))
"""The gate of an MGU below: σ(0.5 + 2 · 0.4 − 0.3)."""

MADE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "SimpleRNN": lambda s: np.tanh(s["pre_activation"]),
    "IndRNN": lambda s: np.tanh(s["pre_activation"]),
    "LSTM": lambda s: s["o"] * np.tanh(s["f"] * s["previous_carry"] + s["i"] * s["candidate"]),
    "GRU": lambda s: s["z"] * s["previous_state"] + (1 - s["z"]) * s["candidate"],
    "MGU": lambda s: (1 - s["f"]) * s["previous_state"] + s["f"] * s["candidate"],
    "minGRU": lambda s: (1 - s["z"]) * s["previous_state"] + s["z"] * s["candidate"],
    "signedMinGRU": lambda s: (1 - 2 * s["z"]) * s["previous_state"] + 2 * s["z"] * s["candidate"],
}
"""How the state is made of the signals shown beside it, and of the states before."""


def test_a_setting_without_effect_on_a_cell_makes_no_other_experiment() -> None:
    plain = {name: Experiment(cell=name) for name in ("minGRU", "IndRNN", "GRU")}
    other = {name: Experiment(cell=name, recurrent_initializer="identity") for name in plain}
    assert [name for name in plain if plain[name] != other[name]] == ["GRU"]
    dropped = {name: Experiment(cell=name, recurrent_dropout=0.5) for name in plain}
    assert [name for name in plain if plain[name] != dropped[name]] == ["IndRNN", "GRU"]


@pytest.mark.parametrize(
    ("cell", "W_input", "U", "b", "state"),
    [
        ("minGRU", [1, 2], [], [-1, 1], 0.5 * 0.4 + 0.5 * 3),  # z = σ(1 − 1) = 0.5 and candidate = 3
        ("signedMinGRU", [math.log(3), 2], [], [0, 1], -0.5 * 0.4 + 1.5 * 3),  # z = σ(ln 3) = 0.75
        ("IndRNN", [1], [2], [-0.3], math.tanh(1 + 2 * 0.4 - 0.3)),
        ("MGU", [0.5, 0.25], [[2, -3]], [-0.3, 0.1], (1 - F) * 0.4 + F * math.tanh(0.25 - 3 * F * 0.4 + 0.1)),
    ],
)
def test_a_step_of_one_unit_by_hand(cell: str, W_input: Any, U: Any, b: Any, state: float) -> None:  # noqa: N803  # the textbook's letters
    arrays = [np.array(values, np.float32) for values in ([W_input], [[0.4]], U, b)]
    W_input, before, U, b = arrays  # noqa: N806  # as above
    (after,), _ = cell_of(cell).step(W_input, (before,), U, b)
    assert after[0, 0] == pytest.approx(state, abs=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_a_step_returns_the_states_and_signals_that_the_cell_declares_and_the_state_is_made_of_these(name: str) -> None:
    cell, random = cell_of(name), np.random.default_rng(0)
    shape = {"matrix": (3, cell.blocks * 3), "vector": (cell.blocks * 3,), "none": (0,)}[cell.recurrent]
    U = random.normal(size=shape).astype(np.float32)  # noqa: N806  # the textbook's letter
    b = random.normal(size=(cell.bias_rows, cell.blocks * 3)).astype(np.float32)
    W_input = random.normal(size=(2, cell.blocks * 3)).astype(np.float32)  # noqa: N806  # as above
    before = tuple(random.uniform(-1, 1, (2, 3)).astype(np.float32) for _ in cell.states)
    states, values = cell.step(W_input, before, U, b if cell.bias_rows > 1 else b[0])
    assert len(states) == len(cell.states)
    assert {*values, *cell.states} == {signal.name for signal in cell.signals}
    assert {signal.name for signal in cell.signals if signal.kind == "state"} == {*cell.states}
    for signal in cell.signals:
        if signal.kind == "gate":
            assert ((values[signal.name] > 0) & (values[signal.name] < 1)).all()
    if name in MADE:  # of a cell that was added no equation is known here
        previous = {f"previous_{state}": array for state, array in zip(cell.states, before, strict=True)}
        np.testing.assert_allclose(states[0], MADE[name](values | previous), atol=1e-6)


def test_the_preset_on_gates_has_networks_with_none_to_three() -> None:
    [preset] = [preset for preset in PRESETS if preset.name == "How many gates?"]
    gates = [
        sum(signal.kind == "gate" for signal in cell_of(experiment.cell).signals) for experiment in preset.experiments()
    ]
    assert gates == [0, 1, 2, 3]
