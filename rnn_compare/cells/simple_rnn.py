"""SimpleRNN: output = tanh(W·input + U·state + b), and the output is the next state."""

# ruff: noqa: N803  # W, U and b are the textbook's letters

from typing import Any

import numpy as np

from rnn_compare.cells.cell import (
    Array,
    Cell,
    Gradient,
    Pace,
    Signal,
    Signals,
    StateGradients,
    States,
    StepValues,
    sized,
)


def step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, Signals]:
    """One timestep: see ``Cell.step``."""
    (state_t,) = states
    pre_activation = W_input_t + np.dot(state_t, U) + b
    output_t = np.tanh(pre_activation)
    return (output_t,), {"pre_activation": pre_activation}


def step_back(
    after: StateGradients, values: StepValues, U: Gradient, _b: Gradient
) -> tuple[StateGradients, StateGradients]:
    """The same timestep backward: see ``Cell.step_back``."""
    (d_output,) = after
    d_pre_activation = d_output * (1 - values["state"] ** 2)
    return (np.dot(d_pre_activation, U.T),), after


def keras_layer() -> Any:
    """Returns ``keras.layers.SimpleRNN``."""
    from keras import layers

    return layers.SimpleRNN


CELL = Cell(
    name="SimpleRNN",
    keras_name="simple_rnn",
    year=1990,
    source="Elman, Finding structure in time (1990); Chollet (2018), listing 6.21; keras.layers.SimpleRNN",
    gates=(),
    signals=(Signal("state", "state h", "state"), Signal("pre_activation", "before tanh", "value")),
    step=step,
    step_back=step_back,
    formula="\n".join(
        [rf"\mathrm{{output}}_t &= \tanh\big({sized('W')}", rf"+ {sized('U')} + \underbrace{{b}}_{{UNITS}}\big) \\"]
    ),
    keras_layer=keras_layer,
    pace=Pace(fused=0.5e-6, stock=0.9e-6),
)
