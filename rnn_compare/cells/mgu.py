"""MGU, the minimal gated unit: one gate decides both what is forgotten and what of the old state the candidate sees."""

# ruff: noqa: N803  # W, U and b are the textbook's letters

import functools
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
    """One timestep: see ``Cell.step``. The gate acts on the state before the candidate's product."""
    (state_t,) = states
    units = len(U)
    x = W_input_t + b
    f = sigmoid(x[:, :units] + np.dot(state_t, U[:, :units]))
    candidate = np.tanh(x[:, units:] + np.dot(f * state_t, U[:, units:]))
    output_t = (1 - f) * state_t + f * candidate
    return (output_t,), {"f": f, "candidate": candidate}


def step_back(
    after: StateGradients, values: StepValues, U: Gradient, _b: Gradient
) -> tuple[StateGradients, StateGradients]:
    """The same timestep backward: see ``Cell.step_back``."""
    (d_output,) = after
    units = len(U)
    state_t, f, candidate = values["previous_state"], values["f"], values["candidate"]
    d_gated_state = np.dot(d_output * f * (1 - candidate**2), U[:, units:].T)
    d_f = d_output * (candidate - state_t) + d_gated_state * state_t
    d_state = d_output * (1 - f) + d_gated_state * f + np.dot(d_f * f * (1 - f), U[:, :units].T)
    return (d_state,), after


@functools.cache  # Keras registers a class under its name once
def keras_layer() -> Any:
    """Returns a Keras layer, since Keras has none: it inherits weights' options and dropout from Keras' own classes.

    An exported script holds the lines between the imports and the return.
    """
    import keras
    from keras import layers, ops

    class MGUCell(layers.SimpleRNNCell):  # type: ignore[misc]  # Keras is not followed by mypy
        """One timestep of a minimal gated unit (Zhou et al., 2016)."""

        def build(self, input_shape: Any) -> None:
            shapes = {"kernel": (input_shape[-1], 2 * self.units), "recurrent_kernel": (self.units, 2 * self.units)}
            initializers = {"kernel": self.kernel_initializer, "recurrent_kernel": self.recurrent_initializer}
            for name, shape in shapes.items():
                setattr(self, name, self.add_weight(shape=shape, name=name, initializer=initializers[name]))
            self.bias = self.add_weight(shape=(2 * self.units,), name="bias", initializer=self.bias_initializer)

        def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
            state = recalled = states[0]
            input_mask, state_mask = self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(state)
            if training and input_mask is not None:
                inputs = inputs * input_mask
            if training and state_mask is not None:
                recalled = recalled * state_mask
            x_f, x_h = ops.split(ops.matmul(inputs, self.kernel) + self.bias, 2, axis=-1)
            U_f, U_h = ops.split(self.recurrent_kernel, 2, axis=-1)  # noqa: N806  # the textbook's letter
            f = ops.sigmoid(x_f + ops.matmul(recalled, U_f))
            candidate = ops.tanh(x_h + ops.matmul(f * recalled, U_h))
            output = (1 - f) * state + f * candidate
            return output, [output]

    @keras.saving.register_keras_serializable("rnn_compare")
    class MGU(layers.RNN):  # type: ignore[misc]  # as above
        """A layer of minimal gated units."""

        def __init__(
            self,
            units: int,
            dropout: float = 0.0,
            recurrent_dropout: float = 0.0,
            recurrent_initializer: str = "orthogonal",
            **options: Any,
        ) -> None:
            own = {
                "dropout": dropout,
                "recurrent_dropout": recurrent_dropout,
                "recurrent_initializer": recurrent_initializer,
            }
            super().__init__(MGUCell(units, name="mgu_cell", **own), **options)
            self.units, self.dropout, self.recurrent_dropout = units, dropout, recurrent_dropout
            self._own_config = {"units": units, **own}

        def get_config(self) -> Any:
            config = super().get_config()
            del config["cell"]
            return {**config, **self._own_config}

        @classmethod
        def from_config(cls, config: Any) -> Any:
            return cls(**config)

    return MGU


CELL = Cell(
    name="MGU",
    keras_name="mgu",
    year=2016,
    source="Zhou, Wu, Zhang and Zhou, Minimal gated unit for recurrent neural networks (2016)",
    gates=(Gate("f", "forget gate"), Gate("h", "candidate")),
    signals=(
        Signal("state", "state h", "state"),
        Signal("f", "forget gate", "gate"),
        Signal("candidate", "candidate", "value"),
    ),
    step=step,
    step_back=step_back,
    formula="\n".join(
        [
            rf"f &= \sigma\big({sized('W', '_f')}",
            rf"+ {sized('U', '_f')} + \underbrace{{b_f}}_{{UNITS}}\big) \\",
            gate_line(r"\mathrm{candidate}", r"\tanh", "h", r"(f \circ \mathrm{state}_t)"),
            r"\mathrm{output}_t &= (1 - f) \circ \mathrm{state}_t + f \circ \mathrm{candidate} \\",
        ]
    ),
    keras_layer=keras_layer,
    pace=Pace(fused=0.7e-6, stock=1.4e-6),
    in_keras=False,
    keeping_gate="f",
    keeps_when_open=False,
    notes="Open (f near 1), the forget gate replaces the state by the candidate; closed (f near 0), it keeps it.",
)
