"""MGU, the minimal gated unit: one gate decides both what is forgotten and what of the old state the candidate sees."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, gate_line, sized
from rnn_compare.cells.formula import Values, sigmoid, tanh


def gate(x_f: Values) -> tuple[Values, ...]:
    """The first phase of a timestep."""
    f = sigmoid(x_f)
    return (f,)


def recall(f: Values, previous_state: Values) -> tuple[Values, ...]:
    """The part of the state that the candidate sees."""
    recalled = f * previous_state
    return (recalled,)


def renew(x_h: Values, f: Values, previous_state: Values) -> tuple[Values, ...]:
    """The second phase, in which U_h is multiplied by the recalled state."""
    candidate = tanh(x_h)
    state = (1 - f) * previous_state + f * candidate
    return (candidate, state)


def renew_backward(f: Values, candidate: Values, d_state: Values) -> tuple[Values, ...]:
    """The backward pass of the second phase."""
    d_x_h = d_state * f * (1 - candidate * candidate)
    return (d_x_h,)


def gate_backward(
    f: Values, candidate: Values, previous_state: Values, d_state: Values, d_recalled: Values
) -> tuple[Values, ...]:
    """The backward pass of the first phase."""
    d_f = d_state * (candidate - previous_state) + d_recalled * previous_state
    d_x_f = d_f * f * (1 - f)
    d_previous_state = d_state * (1 - f) + d_recalled * f
    return (d_x_f, d_previous_state)


CELL = Cell(
    name="MGU",
    keras_name="mgu",
    year=2016,
    source="Zhou, Wu, Zhang and Zhou, Minimal gated unit for recurrent neural networks (2016)",
    gates=(Gate("f", "forget gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("f", "forget", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    phases=(Phase(gate, gate_backward), Phase(renew, renew_backward, recall)),
    formula=(
        rf"f &= \sigma\big({sized('W', '_f')}",
        rf"+ {sized('U', '_f')} + \underbrace{{b_f}}_{{UNITS}}\big) \\",
        gate_line(r"\mathrm{candidate}", r"\tanh", "h", r"(f \circ h_{t-1})"),
        r"h_t &= (1 - f) \circ h_{t-1} + f \circ \mathrm{candidate} \\",
    ),
    pace=Pace(fused=0.7e-6, stock=1.4e-6),
    in_keras=False,
    keeping_gate="f",
    keeps_when_open=False,
    notes="Open (f near 1), the forget gate replaces the state by the candidate; closed (f near 0), it keeps it.",
)
