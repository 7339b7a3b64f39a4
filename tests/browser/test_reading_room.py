"""What pages build from the scripts of reading and drawing: networks come and go, charts go on during a training."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.browser.numbers import packed
from rnn_compare.cells.registry import cell
from rnn_compare.charts.palette import picture
from rnn_compare.experiment import Experiment
from rnn_compare.report.reader import LANGUAGES, formulas, layout
from tests.browser.bare_pages import LOOK, chart, open_bare
from tests.kit.networks import random_weights

CELLS = ("LSTM", "SimpleRNN")
PAGE = f"""<link rel="stylesheet" href="/browser/drawing/curves/curve_figures.css">
<link rel="stylesheet" href="/browser/reading/reading.css"><body><section id="read"></section><div id="charts"></div>
<div id="memory"></div>
<script type="module">
  import {{ buildCharts }} from "/browser/drawing/curves/curve_figures.js";
  import {{ drawMemory }} from "/browser/reading/memory_chart.js";
  import {{ buildReader }} from "/browser/reading/reader.js";
  {formulas(map(cell, CELLS))}
  const root = (id) => document.getElementById(id);
  Object.assign(window, {{
    read: async (data) => {{ window.reader = await buildReader(root("read"), data, FORMULAS); }},
    chart: (message) => {{ window.charts = buildCharts(root("charts"), message); }},
    memory: (data) => drawMemory(root("memory"), data),
  }});
</script>"""


@pytest.fixture
def room(page: Page) -> Page:
    open_bare(page, PAGE, "window.memory")
    return page


def network(name: str, title: str, seed: int) -> list[Any]:
    """Returns the description of a small network, and its weights, as a page has them after a training."""
    experiment = Experiment(cell=name, units=3, embedding_size=4, maxlen=12, vocabulary_size=100)
    described: dict[str, Any] = {"id": f"own-{name}", "title": title, "note": "", "color": LOOK["color"]}
    described |= {"labels": ["bad", "good"], "dataset": "own", "in_english": True, **layout(experiment)}
    return [described, [weights.ravel().tolist() for weights in random_weights(experiment, seed=seed, size=2).values()]]


def test_a_reader_begins_empty_and_its_networks_are_added_replaced_and_removed(room: Page) -> None:
    shared: dict[str, Any] = {"vocabularies": {"own": "the film was good and bad not"}, "languages": LANGUAGES}
    shared |= {"drawings": {name: picture(name).drawing for name in CELLS}, "examples": []}
    room.evaluate("read", {"networks": [], **shared})
    box = room.get_by_label("Type a review in English")
    box.fill("the film was not good")
    expect(room.get_by_text("Word by word")).to_be_hidden()
    add = "([described, weights]) => reader.add(described, weights)"
    verdicts, words = room.locator(".rc-verdict"), room.locator(".rc-cells > section")
    room.evaluate(add, network("LSTM", "LSTM(3), seed 1", 1))
    expect(room.get_by_label("Type a review in English: LSTM(3), seed 1 reads along")).to_have_value(
        "the film was not good"
    )
    expect(words).to_have_count(1)
    first = verdicts.get_attribute("data-probability")
    room.evaluate(add, network("SimpleRNN", "SimpleRNN(3)", 2))
    room.evaluate(add, network("LSTM", "LSTM(3), seed 3", 3))
    expect(room.locator(".rc-card h3")).to_have_text(["LSTM(3), seed 3", "SimpleRNN(3)"])
    expect(words).to_have_count(2)
    assert verdicts.first.get_attribute("data-probability") != first
    room.evaluate("reader.remove('own-LSTM')")
    expect(room.locator(".rc-card h3")).to_have_text(["SimpleRNN(3)"])
    expect(words).to_have_count(1)
    room.evaluate("reader.remove('own-SimpleRNN')")
    expect(room.get_by_text("Word by word")).to_be_hidden()
    expect(words).to_have_count(0)


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


def test_the_memory_chart_has_a_point_for_each_group_of_lengths_and_says_where_texts_are_cut(room: Page) -> None:
    lengths = list(range(1, 101))
    both = [{"title": name, **LOOK} for name in ("LSTM(3)", "GRU(3)")]
    networks = [{**both[0], "correct": [1] * 100}, {**both[1], "correct": [1] * 50 + [0] * 50}]
    for _ in range(2):  # again in its place
        room.evaluate("memory", {"networks": networks, "lengths": lengths, "maxlen": 50})
    assert room.locator(".memory-plot .marker").count() == 20
    assert room.locator(".memory-plot svg[role=img]").count() == 1
    expect(room.locator(".memory-note")).to_contain_text("of longer texts only the last 50 are read")
    words = room.locator(".memory-plot svg[role=img]").get_attribute("aria-label") or ""
    assert "GRU(3): 100.0 % at 5 words" in words
    assert "0.0 % at 95 words." in words
