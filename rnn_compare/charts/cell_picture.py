"""The picture of a cell: its colours, and the drawing of one timestep.

``charts/cells/`` has a drawing for some cells, an SVG file with the name of the cell's Keras layer; that of a cell from
an installed package stands beside its module. A script fills its elements with the numbers of a word
(``browser/drawing/cell/cell.js``):

- ``data-strip`` and ``data-gate``: a group in which it draws a square for each unit; a gate's values are from 0 to 1.
- ``data-tanh``: a group in which it draws a dot for each unit on a curve of tanh.
- ``data-share``: a text whose ``{}`` is the mean in percent. ``data-name`` is read aloud before it.
- ``data-width``: a path as wide as the mean.

Each names a signal, ``1-f``, or a product such as ``f*carry_before``, with ``state_before`` for the state at the
previous word. ``data-scale`` is the value in full colour: a number, or the signal whose largest value it is.
The root's ``data-shades`` are the colours of the cell's first, second, … network, visible on white and on black;
``data-gradient-note`` is a sentence below the charts of its gradients.
"""

import colorsys
import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from xml.etree import ElementTree

from rnn_compare.cells.cell import Cell, Signal
from rnn_compare.cells.registry import GROUP
from rnn_compare.discovery import leave_out, origin

DRAWINGS = Path(__file__).parent / "cells"
WIDTH = 600
MOST_BOXES = 4
"""More do not fit; every signal can be chosen below the drawing."""
SHADES = 8
HUES = 0.54, 0.68
"""The first hue and the range of hues. Green is left out: unknown words have it."""
HUE_STEP = 0.31
"""Step from one cell to the next, as a share of the range."""
GATE_KEY = """  <text class="rc-cell-note" x="517" y="352">0</text>
  <text class="rc-cell-note" x="588" y="352">1</text>
  <g data-gate="gate_key" data-length="50" transform="translate(553 345)"/>"""
FEEDFORWARD_TONES = ((0.88, 0.16, 0.6), (0.12, 0.12, 0.9), (0.68, 0.28, 0.3))
"""Hue, luminance and saturation of networks without recurrence; colour-blind eyes tell them from cells, too."""


@dataclass(frozen=True)
class Picture:
    """Colours of a cell's first, second, … network, its drawing as SVG, and a note on its gradients."""

    shades: tuple[str, ...]
    drawing: str = ""
    gradient_note: str = ""

    @property
    def color(self) -> str:
        """The colour that stands for the cell."""
        return self.shades[0]


def own_picture(cell: Cell) -> Picture | None:
    """Returns the picture of a cell that has a drawing of its own; one that an installed package spoilt is left out."""
    outside = origin(GROUP, cell.name)
    file = (outside.module.parent if outside else DRAWINGS) / f"{cell.keras_name}.svg"
    try:
        return _read(file) if file.exists() else None
    except (OSError, ValueError, ElementTree.ParseError) as error:
        if not outside:
            raise
        leave_out(f"The drawing {file.name}", outside.distribution, error)
        return None


def _read(file: Path) -> Picture:
    drawing = file.read_text(encoding="utf-8")
    ElementTree.fromstring(drawing)
    shades, note = (re.search(f'data-{name}="([^"]*)"', drawing) for name in ("shades", "gradient-note"))
    if shades is None or len(shades[1].split()) != SHADES:
        raise ValueError(f"{file.name} must name {SHADES} colours in data-shades.")
    return Picture(tuple(shades[1].split()), drawing, note[1] if note else "")


def feedforward_picture(number: int) -> Picture:
    """Returns the colours of a network without recurrence, which has no drawing; ``number`` is its place among them."""
    again, tone = divmod(number, len(FEEDFORWARD_TONES))
    hue, luminance, saturation = FEEDFORWARD_TONES[tone]
    luminances, saturations = (luminance, 0.24 if luminance > 0.2 else 0.26), (saturation, saturation / 2)
    turns = [hue + 0.17 * again + 0.06 * (index // 4) for index in range(SHADES)]
    return Picture(tuple(_color(turn, luminances[i % 2], saturations[i // 2 % 2]) for i, turn in enumerate(turns)))


def generic_picture(cell: Cell, number: int) -> Picture:
    """Returns the picture of a cell without a drawing of its own: a neutral colour, and a box for each gate.

    ``number`` is its place among such cells.
    """
    first, range_of_hues = HUES
    hue = (first + range_of_hues * (HUE_STEP * number % 1)) % 1
    shades = (
        _color(hue + (0.0, 0.09)[index // 4], (0.16, 0.26)[index % 2], (0.2, 0.45)[index // 2 % 2])
        for index in range(SHADES)
    )
    return Picture(tuple(shades), _generic_drawing(cell))


def _color(hue: float, luminance: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue % 1, 0.5, saturation)
    unscaled = sum(share * channel**2.2 for share, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
    strength = (luminance / unscaled) ** (1 / 2.2)
    return "#" + "".join(f"{round(255 * min(1.0, strength * channel)):02X}" for channel in channels)


def _generic_drawing(cell: Cell) -> str:
    signals = [signal for signal in cell.signals if signal.kind != "state"][:MOST_BOXES]
    columns = [WIDTH / 2 + 125 * (index - (len(signals) - 1) / 2) for index in range(len(signals))]
    wires = "".join(f"M{x:g} 294V270" for x in columns[1:-1] or columns[:1])
    if len(columns) > 1:
        first, last = columns[0], columns[-1]
        wires += f"M{first:g} 270V285Q{first:g} 294 {first + 9:g} 294H{last - 9:g}Q{last:g} 294 {last:g} 285V270"
    return Template((DRAWINGS / "generic.svg").read_text(encoding="utf-8")).substitute(
        state_end=f"{columns[-1] - 18 if columns else WIDTH / 2 - 9:g}",
        wires=wires,
        boxes="\n".join(_box(x, signal) for x, signal in zip(columns, signals, strict=True)),
        gate_key=GATE_KEY if any(signal.kind == "gate" for signal in signals) else "",
    )


def _box(x: float, signal: Signal) -> str:
    is_gate, name = signal.kind == "gate", signal.title or "sum"
    shown = f'data-gate="{signal.name}"' if is_gate else f'data-strip="{signal.name}" data-scale="{signal.name}"'
    share = f'<text class="rc-cell-said" y="60" data-share="{signal.name}" data-name="{name}">open {{}}</text>'
    return f"""  <g transform="translate({x:g} 154)">
    <g fill="none" stroke="currentColor" stroke-width="2.5" marker-end="url(#rc-arrow)">
      <path d="M0 116V104"/>
      <path d="M0 0V-74"/>
    </g>
    <use href="#rc-{"gate" if is_gate else "box"}"/>
    <g {shown} transform="translate(0 13)"/>
    <text y="39">{name}</text>
    {share if is_gate else ""}
    <use href="#rc-pill" y="89"/><text y="89">{"σ" if is_gate else "…"}</text>
    <use href="#rc-sum" y="116"/>
  </g>"""
