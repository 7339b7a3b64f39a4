"""LSTM: gates decide what its carry track forgets, takes in and shows."""

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
    gate_line,
    sigmoid,
    sized,
)


def step(W_input_t: Array, states: States, U: Array, b: Array) -> tuple[States, Signals]:
    """One timestep: see ``Cell.step``."""
    state_t, carry_t = states
    units = len(U)
    gates = W_input_t + np.dot(state_t, U) + b
    i = sigmoid(gates[:, :units])
    f = sigmoid(gates[:, units : 2 * units])
    candidate = np.tanh(gates[:, 2 * units : 3 * units])
    o = sigmoid(gates[:, 3 * units :])
    carry = f * carry_t + i * candidate
    output_t = o * np.tanh(carry)
    return (output_t, carry), {"i": i, "f": f, "candidate": candidate, "o": o}


def step_back(
    after: StateGradients, values: StepValues, U: Gradient, _b: Gradient
) -> tuple[StateGradients, StateGradients]:
    """The same timestep backward: along the carry track the gradient is only multiplied by the forget gate."""
    d_output, d_later = after
    i, f, candidate, o = values["i"], values["f"], values["candidate"], values["o"]
    shown = np.tanh(values["carry"])
    d_carry = d_later + d_output * o * (1 - shown**2)
    d_gates = (
        d_carry * candidate * i * (1 - i),
        d_carry * values["previous_carry"] * f * (1 - f),
        d_carry * i * (1 - candidate**2),
        d_output * shown * o * (1 - o),
    )
    return (np.dot(np.concatenate(d_gates, axis=-1), U.T), d_carry * f), (d_output, d_carry)


def keras_layer() -> Any:
    """Returns ``keras.layers.LSTM``."""
    from keras import layers

    return layers.LSTM


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
        Signal("f", "forget gate", "gate"),
        Signal("i", "input gate", "gate"),
        Signal("candidate", "candidate", "value"),
        Signal("o", "output gate", "gate"),
    ),
    step=step,
    step_back=step_back,
    formula="\n".join(
        [
            rf"i &= \sigma\big({sized('W', '_i')}",
            rf"+ {sized('U', '_i')} + \underbrace{{b_i}}_{{UNITS}}\big) \\",
            gate_line("f", r"\sigma", "f"),
            gate_line(r"\mathrm{candidate}", r"\tanh", "c"),
            gate_line("o", r"\sigma", "o"),
            r"\mathrm{carry}_{t+1} &= f \circ \mathrm{carry}_t + i \circ \mathrm{candidate} \\",
            r"\mathrm{output}_t &= o \circ \tanh(\mathrm{carry}_{t+1}) \\",
        ]
    ),
    keras_layer=keras_layer,
    pace=Pace(fused=0.85e-6, stock=1.7e-6),
    states=("state", "carry"),
    in_cudnn=True,
    keeping_gate="f",
    entering_gate="i",
)
