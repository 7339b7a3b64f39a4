"""What Python packs is what scripts draw, on the board and as SVG: messages with curves, read by Node."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_compare.browser.curves import curves_message
from rnn_compare.browser.numbers import compressed, packed
from rnn_compare.charts.curves.curve_chart import CurveChart, up_to_1
from rnn_compare.comparison.groups import groups
from rnn_compare.comparison.inference.intervals import band
from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import EpochEnd
from rnn_compare.runs.record import Run
from rnn_compare.services.board import View, board_message
from tests.kit.javascript import HARNESSES, in_node
from tests.kit.runs import run_of

PACKAGE = Path(__file__).resolve().parents[2] / "rnn_compare"
DRAW = f"""
import fs from "node:fs";
import {{ traces }} from "{PACKAGE.as_uri()}/dashboard/assets/board/board_traces.js";
import {{ curvesOf }} from "{PACKAGE.as_uri()}/browser/drawing/curves/curves_message.js";
const {{ charts: [chart], groups }} = JSON.parse(fs.readFileSync(0));
console.log(JSON.stringify(groups.map((group) => {{
  const lines = traces(chart, [{{ label: "A", color: "#000000", ...group }}], new Set());
  return {{ ...curvesOf(chart, group), lines }};
}})));
"""


GRADIENT = View(("gradient",))
UNPACK = f"""
import fs from "node:fs";
import {{ decompressed, unpacked }} from "{PACKAGE.as_uri()}/browser/arithmetic/numbers.js";
const {{ curve, bytes, file }} = JSON.parse(fs.readFileSync(0));
const weights = [...await decompressed(file, Float32Array)];
console.log(JSON.stringify({{ curve: unpacked(curve), bytes: unpacked(bytes, 127 / 3, Int8Array), weights }}));
"""


@settings(max_examples=10, deadline=None)
@given(st.lists(st.none() | st.floats(-3, 3), max_size=50))
def test_numbers_reach_scripts_to_half_a_step_and_missing_ones_as_missing(values: list[float | None]) -> None:
    weights = np.array([value or 0 for value in values], "<f4")
    sent = {"curve": packed(values), "bytes": packed(values, 127 / 3, "<i1"), "file": compressed(weights)}
    seen = in_node(sent, UNPACK)
    assert seen["weights"] == weights.tolist()
    for name, steps in (("curve", 1e4), ("bytes", 127 / 3)):
        assert [value is None for value in seen[name]] == [value is None for value in values]
        pairs = [(a, b) for a, b in zip(seen[name], values, strict=True) if b is not None]
        assert all(abs(a - b) <= 0.501 / steps for a, b in pairs)


def drawn(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = in_node(message, DRAW)
    return groups


def drawn_as_svg(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns what reports and phones draw in each chart: areas and lines as pairs of an epoch and a value."""
    charts: list[dict[str, Any]] = in_node(message, HARNESSES / "drawn_curves.js")
    return charts


def run(name: str, figure: str, curve: Sequence[float], seed: int = 1, **settings: Any) -> Run:
    experiment = Experiment(seed=seed, epochs=len(curve), **settings)
    epochs = tuple(
        EpochEnd(name, epoch, {"val_accuracy": 0.5, "val_loss": 0.6, figure: value}, 2.0)
        for epoch, value in enumerate(curve, 1)
    )
    return run_of(experiment, name, epochs=epochs)


ACCURACIES = [[0.5 + (7 * seed + 3 * epoch) % 40 / 100 for epoch in range(97)] for seed in range(10)]


def of_ten_seeds() -> list[Run]:
    return [run(f"lstm-{seed}", "val_accuracy", curve, seed) for seed, curve in enumerate(ACCURACIES)]


def test_board_reports_and_phones_draw_the_thinned_seeds_and_bands_of_long_runs_at_their_own_epochs() -> None:
    message = board_message(of_ten_seeds(), {}, View(("accuracy",)))
    [group], [chart] = drawn(message), drawn_as_svg(message)
    assert group["every"] > 1
    sent = [epoch for epoch in range(1, 98) if epoch % group["every"] == 0]
    means, half = band(ACCURACIES)
    upper = [(epoch, min(100, 100 * (means + half)[epoch - 1])) for epoch in sent]
    lines = {line["uid"].rpartition("lstm-0-")[2]: line for line in group["lines"]}
    *seeds, mean = chart["lines"]
    for seed, curve in enumerate(ACCURACIES):
        points = [(epoch, 100 * curve[epoch - 1]) for epoch in sent]
        near([*zip(lines[f"seed-{seed}"]["x"], lines[f"seed-{seed}"]["y"], strict=True)], points)
        near(seeds[seed]["points"], points)
    near([*zip(lines["band"]["x"], lines["band"]["y"], strict=True)][: len(sent)], upper)
    near(mean["points"], list(enumerate(100 * means, 1)))
    [area] = chart["areas"]
    near(area[: len(sent)], upper)
    near(area[: -len(sent) - 1 : -1], [(epoch, 100 * (means - half)[epoch - 1]) for epoch in sent])
    assert (chart["ticks"][:4], chart["markers"]) == (["40 %", "50 %", "60 %", "70 %"], 97)


def test_a_report_draws_a_logarithmic_axis_and_a_gap_where_an_epoch_lacks_a_figure() -> None:
    known = run("lstm", "gradient_norm", [1000.0, 0.8, 0.02, 40.0])
    lacking = replace(known.epochs[2], figures={"val_accuracy": 0.5, "val_loss": 0.6})
    runs = [replace(known, epochs=(*known.epochs[:2], lacking, known.epochs[3]))]
    [chart] = drawn_as_svg(board_message(runs, {}, GRADIENT))
    assert chart["ticks"][:5] == ["0.1", "1", "10", "100", "1000"]
    [line] = chart["lines"]
    assert line["strokes"] == 2
    near(line["points"], [(1, 1000.0), (2, 0.8), (4, 40.0)], rel=1e-3)


@pytest.mark.parametrize(("seeds", "areas"), [(4, 0), (5, 1)])
def test_fewer_than_five_seeds_are_drawn_as_their_mean_and_thin_lines_without_a_band(seeds: int, areas: int) -> None:
    message = board_message(of_ten_seeds()[:seeds], {}, View(("accuracy",)))
    [chart], [group] = drawn_as_svg(message), drawn(message)
    assert (len(chart["areas"]), len(chart["lines"])) == (areas, seeds + 1)
    assert sum("band" in line["uid"] for line in group["lines"]) == areas
    assert f", n = {seeds}" in chart["words"][0]


def test_a_small_gradient_norm_keeps_its_digits_beside_a_huge_one() -> None:
    norms = {"SimpleRNN": [86164.0, 0.8], "LSTM": [0.8, 0.041], "GRU": [5.3, 0.0]}
    runs = [run(cell, "gradient_norm", curve, cell=cell) for cell, curve in norms.items()]
    groups_drawn = drawn(board_message(runs, {}, GRADIENT))
    for group, curve in zip(groups_drawn, norms.values(), strict=True):
        assert group["validation"]["y"] == pytest.approx(curve, rel=1e-3, abs=1e-3)


def test_the_interval_of_gradient_norms_is_that_of_their_mean() -> None:
    norms = [[0.8, 86164.0], [1.1, 91000.0], [0.9, 70500.0], [1.0, 80000.0], [0.7, 88000.0]]
    [group] = drawn(
        board_message([run(f"a-{seed}", "gradient_norm", n, seed) for seed, n in enumerate(norms)], {}, GRADIENT)
    )
    _, half = band(norms)
    assert group["half"] == pytest.approx(half.tolist(), rel=1e-3)


def test_a_figure_that_may_be_negative_is_drawn_below_0() -> None:
    chart = CurveChart("mcc", "Correlation", None, "val_auc", ".1f", ".3f", up_to_1(-0.5), 50)
    correlations = [-0.7134, 0.0, 0.4321]
    group = groups([run("a", "val_auc", correlations)])[0]
    [seen] = drawn(curves_message([group], [chart]))
    assert seen["validation"]["y"] == pytest.approx(correlations, abs=1e-4)


def near(points: Sequence[Sequence[float]], expected: Sequence[tuple[float, float]], rel: float = 3e-4) -> None:
    assert [value for pair in points for value in pair] == pytest.approx(
        [v for pair in expected for v in pair], rel=rel
    )
