"""What every cell looks like: its drawing shows what the cell sends, and one without a picture gets another."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cells.generic import generic_picture
from rnn_compare.charts.cells.parts import Complement, GateBox, Part, Product, Values, to_plain
from rnn_compare.charts.palette import picture

HEIGHT, WIDTH = 364, 600


def named(shown: Values) -> set[str]:
    """The signals of which something is made."""
    if isinstance(shown, Product):
        return set(chain.from_iterable(map(named, shown.factors)))
    return named(shown.value) if isinstance(shown, Complement) else {shown}


def shown_by(part: Part) -> set[str]:
    values = (getattr(part, name, None) for name in ("shows", "share", "keeps", "scale"))
    return set(chain.from_iterable(named(value) for value in values if isinstance(value, str | Product | Complement)))


def numbers(plain: Any) -> Iterator[tuple[str, float]]:
    """Every coordinate of a part, by the name of its field."""
    for name, value in plain.items():
        if name == "points":
            yield from (pair for x, y in value for pair in (("x", x), ("y", y)))
        elif name in ("x", "y", "start", "end"):
            yield name, value


@pytest.mark.parametrize("name", CELLS)
def test_a_drawing_shows_only_what_the_cell_has_to_show(name: str) -> None:
    known = {signal.name for signal in cell(name).signals} | {f"{state}_before" for state in cell(name).states}
    shown = set(chain.from_iterable(map(shown_by, picture(name).drawing)))
    assert shown <= known | ({"slope"} if not cell(name).gates else set())
    assert {"state", "state_before"} <= shown


@pytest.mark.parametrize("name", CELLS)
def test_every_gate_of_a_cell_is_in_its_drawing_as_a_gate(name: str) -> None:
    drawing = {part.shows for part in picture(name).drawing if isinstance(part, GateBox) and part.activation == "σ"}
    assert drawing == {signal.name for signal in cell(name).signals if signal.kind == "gate"}


@pytest.mark.parametrize("name", CELLS)
def test_a_drawing_stays_on_its_sheet_and_goes_to_a_browser(name: str) -> None:
    plain = to_plain(picture(name).drawing)
    assert json.loads(json.dumps(plain)) == plain
    for axis, value in chain.from_iterable(map(numbers, plain)):
        assert 0 <= value <= (HEIGHT if axis == "y" else WIDTH), (axis, value)


def test_a_cell_without_a_picture_gets_a_box_for_each_of_its_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = replace(cell("GRU"), name="Unknown", keras_name="unknown")
    monkeypatch.setattr("rnn_compare.charts.palette.cell", lambda _name: unknown)
    monkeypatch.setattr("rnn_compare.charts.palette.CELLS", ("Unknown",))
    drawing = picture.__wrapped__("Unknown")
    assert [(part.name, part.activation) for part in drawing.drawing if isinstance(part, GateBox)] == [
        ("update", "σ"),
        ("reset", "σ"),
        ("candidate", "…"),
    ]
    assert {"state", "state_before"} <= set(chain.from_iterable(map(shown_by, drawing.drawing)))


@pytest.mark.parametrize("signals", range(4))
def test_a_generic_drawing_has_room_for_no_gate_and_for_several(signals: int) -> None:
    some = replace(cell("LSTM"), signals=cell("LSTM").signals[: signals + 2])
    drawing = to_plain(generic_picture(some, 0).drawing)
    assert len([part for part in drawing if part["kind"] == "GateBox"]) == signals
    for axis, value in chain.from_iterable(map(numbers, drawing)):
        assert 0 <= value <= (HEIGHT if axis == "y" else WIDTH), (axis, value)


def test_cells_without_a_picture_differ_in_colour() -> None:
    colors = [generic_picture(cell("GRU"), number).color for number in range(6)]
    assert len(set(colors)) == 6
