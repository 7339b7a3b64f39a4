"""SimpleRNN: state = tanh(W·input + U·state_before + b)."""

from rnn_compare.charts.cells.parts import Joint, Label, Operation, Picture, Strip, TanhCurve, wire

Y = 140
"""Height of the wire from the old state to the output."""
SATURATED = 3

PICTURE = Picture(
    shades=("#D55E00", "#B23A64", "#B8860B", "#E06A5B", "#9C5A2E", "#D9469A", "#BD7F41", "#A8553F"),
    drawing=(
        Strip(64, Y, "state_before"),
        Label(64, Y - 22, "state h_{t−1}"),
        wire((0, Y), (137, Y)),
        wire((300, 330), (300, 286), (150, 286), (150, Y + 13)),
        wire((163, Y), (205, Y)),
        Operation("+", 150, Y),
        Strip(181, Y, "pre_activation", scale=SATURATED, vertical=True),
        Label(181, Y - 64, "sum"),
        TanhCurve(206, 48, 226, 184, "pre_activation", SATURATED),
        wire((432, Y), (598, Y)),
        wire((450, Y), (450, 0)),
        Joint(450, Y),
        Strip(522, Y, "state"),
        Label(522, Y - 22, "output h_t"),
        Label(319, 262, "mean slope of tanh: {}", share="slope"),
    ),
)
