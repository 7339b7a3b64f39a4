"""Labels never overlap and are never cut off: in each kind of chart, of networks that are equal, behind or stopped, in
wide letters.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from rnn_compare.browser.numbers import packed
from tests.browser.bare_pages import LOOK, chart, open_bare

BARE = """<style>svg text { font-size: 14px }</style><body>
<div id="chart"></div>
<script src="/plotly.min.js"></script>
<script type="module">
  import { buildChart } from "/dashboard/assets/board/board_chart.js";
  import { buildCharts } from "/browser/drawing/curves/curve_figures.js";
  import { classChart } from "/browser/drawing/curves/class_chart.js";
  const root = document.querySelector("#chart");
  const sized = ({ width, height }) => Object.assign(root.style, { width: `${width}px`, height: `${height}px` });
  window.draw = {
    svg: ({ chart, groups, epochs }, size) => root.replaceChildren(classChart({ chart, groups, epochs }, size).sheet),
    report: ({ chart, groups }, size) => {
      root.replaceChildren();
      root.style.width = `${size.width}px`;
      buildCharts(root, { charts: [chart], groups });
    },
    plotly: ({ chart, groups, epochs }, size) => {
      root.replaceChildren();
      const { box, draw } = buildChart(root, chart);
      Object.assign(box.querySelector(".rc-plot").style, { width: `${size.width}px`, height: `${size.height}px` });
      draw(Plotly, chart, { groups, hidden: new Set(), count: epochs, hint: "", boardWidth: 2 * size.width });
    },
  };
</script>"""
FAULTY = """() => {  // a box is a few pixels taller than its letters
  const chart = document.querySelector("svg").closest("div").getBoundingClientRect();
  const seen = [...document.querySelectorAll("svg text")]
    .filter((node) => node.checkVisibility({ opacityProperty: true }) && node.textContent.trim())
    .map((node) => [node.textContent, node.getBoundingClientRect()]);
  const off = seen.filter(([, { left, right }]) => left < chart.left - 1 || right > chart.right + 1);
  const pairs = seen.flatMap(([one, a], place) => seen.slice(place + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
    .map(([other]) => `${one} on ${other}`));
  return [...off.map(([text]) => `${text} is cut off`), ...pairs];
}"""
SHORT = [f"LSTM({units})" for units in range(1, 9)]
LONG = ["signedMinGRU(32)", "Averaged embeddings(32)", "SimpleRNN(32) dropout 0.5", "Attention(32)"] * 2
EPOCHS = 10
SIZES = {
    "svg": [(1200, 380), (700, 250), (460, 260), (360, 250)],
    "report": [(960, 300), (330, 260)],
    "plotly": [(760, 380), (420, 320)],
}
FONTS = ["", "font-family: 'DejaVu Sans Mono'; font-weight: 700", "letter-spacing: 0.12em"]

CASES = {
    "equal": [[0.5] * EPOCHS] * 8,
    "equal, at the top": [[1.0] * EPOCHS] * 8,
    "one stopped": [[0.5] * 3, *([0.6, 0.7, 0.5, 0.51, 0.5] * 2,) * 3],
    "one behind another": [[0.4 + 0.05 * epoch for epoch in range(last)] for last in range(1, 9)],
    "far and near": [[0.5, last] for last in (0.1, 0.9, 0.91, 0.5, 0.505, 0.51, 0.99, 0.3)],
}
LEVELS = [("bag of words\n88.2 %, whole text", 0.882), ("bag of bigrams\n88.4 %, whole text", 0.884)]


def message(curves: list[list[float]], names: list[str]) -> dict[str, Any]:
    """Returns what the charts draw of some networks' curves."""
    baselines = [{"text": text, "at": at, "color": "", "side": "top"} for text, at in LEVELS]
    speed = chart("speed", training=None, validation="speed", range=[0.0, 1.005], marks=[], baselines=baselines)
    groups = [
        {
            **{"id": str(place), "label": names[place], **LOOK, "best_epoch": 1},
            "figures": {"speed": packed(curve)},
        }
        for place, curve in enumerate(curves)
    ]
    return {"chart": speed, "groups": groups, "epochs": EPOCHS}


@pytest.mark.parametrize("surface", SIZES)
def test_labels_neither_overlap_nor_are_cut_off(page: Page, surface: str) -> None:
    open_bare(page, BARE, "window.draw && window.Plotly")
    faults: dict[str, list[str]] = {}
    for font in FONTS:
        page.evaluate("font => { document.body.style = font }", font)
        for case, curves in CASES.items():
            for names in (SHORT, LONG):
                for width, height in SIZES[surface]:
                    page.evaluate(
                        "([surface, data, size]) => window.draw[surface](data, size)",
                        [surface, message(curves, names), {"width": width, "height": height}],
                    )
                    if faulty := page.evaluate(FAULTY):
                        faults[f"{font} {case} {names[0]} {width}"] = faulty
    assert not faults, json.dumps(faults, indent=1, ensure_ascii=False)
