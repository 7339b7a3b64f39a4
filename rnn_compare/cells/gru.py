"""GRU: one gate both keeps and writes, another decides how much of the old state the candidate sees."""

# ruff: noqa: N803  # W, U and b are the textbook's letters

from typing import Any

import numpy as np

from rnn_compare.cells.cell import (
    Array,
    Cell,
    Gate,
    Gradient,
    Pace,
    Signal,
    Signals,
    StateGradients,
    States,
    StepValues,
    sigmoid,
    sized,
)


def step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, Signals]:
    """One timestep with ``reset_after=True``, where the reset gate acts after the product: see ``Cell.step``."""
    (state_t,) = states
    units = len(U)
    x = W_input_t + b[0]
    h = np.dot(state_t, U) + b[1]
    z = sigmoid(x[:, :units] + h[:, :units])
    r = sigmoid(x[:, units : 2 * units] + h[:, units : 2 * units])
    candidate = np.tanh(x[:, 2 * units :] + r * h[:, 2 * units :])
    output_t = z * state_t + (1 - z) * candidate
    return (output_t,), {"z": z, "r": r, "candidate": candidate}


def step_back(
    after: StateGradients, values: StepValues, U: Gradient, b: Gradient
) -> tuple[StateGradients, StateGradients]:
    """The same timestep backward: see ``Cell.step_back``."""
    (d_output,) = after
    units = len(U)
    state_t, z, r, candidate = values["previous_state"], values["z"], values["r"], values["candidate"]
    recalled = np.dot(state_t, U[:, 2 * units :]) + b[1, 2 * units :]
    d_candidate = d_output * (1 - z) * (1 - candidate**2)
    d_gates = (
        d_output * (state_t - candidate) * z * (1 - z),
        d_candidate * recalled * r * (1 - r),
        d_candidate * r,
    )
    return (d_output * z + np.dot(np.concatenate(d_gates, axis=-1), U.T),), after


def keras_layer() -> Any:
    """Returns ``keras.layers.GRU``."""
    from keras import layers

    return layers.GRU


CELL = Cell(
    name="GRU",
    keras_name="gru",
    year=2014,
    source="Cho et al., Learning phrase representations (2014, v1); keras.layers.GRU",
    gates=(Gate("z", "update gate"), Gate("r", "reset gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("z", "update gate", "gate"),
        Signal("r", "reset gate", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    step=step,
    step_back=step_back,
    formula="\n".join(
        [
            rf"z &= \sigma\big({sized('W', '_z')}",
            rf"+ {sized('U', '_z')} + \underbrace{{b_z + b'_z}}_{{UNITS}}\big) \\",
            r"r &= \sigma(W_r\,\mathrm{input}_t + U_r\,\mathrm{state}_t + b_r + b'_r) \\",
            r"\mathrm{candidate} &= \tanh\big(W_h\,\mathrm{input}_t + b_h",
            r"+ r \circ (U_h\,\mathrm{state}_t + b'_h)\big) \\",
            r"\mathrm{output}_t &= z \circ \mathrm{state}_t + (1 - z) \circ \mathrm{candidate} \\",
        ]
    ),
    keras_layer=keras_layer,
    pace=Pace(fused=0.7e-6, stock=1.8e-6),
    bias_rows=2,
    notes="Two biases: with reset_after=True the reset gate multiplies U·state + b′, so the candidate needs b′ beside "
    "the input's b. z and r get one as well because Keras stores all three together.",
    in_cudnn=True,
    keeping_gate="z",
)
