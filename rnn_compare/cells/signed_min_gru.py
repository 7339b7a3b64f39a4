"""Signed minGRU: a minGRU whose gate sees the word alone, but can turn the state over instead of only shrinking it."""

import math

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, sized
from rnn_compare.cells.formula import Values, sigmoid


def forward(w_z: Values, w_h: Values, previous_state: Values) -> tuple[Values, ...]:
    """One timestep.

    With z near 1 and a candidate of ½ the state h becomes 1 − h; with z near 0 it stays. So one unit holds a parity:

    Example:
        >>> def after(text, state=1.0):
        ...     for word in text.split():
        ...         *_, state = forward(50.0 if word == "red" else -50.0, 0.5, state)
        ...     return float(state)
        >>> after("red"), after("red blue red"), after("red " * 1001)
        (0.0, 1.0, 0.0)
    """
    z = sigmoid(w_z)
    candidate = w_h
    state = (1 - 2 * z) * previous_state + 2 * z * candidate
    return (z, candidate, state)


def backward(z: Values, candidate: Values, previous_state: Values, d_state: Values) -> tuple[Values, ...]:
    """The backward pass of the timestep."""
    d_w_z = 2 * d_state * (candidate - previous_state) * z * (1 - z)
    d_w_h = 2 * d_state * z
    d_previous_state = d_state * (1 - 2 * z)
    return (d_w_z, d_w_h, d_previous_state)


CELL = Cell(
    name="signedMinGRU",
    keras_name="signed_min_gru",
    year=2024,
    source="minGRU with a factor from −1 to 1, after Grazzi et al., Unlocking state-tracking in linear RNNs through "
    "negative eigenvalues (2024)",
    gates=(Gate("z", "update gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("z", "update gate", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    phases=(Phase(forward, backward),),
    formula=(
        rf"z &= \sigma\big({sized('W', '_z')} + \underbrace{{b_z}}_{{UNITS}}\big) \\",
        r"\mathrm{candidate} &= W_h\,x_t + b_h \\",
        r"h_t &= (1 - 2z) \circ h_{t-1} + 2z \circ \mathrm{candidate} \\",
    ),
    pace=Pace(fused=0.5e-6, stock=1.2e-6),
    recurrent="none",
    in_keras=False,
    keeping_gate="z",
    forget_bias=math.log(3.0),
    keeping_scale=2,
    keeps_when_open=False,
    notes="A minGRU with 2z in place of z: the state's factor 1 − 2z lies between −1 and 1. At z = ½, where a bias b_z "
    "of 0 would begin, the factor is 0: the state forgets everything, and no gradient flows back. So b_z begins at "
    "−ln 3, where z is ¼ and the factor ½. It has no U, so recurrent dropout and the recurrent initializer change "
    "nothing.",
)
