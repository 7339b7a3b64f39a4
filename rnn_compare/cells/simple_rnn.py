"""SimpleRNN: state = tanh(W·input + U·previous state + b)."""

from rnn_compare.cells.cell import Cell, Pace, Phase, Signal, sized
from rnn_compare.cells.formula import Values, tanh


def forward(x: Values) -> tuple[Values, ...]:
    """One timestep."""
    pre_activation = x
    state = tanh(x)
    return (pre_activation, state)


def backward(state: Values, d_state: Values) -> tuple[Values, ...]:
    """The backward pass of the timestep."""
    d_x = d_state * (1 - state * state)
    return (d_x,)


CELL = Cell(
    name="SimpleRNN",
    keras_name="simple_rnn",
    year=1990,
    source="Elman, Finding structure in time (1990); Chollet (2018), listing 6.21; keras.layers.SimpleRNN",
    gates=(),
    signals=(Signal("state", "state h", "state"), Signal("pre_activation", "", "value")),
    phases=(Phase(forward, backward),),
    formula=(
        rf"h_t &= \tanh\big({sized('W')}",
        rf"+ {sized('U')} + \underbrace{{b}}_{{UNITS}}\big) \\",
    ),
    pace=Pace(fused=0.5e-6, stock=0.9e-6),
)
