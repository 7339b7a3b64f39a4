"""IndRNN: a SimpleRNN of independent units, as its recurrent kernel is a vector."""

from rnn_compare.cells.cell import Cell, Pace, Phase, Signal, sized
from rnn_compare.cells.simple_rnn import backward, forward

CELL = Cell(
    name="IndRNN",
    keras_name="ind_rnn",
    year=2018,
    source="Li, Li, Cook, Zhu and Gao, Independently recurrent neural network (2018)",
    gates=(),
    signals=(Signal("state", "state h", "state"), Signal("pre_activation", "", "value")),
    phases=(Phase(forward, backward),),
    formula=(
        rf"h_t &= \tanh\big({sized('W')}",
        r"+ \underbrace{U}_{UNITS} \circ \underbrace{h_{t-1}}_{UNITS} + \underbrace{b}_{UNITS}\big) \\",
    ),
    pace=Pace(fused=0.5e-6, stock=0.9e-6),
    recurrent="vector",
    in_keras=False,
    notes="U has one weight a unit, between 0 and 1 at first, whatever the recurrent initializer. With tanh instead of "
    "the paper's relu, states stay bounded and U's form is all that differs from a SimpleRNN.",
)
