"""minGRU: a GRU whose gate and candidate depend on the input alone, without a recurrent kernel."""

from rnn_compare.cells.cell import Cell, Gate, Pace, Phase, Signal, sized
from rnn_compare.cells.formula import Values, sigmoid


def forward(w_z: Values, w_h: Values, previous_state: Values) -> tuple[Values, ...]:
    """One timestep."""
    z = sigmoid(w_z)
    candidate = w_h
    state = (1 - z) * previous_state + z * candidate
    return (z, candidate, state)


def backward(z: Values, candidate: Values, previous_state: Values, d_state: Values) -> tuple[Values, ...]:
    """The backward pass of the timestep."""
    d_w_z = d_state * (candidate - previous_state) * z * (1 - z)
    d_w_h = d_state * z
    d_previous_state = d_state * (1 - z)
    return (d_w_z, d_w_h, d_previous_state)


CELL = Cell(
    name="minGRU",
    keras_name="min_gru",
    year=2024,
    source="Feng et al., Were RNNs all we needed? (2024)",
    gates=(Gate("z", "update gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("z", "update", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    phases=(Phase(forward, backward),),
    formula=(
        rf"z &= \sigma\big({sized('W', '_z')} + \underbrace{{b_z}}_{{UNITS}}\big) \\",
        r"\mathrm{candidate} &= W_h\,x_t + b_h \\",
        r"h_t &= (1 - z) \circ h_{t-1} + z \circ \mathrm{candidate} \\",
    ),
    pace=Pace(fused=0.5e-6, stock=1.2e-6),
    recurrent="none",
    in_keras=False,
    keeping_gate="z",
    keeps_when_open=False,
    notes="It has no U: gate and candidate of a word are the same wherever it stands, and recurrent dropout and the "
    "recurrent initializer change nothing.",
)
