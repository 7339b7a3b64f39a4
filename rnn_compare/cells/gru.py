"""GRU: the update gate both keeps and writes; the reset gate decides how much of the old state the candidate sees."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, sized
from rnn_compare.cells.formula import Values, sigmoid, tanh


def forward(x_z: Values, x_r: Values, w_h: Values, u_h: Values, previous_state: Values) -> tuple[Values, ...]:
    """One timestep with ``reset_after=True``, where the reset gate acts after the product."""
    z = sigmoid(x_z)
    r = sigmoid(x_r)
    candidate = tanh(w_h + r * u_h)
    state = z * previous_state + (1 - z) * candidate
    return (z, r, candidate, state)


def backward(
    z: Values, r: Values, candidate: Values, u_h: Values, previous_state: Values, d_state: Values
) -> tuple[Values, ...]:
    """The backward pass of the timestep."""
    d_x_z = d_state * (previous_state - candidate) * z * (1 - z)
    d_w_h = d_state * (1 - z) * (1 - candidate * candidate)
    d_x_r = d_w_h * u_h * r * (1 - r)
    d_u_h = d_w_h * r
    d_previous_state = d_state * z
    return (d_x_z, d_x_r, d_w_h, d_u_h, d_previous_state)


CELL = Cell(
    name="GRU",
    keras_name="gru",
    year=2014,
    source="Cho et al., Learning phrase representations (2014, v1); keras.layers.GRU",
    gates=(Gate("z", "update gate"), Gate("r", "reset gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("z", "update", "gate"),
        Signal("r", "reset", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    phases=(Phase(forward, backward),),
    formula=(
        rf"z &= \sigma\big({sized('W', '_z')}",
        rf"+ {sized('U', '_z')} + \underbrace{{b_z + b'_z}}_{{UNITS}}\big) \\",
        r"r &= \sigma(W_r\,x_t + U_r\,h_{t-1} + b_r + b'_r) \\",
        r"\mathrm{candidate} &= \tanh\big(W_h\,x_t + b_h",
        r"+ r \circ (U_h\,h_{t-1} + b'_h)\big) \\",
        r"h_t &= z \circ h_{t-1} + (1 - z) \circ \mathrm{candidate} \\",
    ),
    pace=Pace(fused=0.7e-6, stock=1.8e-6),
    bias_rows=2,
    notes="Two biases: with reset_after=True the reset gate multiplies U·state + b′, so the candidate needs b′ beside "
    "the input's b. z and r get one as well because Keras stores all three together.",
    in_cudnn=True,
    keeping_gate="z",
)
