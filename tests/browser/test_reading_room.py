"""Charts that pages without Streamlit build: they go on during a training, and say the values at the pointer."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.browser.numbers import packed
from tests.browser.bare_pages import LOOK, chart, open_bare

PAGE = """<link rel="stylesheet" href="/browser/drawing/curves/curve_figures.css"><body><div id="charts"></div>
<script type="module">
  import { buildCharts } from "/browser/drawing/curves/curve_figures.js";
  window.chart = (message) => { window.charts = buildCharts(document.getElementById("charts"), message); };
</script>"""


@pytest.fixture
def room(page: Page) -> Page:
    open_bare(page, PAGE, "window.chart")
    return page


def message(figures: Any, **more: Any) -> dict[str, Any]:
    """Returns what charts draw: a network's figures, and two seeds of another."""
    seeds = {"counts": [2, 1], "every": 1, "half": {}, "single": {"val_accuracy": [[0.6, 0.7], [0.7]]}}
    groups = [
        {"id": "a", "label": "LSTM(3)", **LOOK, "figures": figures, **more},
        {"id": "b", "label": "GRU(3)", **LOOK, "figures": {"val_accuracy": [0.65, 0.7]}, "seeds": seeds},
    ]
    return {"charts": [chart("accuracy")], "groups": groups, "epochs": 10}


def test_charts_go_on_in_place_with_packed_or_plain_figures_and_keep_the_value_at_the_pointer(room: Page) -> None:
    plain: dict[str, list[float | None]] = {"accuracy": [0.5, 0.625], "val_accuracy": [0.55, None]}
    room.evaluate("chart", message({name: packed(values) for name, values in plain.items()}))
    lines = room.locator(".plot path.line[d*=M]")
    assert lines.count() == 5  # of two seeds and their mean on validation; of one network there and in training
    sheet = room.locator(".plot > svg")
    names = "nodes => nodes.map((node) => node.textContent).filter((text) => text.endsWith(')'))"
    assert sorted(room.locator(".plot text").evaluate_all(names)) == ["GRU(3)", "LSTM(3)"]
    place = sheet.bounding_box()
    assert place
    room.mouse.move(place["x"] + 65, place["y"] + 90)
    expect(room.locator(".readout")).to_contain_text("LSTM(3) validation 55.0 %")
    before = room.locator(".plot text").evaluate_all("nodes => nodes.map((node) => node.getAttribute('x'))")
    trail = {"at": [0.25, 0.5], "figures": {"accuracy": [0.15, 0.2]}}
    room.evaluate("message => charts.update(message)", message(plain | {"val_accuracy": [0.56, 0.8]}, trail=trail))
    expect(room.locator(".readout")).to_contain_text("LSTM(3) validation 56.0 %")
    assert sheet.bounding_box() == place
    after = room.locator(".plot text").evaluate_all("nodes => nodes.map((node) => node.getAttribute('x'))")
    assert set(before) == set(after), "names and axes stay where they are"
    assert "20 %" in room.locator(".plot text").all_text_contents(), "the axis has room for what is lower"
    room.get_by_role("button", name="GRU(3)").click()
    room.evaluate("message => charts.update(message)", message(plain))
    expect(room.get_by_role("button", name="GRU(3)")).to_have_attribute("aria-pressed", "false")
    expect(lines).to_have_count(2)
