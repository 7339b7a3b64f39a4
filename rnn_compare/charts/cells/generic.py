"""Pictures of cells that declare none: a neutral colour, and a box for each gate."""

import colorsys

from rnn_compare.cells.cell import Cell, Signal
from rnn_compare.charts.cells import parts as draw
from rnn_compare.charts.cells.parts import GATE_Y, STATE_Y, TRACK_Y, WIDTH, GateBox, Picture

MOST_BOXES = 4
"""More do not fit; every signal can be chosen below the drawing."""
SHADES = 8
HUES = 0.54, 0.68
"""The first hue and the range of hues. Green is left out: unknown words have it."""
HUE_STEP = 0.31
"""Step from one cell to the next, as a share of the range."""
FEEDFORWARD_TONES = ((0.88, 0.16, 0.6), (0.12, 0.12, 0.9), (0.68, 0.28, 0.3))
"""Hue, luminance and saturation of networks without recurrence; colour-blind eyes tell them from cells, too."""


def feedforward_picture(number: int) -> Picture:
    """Returns the colours of a network without recurrence, which has no drawing; ``number`` is its place among them."""
    again, tone = divmod(number, len(FEEDFORWARD_TONES))
    hue, luminance, saturation = FEEDFORWARD_TONES[tone]
    luminances, saturations = (luminance, 0.24 if luminance > 0.2 else 0.26), (saturation, saturation / 2)
    turns = [hue + 0.17 * again + 0.06 * (index // 4) for index in range(SHADES)]
    return Picture(tuple(_color(turn, luminances[i % 2], saturations[i // 2 % 2]) for i, turn in enumerate(turns)), ())


def generic_picture(cell: Cell, number: int) -> Picture:
    """Returns the picture of a cell; ``number`` is its place among those that declare none."""
    first, range_of_hues = HUES
    hue = (first + range_of_hues * (HUE_STEP * number % 1)) % 1
    shades = (
        _color(hue + (0.0, 0.09)[index // 4], (0.16, 0.26)[index % 2], (0.2, 0.45)[index // 2 % 2])
        for index in range(SHADES)
    )
    return Picture(tuple(shades), _drawing(cell))


def _color(hue: float, luminance: float, saturation: float) -> str:
    channels = colorsys.hls_to_rgb(hue % 1, 0.5, saturation)
    unscaled = sum(share * channel**2.2 for share, channel in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
    strength = (luminance / unscaled) ** (1 / 2.2)
    return "#" + "".join(f"{round(255 * min(1.0, strength * channel)):02X}" for channel in channels)


def _drawing(cell: Cell) -> tuple[draw.Part, ...]:
    signals = [signal for signal in cell.signals if signal.kind != "state"][:MOST_BOXES]
    columns = [WIDTH / 2 + 125 * (index - (len(signals) - 1) / 2) for index in range(len(signals))]
    return (
        draw.Track(0, WIDTH, arrow=True),
        draw.Label(86, 37, "state h_{t−1}"),
        draw.Label(523, 37, "output h_t"),
        draw.Strip(86, TRACK_Y, "state_before", scale="state"),
        draw.Strip(523, TRACK_Y, "state", scale="state"),
        *(_box(x, signal) for x, signal in zip(columns, signals, strict=True)),
        *(draw.wire((x, GATE_Y), (x, TRACK_Y + 13)) for x in columns),
        draw.wire((20, TRACK_Y), (20, STATE_Y), (columns[-1] - 9 if columns else WIDTH / 2, STATE_Y)),
        draw.Joint(20, TRACK_Y),
        *(draw.feed(columns) if columns else ()),
    )


def _box(x: float, signal: Signal) -> GateBox:
    if signal.kind == "gate":
        return GateBox(x, signal.title.removesuffix(" gate"), "σ", signal.name, "open {}")
    return GateBox(x, signal.title, "…", signal.name, scale=signal.name)
