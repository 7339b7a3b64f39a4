"""A review read word by word: the verdict after each word, and every cell while it reads. Drawn by one component.

All that the browser needs for stepping and playing goes to it once, as bytes: a number for each unit, word and signal.
"""

import base64
import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnn_compare.dashboard import asking, server
from rnn_compare.dashboard.inside.chosen import Chosen
from rnn_compare.dashboard.services import Services
from rnn_compare.errors import UserError
from rnn_compare.experiment import Cell
from rnn_compare.insight.cells import CellReading
from rnn_compare.insight.reading import Reading, read
from rnn_compare.insight.verdict import encode

SIGNALS: dict[Cell, dict[str, str]] = {
    "SimpleRNN": {"state": "state h", "pre_activation": "before tanh"},
    "LSTM": {
        "carry": "carry c",
        "state": "state h",
        "f": "forget gate",
        "i": "input gate",
        "candidate": "candidate",
        "o": "output gate",
    },
    "GRU": {"state": "state h", "z": "update gate", "r": "reset gate", "candidate": "candidate"},
}
"""What can be seen of each cell, by the names of ``equations.SIGNALS``: the first is shown first."""
GATES = ("i", "f", "o", "z", "r")
MOST_UNITS = 64
"""Units that are sent of each cell, those that weigh most first: more rows than that no wall can tell apart."""
LONGEST_WORD = 40


def show(_of: Services, chosen: Sequence[Chosen]) -> None:
    """Draws the box for a review and, below it, how each network reads it."""
    text = asking.text(height=76)
    if not text.strip():
        st.caption("Type a review or press one of the examples: the networks read it word by word.")
        return
    readings: list[tuple[Chosen, Reading]] = []
    for one in chosen:
        try:
            readings.append((one, read(one.run.experiment, one.weights, encode(one.run.experiment, text))))
        except UserError as error:
            st.error(f"{one.title}: {error}")
    if readings:
        layer = _layer(max(len(reading.cells) for _, reading in readings))
        _component()(data=message(readings, layer), key="inside")


def message(readings: Iterable[tuple[Chosen, Reading]], layer: int) -> dict[str, Any]:
    """Returns what the browser draws.

    Args:
        readings: Each network and how it read the same text.
        layer: Which of a network's cells to show, counted from the last: 0 is the last layer's.
    """
    pairs = list(readings)
    longest = max((reading.words for _, reading in pairs), key=len)
    return {
        "words": [token.word[:LONGEST_WORD] for token in longest],
        "runs": [_run(one, reading, len(longest), layer) for one, reading in pairs],
    }


def _run(one: Chosen, reading: Reading, words: int, layer: int) -> dict[str, Any]:
    experiment = one.run.experiment
    cell = reading.cells[max(0, len(reading.cells) - 1 - layer)]
    units = cell.order[:MOST_UNITS]
    name = f"layer {cell.layer + 1}" + (", backward" if cell.backward else ", forward") * experiment.bidirectional
    return {
        "id": one.run.id,
        "title": one.title,
        "color": one.look.color,
        "cell": experiment.cell,
        "cell_name": name if len(reading.cells) > 1 else "",
        "first": words - len(reading.words),
        "unknown": [index for index, token in enumerate(reading.words) if token.state == "unknown"],
        "logits": [round(float(logit), 3) for logit in reading.logits],
        "units": len(units),
        "all_units": len(cell.order),
        "backward": cell.backward,
        "signals": [
            {"name": name, "title": title, "gate": name in GATES, **_packed(_signal(cell, name)[:, units])}
            for name, title in SIGNALS[experiment.cell].items()
        ],
        "input": _packed(cell.inputs[:, :MOST_UNITS]),
        "before": {
            "state": _packed(cell.previous_states[-1 if cell.backward else 0, units]),
            "carry": None
            if cell.previous_carry is None
            else _packed(cell.previous_carry[-1 if cell.backward else 0, units]),
        },
    }


def _signal(cell: CellReading, name: str) -> NDArray[np.float32]:
    return cell.states if name == "state" else cell.signals[name]


def _packed(values: NDArray[np.float32]) -> dict[str, Any]:
    """Writes numbers as one byte each, in 127ths of the largest: finer than a colour can show."""
    scale = float(np.abs(values).max(initial=1e-9))
    as_bytes = np.round(127 * values / scale).astype(np.int8)
    return {"scale": round(scale, 5), "bytes": base64.b64encode(as_bytes.tobytes()).decode("ascii")}


def _layer(cells: int) -> int:
    if cells == 1:
        return 0
    names = ["last"] + [f"{number} below" for number in range(1, cells)]
    picked = st.segmented_control("Cell of the layer", names, default="last", key="layer", required=True)
    return names.index(picked or "last")


@functools.cache
def _component() -> Any:
    loader = f"""
        const module = import(new URL("{server.url("inside.js")}", document.baseURI));
        const urls = {{
            plotly: "{server.url("plotly.min.js")}",
            styles: ["{server.url("inside.css")}", "{server.url("cell.css")}"],
        }};
        export default (component) => {{
            module.then((inside) => inside.render(component, urls));
            return () => module.then((inside) => inside.dispose(component.parentElement));
        }};"""
    return st.components.v2.component("rnn_compare_inside", js=loader, isolate_styles=False)
