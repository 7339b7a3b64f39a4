"""What a chart must bear and offers: a viewer who zooms while points arrive, pictures of it, recordings played."""

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rnn_compare.browser.numbers import packed
from rnn_compare.experiment import Experiment
from rnn_compare.paths import CACHE_VARIABLE
from rnn_compare.presets import BOOK
from rnn_compare.runs.events import Ended, Progress, Started, Status
from rnn_compare.runs.record import Owner
from tests.browser.bare_pages import LOOK, chart, open_bare
from tests.kit.chromium import PATIENCE
from tests.kit.runs import epoch_end, finished_run, shipped
from tests.kit.servers import Server
from tests.kit.visits import STILL, zoom_in

CHART = "[data-chart=accuracy]"
PAGE = """<link rel="stylesheet" href="/browser/drawing/curves/curve_figures.css"><body><div id="charts"></div>
<script type="module">
  import { buildCharts } from "/browser/drawing/curves/curve_figures.js";
  window.chart = (message) => { window.charts = buildCharts(document.getElementById("charts"), message); };
</script>"""


def start(server: Server, *experiments: Experiment) -> list[str]:
    """Records runs of this process, as a command line beside the server does."""
    runs = server.store.create(experiments, Owner.current(), "command line")
    server.store.record([Started(run, 1000, "", {}, time.time()) for run in runs])
    return runs


def finish_epoch(server: Server, run: str, epoch: int) -> None:
    server.store.record([epoch_end(run, epoch, 0.5 + epoch / 300, 0.6, 0.5 + epoch / 400, 0.65, 12.3)])


def end(server: Server, runs: list[str]) -> None:
    server.store.record([Ended(run, Status.FINISHED, None, time.time()) for run in runs])


def visible_range(page: Page) -> list[float]:
    limits: list[float] = page.evaluate(f"[...document.querySelector('{CHART}')._fullLayout.xaxis.range]")
    return limits


def wait_for_validation_points(page: Page, count: int) -> None:
    page.wait_for_function(f"document.querySelector('{CHART}')?.data?.[1]?.y.length === {count}")


def test_zoom_hidden_curves_and_chart_survive_new_points_and_nothing_below_them_moves(
    server: Server, page: Page
) -> None:
    runs = start(server, Experiment(), Experiment(cell="LSTM"))
    for run in runs:
        finish_epoch(server, run, 1)
    page.goto(f"{server.url}/?show={','.join(runs)}")
    wait_for_validation_points(page, 1)
    page.evaluate(f"document.querySelector('{CHART}').mark = 'the same node'")

    zoom_in(page, CHART)
    zoomed = visible_range(page)
    assert zoomed[1] - zoomed[0] < 6
    page.locator(".rc-name").nth(1).click()
    page.wait_for_function(f"document.querySelector('{CHART}').data[3].visible === false")

    page.evaluate(STILL)
    below = page.locator(".rc-parameters").bounding_box()
    assert below
    measures = {"accuracy": 0.6, "loss": 0.6}
    server.store.record([Progress(run, 2, 80, 157, measures, "training", time.time()) for run in runs])
    page.wait_for_timeout(700)
    for run in runs:
        finish_epoch(server, run, 2)
    wait_for_validation_points(page, 2)
    assert page.locator(".rc-parameters").bounding_box() == below
    assert visible_range(page) == zoomed
    assert page.evaluate(f"document.querySelector('{CHART}').mark") == "the same node"
    page.wait_for_function(  # in both charts
        "[...document.querySelectorAll('[data-chart]')].map(chart => chart.data[3].visible).join() === 'false,false'"
    )
    end(server, runs)


def test_a_chart_is_saved_as_a_picture_and_fills_the_screen(server: Server, page: Page, tmp_path: Path) -> None:
    run = finished_run(server.store, 0.7, 0.7, epochs=2, seed=4321)
    page.goto(f"{server.url}/?show={run}")
    page.wait_for_function(f"document.querySelector('{CHART}')?.data?.[1]?.y.length === 2")
    page.locator(f"{CHART} .nsewdrag").hover()
    for kind, begins in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
        with page.expect_download() as saving:
            page.locator(f'{CHART} [data-title="Save as {kind}"]').click()
        saved = saving.value
        assert saved.suggested_filename == f"accuracy.{kind.lower()}"
        saved.save_as(tmp_path / saved.suggested_filename)
        assert (tmp_path / saved.suggested_filename).read_bytes().startswith(begins)
    before = page.evaluate(f"document.querySelector('{CHART}')._fullLayout.width")
    page.locator(f'{CHART} [data-title^="Full screen"]').click()
    page.wait_for_function(f"document.fullscreenElement === document.querySelector('{CHART}')")
    page.wait_for_function(f"document.querySelector('{CHART}')._fullLayout.width >= innerWidth - 1")
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function(f"document.querySelector('{CHART}')._fullLayout.width === {before}")
    expect(page.locator(f"{CHART} .annotation", has_text="SimpleRNN(32)")).to_be_visible()


def message(figures: Any, **more: Any) -> dict[str, Any]:
    """Returns what charts draw: a network's figures, and two seeds of another."""
    seeds = {"counts": [2, 1], "every": 1, "half": {}, "single": {"val_accuracy": [[0.6, 0.7], [0.7]]}}
    groups = [
        {"id": "a", "label": "LSTM(3)", **LOOK, "figures": figures, **more},
        {"id": "b", "label": "GRU(3)", **LOOK, "figures": {"val_accuracy": [0.65, 0.7]}, "seeds": seeds},
    ]
    return {"charts": [chart("accuracy")], "groups": groups, "epochs": 10}


def test_charts_go_on_in_place_with_packed_or_plain_figures_and_keep_the_value_at_the_pointer(page: Page) -> None:
    open_bare(page, PAGE, "window.chart")
    plain: dict[str, list[float | None]] = {"accuracy": [0.5, 0.625], "val_accuracy": [0.55, None]}
    page.evaluate("chart", message({name: packed(values) for name, values in plain.items()}))
    lines = page.locator(".plot path.line[d*=M]")
    assert lines.count() == 5  # of two seeds and their mean on validation; of one network there and in training
    sheet = page.locator(".plot > svg")
    names = "nodes => nodes.map((node) => node.textContent).filter((text) => text.endsWith(')'))"
    assert sorted(page.locator(".plot text").evaluate_all(names)) == ["GRU(3)", "LSTM(3)"]
    place = sheet.bounding_box()
    assert place
    page.mouse.move(place["x"] + 65, place["y"] + 90)
    expect(page.locator(".readout")).to_contain_text("LSTM(3) validation 55.0 %")
    before = page.locator(".plot text").evaluate_all("nodes => nodes.map((node) => node.getAttribute('x'))")
    trail = {"at": [0.25, 0.5], "figures": {"accuracy": [0.15, 0.2]}}
    page.evaluate("message => charts.update(message)", message(plain | {"val_accuracy": [0.56, 0.8]}, trail=trail))
    expect(page.locator(".readout")).to_contain_text("LSTM(3) validation 56.0 %")
    assert sheet.bounding_box() == place
    after = page.locator(".plot text").evaluate_all("nodes => nodes.map((node) => node.getAttribute('x'))")
    assert set(before) == set(after), "names and axes stay where they are"
    assert "20 %" in page.locator(".plot text").all_text_contents(), "the axis has room for what is lower"
    page.get_by_role("button", name="GRU(3)").click()
    page.evaluate("message => charts.update(message)", message(plain))
    expect(page.get_by_role("button", name="GRU(3)")).to_have_attribute("aria-pressed", "false")
    expect(lines).to_have_count(2)


def test_a_recording_is_played_for_all_until_it_is_stopped(
    server: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(server.store.path.parent))
    runs = [run.id for run in shipped(server.store, BOOK)]
    url = f"{server.url}/?show={','.join(runs)}"
    viewer = page.context.new_page()
    viewer.goto(url)
    viewer.locator(".rc-card", has_text="finished, epoch 10 of 10").first.wait_for()
    page.goto(url)
    page.get_by_role("button", name="Display").click()
    page.get_by_role("button", name="Play", exact=True).click()
    for tab in (page, viewer):
        expect(tab.locator(".rc-replay")).to_contain_text("Replay, not live: recorded on ", timeout=PATIENCE)
        expect(tab.locator(".rc-card").first).to_have_attribute("data-status", "replay")
        expect(tab.locator("figcaption b").first).to_contain_text("Replay: ")
        assert tab.get_by_role("button", name="Stop SimpleRNN(32)").count() == 0
    page.get_by_role("button", name="Stop replay").click()
    for tab in (page, viewer):
        expect(tab.locator(".rc-replay")).to_be_empty(timeout=PATIENCE)
        expect(tab.locator("figcaption b").first).not_to_contain_text("Replay")
        expect(tab.locator(".rc-card").first).to_contain_text("finished, epoch 10 of 10")
    expect(page.get_by_role("button", name="Stop replay")).to_have_count(0, timeout=PATIENCE)
    viewer.close()
