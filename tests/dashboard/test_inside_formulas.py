import operator
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS
from rnn_compare.cells.registry import cell as cell_of
from rnn_compare.dashboard.pages.inside.formulas import Shapes, latex, loop, notes, shapes, show, source
from tests.kit.loaded import chosen
from tests.kit.pages import draw


@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_has_the_chosen_sizes_every_gate_and_what_the_source_names(cell: str) -> None:
    formula = latex(cell_of(cell).formula, 8, 16)
    assert r"_{8 \times 16}" in formula
    assert (r"_{8 \times 8}" in formula) == (cell_of(cell).recurrent == "matrix")
    assert not any(left in formula for left in ("UNITS", "FEATURES", "@"))
    assert formula.count("{") == formula.count("}")
    assert formula.count(r"\big(") == formula.count(r"\big)")
    if cell in ("LSTM", "GRU", "MGU"):
        for symbol, _ in cell_of(cell).gates:
            assert all(f"{letter}_{symbol}" in formula for letter in "WUb")
            assert f"{symbol} (" in notes(cell)
    assigned = [line.strip().partition(" = ")[0] for line in source(cell_of(cell)).splitlines()]
    for in_formula, in_source in (("h_t", "state"), ("c_t", "carry"), (r"\mathrm{candidate}", "candidate")):
        assert (f"{in_formula} &=" in formula) == (in_source in assigned)


def test_the_lectures_loop_can_be_run() -> None:
    names: dict[str, Any] = {"zeros": float, "dot": operator.mul, "activation": float, "input_sequence": [1.0, 2.0]}
    names |= {"W": 3.0, "U": 0.5, "b": 1.0}
    exec(loop(Shapes(8, 16, ())), names)
    assert names["state_t"] == 3 * 2 + 0.5 * (3 * 1 + 0.5 * 8 + 1) + 1  # zeros(8) is 8 here


def test_layers_of_the_same_shapes_are_told_once_and_of_others_apart() -> None:
    titles = shapes([chosen("one"), chosen("same"), chosen("wide", units=6)])
    assert [*titles.values()] == [["one", "same"], ["wide"]]
    assert [(layer.units, layer.features) for layer in titles] == [(4, 5), (6, 5)]
    deep = shapes([chosen("deep", layers=2, bidirectional=True)])
    layers = [(layer.features, where) for layer, where in deep.items()]
    assert layers == [(5, ["deep, layer 1"]), (8, ["deep, layer 2"])]


def test_each_chosen_cell_is_shown_once_with_its_very_source() -> None:
    runs = [chosen("<b>a", cell="LSTM"), chosen("b"), chosen("b too"), chosen("c", cell="LSTM", units=6)]
    app = draw(show, None, runs)
    assert [heading.value for heading in app.header] == ["LSTM", "SimpleRNN"]
    texts = [text.value for text in app.markdown if "In Keras" in text.value or "**" in text.value]
    assert texts[:2] == ["**\\<b\\>a**", "In Keras: `kernel` (5, 16), `recurrent_kernel` (4, 16), `bias` (16,)"]
    assert texts[2:4] == ["**c**", "In Keras: `kernel` (5, 24), `recurrent_kernel` (6, 24), `bias` (24,)"]
    codes = [code.value for code in app.code]
    assert any("carry = f * previous_carry + i * candidate" in code for code in codes)
    assert source(cell_of("SimpleRNN")) in codes
    assert any("for input_t in input_sequence" in code for code in codes)
