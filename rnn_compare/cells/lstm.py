"""LSTM: gates decide what the carry forgets, takes in and outputs."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, gate_line, sized
from rnn_compare.cells.formula import Values, sigmoid, tanh


def forward(x_i: Values, x_f: Values, x_c: Values, x_o: Values, previous_carry: Values) -> tuple[Values, ...]:
    """One timestep."""
    i = sigmoid(x_i)
    f = sigmoid(x_f)
    candidate = tanh(x_c)
    o = sigmoid(x_o)
    carry = f * previous_carry + i * candidate
    state = o * tanh(carry)
    return (i, f, candidate, o, carry, state)


def backward(
    i: Values, f: Values, candidate: Values, o: Values, previous_carry: Values, d_state: Values, d_carry: Values
) -> tuple[Values, ...]:
    """The backward pass: along the carry the gradient is multiplied by the forget gate only."""
    shown = tanh(f * previous_carry + i * candidate)
    d_carry = d_carry + d_state * o * (1 - shown * shown)
    d_x_i = d_carry * candidate * i * (1 - i)
    d_x_f = d_carry * previous_carry * f * (1 - f)
    d_x_c = d_carry * i * (1 - candidate * candidate)
    d_x_o = d_state * shown * o * (1 - o)
    d_previous_carry = d_carry * f
    return (d_x_i, d_x_f, d_x_c, d_x_o, d_previous_carry, d_carry)


CELL = Cell(
    name="LSTM",
    keras_name="lstm",
    year=1997,
    source=(
        "Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers et al. (2000); "
        "keras.layers.LSTM"
    ),
    gates=(Gate("i", "input gate"), Gate("f", "forget gate"), Gate("c", "candidate"), Gate("o", "output gate")),
    signals=(
        Signal("carry", "carry c", "state"),
        Signal("state", "state h", "state"),
        Signal("f", "forget", "gate"),
        Signal("i", "input", "gate"),
        Signal("candidate", "candidate", "value"),
        Signal("o", "output", "gate"),
    ),
    phases=(Phase(forward, backward),),
    formula=(
        rf"i &= \sigma\big({sized('W', '_i')}",
        rf"+ {sized('U', '_i')} + \underbrace{{b_i}}_{{UNITS}}\big) \\",
        gate_line("f", r"\sigma", "f"),
        gate_line(r"\mathrm{candidate}", r"\tanh", "c"),
        gate_line("o", r"\sigma", "o"),
        r"c_t &= f \circ c_{t-1} + i \circ \mathrm{candidate} \\",
        r"h_t &= o \circ \tanh(c_t) \\",
    ),
    pace=Pace(fused=0.85e-6, stock=1.7e-6),
    states=("state", "carry"),
    in_cudnn=True,
    keeping_gate="f",
    forget_bias=1.0,
    entering_gate="i",
)
