"""Signed minGRU: a minGRU whose gate sees the word alone, but can turn the state over instead of only shrinking it."""

import math
from dataclasses import replace

from rnn_compare.cells.cell import Phase
from rnn_compare.cells.formula import Values, sigmoid
from rnn_compare.cells.min_gru import CELL as MIN_GRU


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


CELL = replace(
    MIN_GRU,
    name="signedMinGRU",
    keras_name="signed_min_gru",
    source="minGRU with a factor from −1 to 1, after Grazzi et al., Unlocking state-tracking in linear RNNs through "
    "negative eigenvalues (2024)",
    phases=(Phase(forward, backward),),
    formula=(*MIN_GRU.formula[:2], r"h_t &= (1 - 2z) \circ h_{t-1} + 2z \circ \mathrm{candidate} \\"),
    forget_bias=math.log(3.0),
    keeping_scale=2,
    notes="A minGRU with 2z in place of z: the state's factor 1 − 2z lies between −1 and 1. At z = ½, where a bias b_z "
    "of 0 would begin, the factor is 0: the state forgets everything, and no gradient flows back. So b_z begins at "
    "−ln 3, where z is ¼ and the factor ½. It has no U, so recurrent dropout and the recurrent initializer change "
    "nothing.",
)
