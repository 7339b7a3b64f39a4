import numpy as np
import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import experiment_from
from rnn_compare.feedforward.registry import NETWORKS
from rnn_compare.presets import PRESETS


def test_cells_are_listed_in_the_order_of_their_publication() -> None:
    assert [*CELLS] == sorted(CELLS, key=lambda name: (cell_of(name).year, name))


def test_the_error_for_an_unknown_cell_lists_the_known_ones() -> None:
    *names, last = map(repr, NETWORKS)
    with pytest.raises(UserError, match=f"cell is 'QRNN'; it must be one of {', '.join(names)} or {last}\\."):
        experiment_from({"cell": "QRNN"})


def test_a_setting_without_effect_on_a_cell_makes_no_other_experiment() -> None:
    plain = {name: Experiment(cell=name) for name in ("minGRU", "IndRNN", "GRU")}
    other = {name: Experiment(cell=name, recurrent_initializer="identity") for name in plain}
    assert [name for name in plain if plain[name] != other[name]] == ["GRU"]
    dropped = {name: Experiment(cell=name, recurrent_dropout=0.5) for name in plain}
    assert [name for name in plain if plain[name] != dropped[name]] == ["IndRNN", "GRU"]


def test_min_grus_and_ind_rnn_by_hand() -> None:
    """minGRU: z = σ(1 − 1) = 0.5 and candidate = 3, signed: z = σ(ln 3) = 0.75. IndRNN: tanh(1 + 2·0.4 − 0.3)."""
    before, none = (np.array([[0.4]], np.float32),), np.empty(0, np.float32)
    (state,), values = cell_of("minGRU").step(np.array([[1, 2]], np.float32), before, none, np.array([-1.0, 1.0]))
    assert values["z"][0, 0] == 0.5
    assert state[0, 0] == pytest.approx(0.5 * 0.4 + 0.5 * 3)
    (state,), _ = cell_of("signedMinGRU").step(np.array([[np.log(3), 2]]), before, none, np.array([0.0, 1.0]))
    assert state[0, 0] == pytest.approx(-0.5 * 0.4 + 1.5 * 3)
    (state,), _ = cell_of("IndRNN").step(np.ones((1, 1), np.float32), before, np.array([2.0]), np.array([-0.3]))
    assert state[0, 0] == pytest.approx(np.tanh(1.5))


def test_mgu_by_hand() -> None:
    """One unit: f = σ(0.5·1 + 2·0.4 − 0.3) = σ(1) and candidate = tanh(0.25·1 − 3·(f·0.4) + 0.1)."""
    U, b = np.array([[2, -3]], np.float32), np.array([-0.3, 0.1], np.float32)  # noqa: N806  # the textbook's letter
    (state,), values = cell_of("MGU").step(np.array([[0.5, 0.25]], np.float32), (np.array([[0.4]], np.float32),), U, b)
    f = 1 / (1 + np.exp(-1.0))
    candidate = np.tanh(0.25 - 3 * f * 0.4 + 0.1)
    assert values["f"][0, 0] == pytest.approx(f, abs=1e-6)
    assert values["candidate"][0, 0] == pytest.approx(candidate, abs=1e-6)
    assert state[0, 0] == pytest.approx((1 - f) * 0.4 + f * candidate, abs=1e-6)


@pytest.mark.parametrize("name", CELLS)
def test_a_step_returns_the_states_and_signals_that_the_cell_declares(name: str) -> None:
    cell, random = cell_of(name), np.random.default_rng(0)
    shape = {"matrix": (3, cell.blocks * 3), "vector": (cell.blocks * 3,), "none": (0,)}[cell.recurrent]
    U = random.normal(size=shape).astype(np.float32)  # noqa: N806  # the textbook's letter
    b = random.normal(size=(cell.bias_rows, cell.blocks * 3)).astype(np.float32)
    states, values = cell.step(
        np.zeros((2, cell.blocks * 3), np.float32),
        tuple(np.zeros((2, 3), np.float32) for _ in cell.states),
        U,
        b if cell.bias_rows > 1 else b[0],
    )
    assert len(states) == len(cell.states)
    assert {*values, *cell.states} == {signal.name for signal in cell.signals}
    assert {signal.name for signal in cell.signals if signal.kind == "state"} == {*cell.states}
    for signal in cell.signals:
        if signal.kind == "gate":
            assert ((values[signal.name] > 0) & (values[signal.name] < 1)).all()


def test_the_preset_on_gates_has_networks_with_none_to_three() -> None:
    [preset] = [preset for preset in PRESETS if preset.name == "How many gates?"]
    gates = [
        sum(signal.kind == "gate" for signal in cell_of(experiment.cell).signals) for experiment in preset.experiments()
    ]
    assert gates == [0, 1, 2, 3]
