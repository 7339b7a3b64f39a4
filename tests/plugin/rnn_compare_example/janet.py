"""JANET: an LSTM that keeps the forget gate alone (van der Westhuizen and Lasenby 2018, with β = 0)."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, gate_line, sized
from rnn_compare.cells.formula import Values, sigmoid, tanh


def forward(x_f: Values, x_c: Values, previous_state: Values) -> tuple[Values, ...]:
    """One timestep."""
    f = sigmoid(x_f)
    candidate = tanh(x_c)
    state = f * previous_state + (1 - f) * candidate
    return (f, candidate, state)


def backward(f: Values, candidate: Values, previous_state: Values, d_state: Values) -> tuple[Values, ...]:
    """The backward pass of the timestep."""
    d_x_f = d_state * (previous_state - candidate) * f * (1 - f)
    d_x_c = d_state * (1 - f) * (1 - candidate * candidate)
    d_previous_state = d_state * f
    return (d_x_f, d_x_c, d_previous_state)


CELL = Cell(
    name="JANET",
    keras_name="janet",
    year=2018,
    source="van der Westhuizen and Lasenby, The unreasonable effectiveness of the forget gate (2018)",
    gates=(Gate("f", "forget gate"), Gate("c", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("f", "forget", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    phases=(Phase(forward, backward),),
    formula=(
        rf"f &= \sigma\big({sized('W', '_f')}",
        rf"+ {sized('U', '_f')} + \underbrace{{b_f}}_{{UNITS}}\big) \\",
        gate_line(r"\mathrm{candidate}", r"\tanh", "c"),
        r"h_t &= f \circ h_{t-1} + (1 - f) \circ \mathrm{candidate} \\",
    ),
    pace=Pace(fused=0.6e-6, stock=1.3e-6),
    in_keras=False,
    keeping_gate="f",
    forget_bias=1.0,
)
