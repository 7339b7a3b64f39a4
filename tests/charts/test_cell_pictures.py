"""What every cell looks like: its drawing shows what the cell sends, and one without a drawing gets another."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from rnn_compare.cells.registry import CELLS, cell
from rnn_compare.charts.cell_picture import generic_picture
from rnn_compare.charts.palette import picture

HEIGHT, WIDTH = 364, 600
NOT_SIGNALS = {"input", "key", "gate_key"}
SHOWING = ("strip", "gate", "tanh", "share", "width")


def shown(drawing: str, *marks: str) -> set[str]:
    expressions = re.findall(rf'data-(?:{"|".join(marks)})="([^"]+)"', drawing)
    names = {name for expression in expressions for name in re.findall(r"[a-z]\w*", expression)}
    return names - NOT_SIGNALS


def assert_on_sheet(drawing: str) -> None:
    """Asserts that no element begins beyond the sheet; those inside a group count from its own place."""
    for element in ElementTree.fromstring(drawing):
        places = re.findall(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
        for x, y in [*places, (element.get("x", "0"), element.get("y", "0"))]:
            assert 0 <= float(x) <= WIDTH, element.attrib
            assert 0 <= float(y) <= HEIGHT, element.attrib


@pytest.mark.parametrize("name", CELLS)
def test_a_drawing_shows_what_the_cell_has_to_show_and_no_more_and_stays_on_its_sheet(name: str) -> None:
    known = {signal.name for signal in cell(name).signals} | {f"{state}_before" for state in cell(name).states}
    drawing = picture(name).drawing
    names = shown(drawing, *SHOWING, "scale")
    assert names <= known
    assert {"state", "state_before"} <= names
    gates = {signal.name for signal in cell(name).signals if signal.kind == "gate"}
    assert shown(drawing, "gate") == gates
    assert_on_sheet(drawing)
    assert "$" not in drawing
    assert set(re.findall(r'href="#([^"]+)"', drawing)) <= set(re.findall(r' id="([^"]+)"', drawing))


def test_a_cell_without_a_drawing_gets_a_box_for_each_of_its_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = replace(cell("GRU"), name="Unknown", keras_name="unknown")
    monkeypatch.setattr("rnn_compare.charts.palette.cell", lambda _name: unknown)
    monkeypatch.setattr("rnn_compare.charts.palette.CELLS", ("Unknown",))
    drawing = picture.__wrapped__("Unknown").drawing
    assert (shown(drawing, "gate"), shown(drawing, "strip")) == ({"z", "r"}, {"candidate", "state", "state_before"})


@pytest.mark.parametrize("signals", range(4))
def test_a_generic_drawing_has_room_for_no_gate_and_for_several(signals: int) -> None:
    some = replace(cell("LSTM"), signals=cell("LSTM").signals[: signals + 2])
    drawing = generic_picture(some, 0).drawing
    assert drawing.count('href="#rc-sum"') == signals
    assert_on_sheet(drawing)
    assert len({generic_picture(some, number).color for number in range(6)}) == 6, "they differ in colour"
